import { type CallOptions, type ChildStatus, SupervisedChild } from "../children/supervised-child.ts";
import { isFourfoldError } from "../contract/failures.ts";
import type { DatasetReport, TrainingPlan, TrainingProgress, TrainingResult } from "../contract/training.ts";
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
  #calls = 0;

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

  /** Say what is wrong with a dataset, its lengths counted in the tokens of a base. */
  examine(request: PlanRequest, signal?: AbortSignal): Promise<DatasetReport> {
    return this.#andEnd(() => this.#child.call("examine", request, optionsFor(request, signal)));
  }

  /** Say what a run would take: memory, steps, and the time from measured steps. */
  plan(request: PlanRequest, signal?: AbortSignal): Promise<TrainingPlan> {
    return this.#andEnd(() => this.#child.call("plan", request, optionsFor(request, signal)));
  }

  /**
   * Train an adapter, or go on with the run in `request.folder`. The signal stops it within two seconds, resumable.
   * A run whose process is ended by a fault of the native code goes on from its last checkpoint by itself, once.
   *
   * @throws stopped, child_crashed  the run can be resumed
   * @throws training_diverged, and everything that is wrong with base, dataset or settings
   */
  train(
    request: TrainRequest,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: TrainingProgress) => void } = {},
  ): Promise<TrainingResult> {
    let steps = 0;
    const note = (progress: TrainingProgress): void => {
      if (progress.type === "step") steps = progress.point.step;
      onProgress?.(progress);
    };
    const attempt = () => this.#child.call("train", request, { ...optionsFor(request, signal), onProgress: note });
    return this.#andEnd(() =>
      attempt().catch((error: unknown) => {
        // One that never got to a step would end in the same place again.
        if (steps === 0 || signal?.aborted === true || !isFault(error)) throw error;
        return attempt();
      }),
    );
  }

  /** The process ends with its last call: what ggml and the tokenizer took goes back at once, and nothing idles. */
  async #andEnd<Value>(run: () => Promise<Value>): Promise<Value> {
    this.#calls += 1;
    try {
      return await run();
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) await this.#child.restart();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

/** Signals by which the processor ends native code. Who kills a process, the system short of memory too, means it. */
const FAULTS = ["SIGFPE", "SIGSEGV", "SIGBUS", "SIGILL"];

const isFault = (error: unknown): boolean =>
  isFourfoldError(error) && error.failure.code === "child_crashed" && FAULTS.includes(error.failure.details.exit);

const optionsFor = ({ base }: PlanRequest, signal: AbortSignal | undefined): CallOptions<never> => ({
  signal,
  stopWithinMs: STOP_WITHIN_MS,
  suspect: base.path,
});
