import { type ChildStatus, SupervisedChild } from "../children/supervised-child.ts";
import type { TrainingPlan, TrainingProgress, TrainingResult } from "../contract/training.ts";
import type { PlanRequest, TrainRequest } from "./requests.ts";
import type { TrainerHost } from "./trainer-host.ts";

export interface TrainingOptions {
  onLog?: (line: string) => void;
  onCrash?: (crash: { name: string; exit: string; lastWords: string; restarts: number }) => void;
}

/** A step of a large base takes minutes; who stops does not wait for it: the last checkpoint is at most half a minute old. */
const STOP_WITHIN_MS = 1500;

/** Adapters are made here: the engine's side of the trainer process. */
export class Training implements AsyncDisposable {
  readonly #child: SupervisedChild<TrainerHost>;

  constructor(options: TrainingOptions = {}) {
    this.#child = new SupervisedChild<TrainerHost>({
      name: "the trainer",
      program: new URL("./trainer-host.ts", import.meta.url),
      ...options,
    });
  }

  get status(): ChildStatus {
    return this.#child.status;
  }

  /** Say what a run would take: memory, steps, and the time from measured steps. */
  async plan(request: PlanRequest, signal?: AbortSignal): Promise<TrainingPlan> {
    try {
      return await this.#child.call("plan", request, { signal, stopWithinMs: STOP_WITHIN_MS, suspect: request.base.path });
    } finally {
      await this.#freeMemory();
    }
  }

  /**
   * Train an adapter, or go on with the run in `request.folder`. The signal stops it within two seconds, resumable.
   *
   * @throws stopped, child_crashed  the run can be resumed
   * @throws training_diverged, and everything that is wrong with base, dataset or settings
   */
  async train(
    request: TrainRequest,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: TrainingProgress) => void } = {},
  ): Promise<TrainingResult> {
    const options = { signal, onProgress, stopWithinMs: STOP_WITHIN_MS, suspect: request.base.path };
    try {
      return await this.#child.call("train", request, options);
    } finally {
      await this.#freeMemory();
    }
  }

  /** The process ends with its work: what ggml and the tokenizer took goes back at once, and nothing idles. */
  async #freeMemory(): Promise<void> {
    await this.#child.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}
