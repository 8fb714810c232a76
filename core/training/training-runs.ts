import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import type { ModelInfo } from "../contract/models.ts";
import type {
  DatasetReport,
  TrainingPlan,
  TrainingProgress,
  TrainingRun,
  TrainingSettings,
} from "../contract/training.ts";
import type { WritableDb } from "../store/db.ts";
import { findTrainingRun, listTrainingRuns, removeTrainingRun, saveTrainingRun } from "../store/training-runs.ts";
import type { BaseFile } from "./requests.ts";
import { Training, type TrainingOptions } from "./training.ts";

export interface TrainingRunsOptions extends TrainingOptions {
  db: WritableDb;
  workspace: string;
  /** The base of a run, from the catalogue. */
  baseOf: (baseId: string) => BaseFile;
  /** Put a finished adapter into the catalogue, where pickers find it. */
  register: (path: string) => Promise<ModelInfo>;
  onChange: () => void;
}

interface NewRun {
  name: string;
  path: string;
  skipMalformed: boolean;
  baseId: string;
  settings: TrainingSettings;
}

export interface FinishedRun {
  run: TrainingRun;
  adapter: ModelInfo;
}

/** A run in this process: whoever looks at it follows it; it does not depend on anybody looking. */
interface ActiveRun {
  id: string;
  controller: AbortController;
  followers: Set<(progress: TrainingProgress) => void>;
  /** What a follower who comes later has to know first. */
  lastPlan: TrainingProgress | null;
  finished: Promise<FinishedRun>;
}

/** Points come several a second from a small model; the store gets them in bundles. */
const SAVE_POINTS_EVERY_MS = 2000;

/**
 * The training runs of a workspace, one at a time.
 *
 * A run goes on when its window closes, is kept with its loss curve, and after a crash or restart it is there as
 * paused, to be resumed from its last checkpoint.
 */
export class TrainingRuns implements AsyncDisposable {
  readonly #options: TrainingRunsOptions;
  readonly #trainer: Training;
  /** A process of its own: planning ends with its process, and must not take a run with it. */
  readonly #planner: Training;
  #active: ActiveRun | null = null;

  constructor(options: TrainingRunsOptions) {
    this.#options = options;
    const { onLog, onCrash } = options;
    const hooks = { ...(onLog && { onLog }), ...(onCrash && { onCrash }) };
    this.#trainer = new Training(hooks);
    this.#planner = new Training(hooks);
    for (const run of listTrainingRuns(options.db)) {
      // It ran when the engine was last open, and no process of that time is left.
      if (run.state === "running") saveTrainingRun(options.db, { ...run, state: "paused" });
    }
  }

  get status() {
    return this.#trainer.status;
  }

  list(): TrainingRun[] {
    return listTrainingRuns(this.#options.db);
  }

  /** A new path for an adapter of this name, in the workspace's own folder. */
  async pathFor(name: string, id: string = randomUUID()): Promise<string> {
    const folder = join(this.#options.workspace, "adapters");
    await mkdir(folder, { recursive: true });
    return join(folder, `${fileNameOf(name)}-${id.slice(0, 8)}.gguf`);
  }

  /** What is wrong with a dataset, with lengths in the tokens of a base. */
  examine(input: Omit<NewRun, "name">, signal?: AbortSignal): Promise<DatasetReport> {
    const { baseId, ...request } = input;
    return this.#planner.examine({ ...request, base: this.#options.baseOf(baseId) }, signal);
  }

  plan(input: Omit<NewRun, "name">, signal?: AbortSignal): Promise<TrainingPlan> {
    const { baseId, ...request } = input;
    return this.#planner.plan({ ...request, base: this.#options.baseOf(baseId) }, signal);
  }

  /**
   * Begin a run and follow it to its end. Leaving by the signal ends the following, not the run.
   *
   * @throws training_busy  another run is under way
   */
  async start(
    input: NewRun,
    signal?: AbortSignal,
    onProgress?: (progress: TrainingProgress) => void,
  ): Promise<FinishedRun> {
    this.#refuseWhenBusy();
    const run: TrainingRun = {
      id: randomUUID(),
      name: input.name,
      baseId: input.baseId,
      datasetPath: input.path,
      skipMalformed: input.skipMalformed,
      settings: input.settings,
      state: "running",
      createdAt: new Date().toISOString(),
      points: [],
      result: null,
      failure: null,
      adapterId: null,
    };
    return this.#follow(this.#begin(run), signal, onProgress);
  }

  /** Go on with a paused or failed run, or watch the one that is running. */
  async resume(
    runId: string,
    signal?: AbortSignal,
    onProgress?: (progress: TrainingProgress) => void,
  ): Promise<FinishedRun> {
    if (this.#active?.id === runId) return this.#follow(this.#active, signal, onProgress);
    this.#refuseWhenBusy();
    return this.#follow(this.#begin(this.#require(runId)), signal, onProgress);
  }

  /** Stop a run at its last checkpoint, within two seconds. */
  async pause(runId: string): Promise<TrainingRun> {
    if (this.#active?.id === runId) await this.#stop(this.#active);
    return this.#require(runId);
  }

  /** Stop a run and delete its checkpoints; an adapter it finished stays. */
  async remove(runId: string): Promise<boolean> {
    if (this.#active?.id === runId) await this.#stop(this.#active);
    const removed = removeTrainingRun(this.#options.db, runId);
    await rm(this.#folderOf(runId), { recursive: true, force: true });
    this.#options.onChange();
    return removed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#active !== null) await this.#stop(this.#active);
    await Promise.all([this.#trainer[Symbol.asyncDispose](), this.#planner[Symbol.asyncDispose]()]);
  }

  #folderOf(runId: string): string {
    return join(this.#options.workspace, "training", runId);
  }

  #begin(run: TrainingRun): ActiveRun {
    const active: ActiveRun = {
      id: run.id,
      controller: new AbortController(),
      followers: new Set(),
      lastPlan: null,
      finished: Promise.resolve(null as never),
    };
    this.#active = active;
    active.finished = this.#train({ ...run, state: "running", failure: null }, active).finally(() => {
      this.#active = null;
      this.#options.onChange();
    });
    // Nobody may be following when it fails; the run itself keeps the failure.
    active.finished.catch(() => {});
    return active;
  }

  async #train(run: TrainingRun, active: ActiveRun): Promise<FinishedRun> {
    const { db, baseOf, register } = this.#options;
    // A fresh curve: a resumed run reports from its checkpoint on, and points after it were lost with the process.
    const points = new Map(run.points.map((point) => [point.step, point]));
    let savedAt = 0;
    const save = (changes: Partial<TrainingRun>): TrainingRun => {
      Object.assign(run, changes, { points: [...points.values()].sort((a, b) => a.step - b.step) });
      saveTrainingRun(db, run);
      savedAt = performance.now();
      return run;
    };
    save({});
    this.#options.onChange();
    try {
      const result = await this.#trainer.train(
        {
          path: run.datasetPath,
          skipMalformed: run.skipMalformed,
          settings: run.settings,
          base: baseOf(run.baseId),
          name: run.name,
          folder: this.#folderOf(run.id),
          target: await this.pathFor(run.name, run.id),
        },
        {
          signal: active.controller.signal,
          onProgress: (progress) => {
            if (progress.type === "plan") active.lastPlan = progress;
            if (progress.type === "plan") dropAfter(points, progress.resumedFromStep);
            if (progress.type === "step") points.set(progress.point.step, progress.point);
            if (progress.type === "evaluation") {
              const point = points.get(progress.step);
              if (point !== undefined) points.set(progress.step, { ...point, validationLoss: progress.validationLoss });
            }
            for (const follower of active.followers) follower(progress);
            if (performance.now() - savedAt > SAVE_POINTS_EVERY_MS) save({});
          },
        },
      );
      const adapter = await register(result.path);
      await rm(this.#folderOf(run.id), { recursive: true, force: true });
      return { run: save({ state: "finished", result, adapterId: adapter.id }), adapter };
    } catch (error) {
      const stopped = active.controller.signal.aborted;
      save(stopped ? { state: "paused" } : { state: "failed", failure: isFourfoldError(error) ? error.failure : null });
      throw error;
    }
  }

  async #follow(
    active: ActiveRun,
    signal: AbortSignal | undefined,
    onProgress: ((progress: TrainingProgress) => void) | undefined,
  ): Promise<FinishedRun> {
    if (onProgress !== undefined) {
      if (active.lastPlan !== null) onProgress(active.lastPlan);
      active.followers.add(onProgress);
    }
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(new DOMException("The caller left.", "AbortError"));
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([active.finished, left.promise]);
    } finally {
      signal?.removeEventListener("abort", leave);
      if (onProgress !== undefined) active.followers.delete(onProgress);
    }
  }

  async #stop(active: ActiveRun): Promise<void> {
    active.controller.abort();
    await active.finished.catch(() => {});
  }

  #require(runId: string): TrainingRun {
    const run = findTrainingRun(this.#options.db, runId);
    if (run !== null) return run;
    throw new FourfoldError({
      code: "training_run_not_found",
      message: "This training run was removed.",
      action: "Start a new one.",
      details: { runId },
    });
  }

  #refuseWhenBusy(): void {
    if (this.#active === null) return;
    const { id, name } = this.#require(this.#active.id);
    throw new FourfoldError({
      code: "training_busy",
      message: `${name} is being trained, and one run at a time is all a laptop can do well.`,
      action: "Wait until it has finished, or pause it.",
      details: { runId: id, name },
    });
  }
}

function dropAfter(points: Map<number, unknown>, step: number): void {
  for (const key of points.keys()) if (key > step) points.delete(key);
}

/** A file name from what a user typed: letters, digits and hyphens of any script. */
function fileNameOf(name: string): string {
  return (
    name
      .normalize("NFC")
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 60) || "adapter"
  );
}
