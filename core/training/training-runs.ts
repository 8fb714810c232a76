import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { FollowedJob, type JobContext } from "../children/followed-job.ts";
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
import { fileNameOf } from "./file-name.ts";
import { keepPassages } from "./keep-passages.ts";
import type { BaseFile, PlanRequest } from "./requests.ts";
import { Training, type TrainingOptions } from "./training.ts";
import { stopped } from "./training-failures.ts";

export interface TrainingRunsOptions extends TrainingOptions {
  db: WritableDb;
  workspace: string;
  /** The base of a run, from the catalogue. */
  baseOf: (baseId: string) => BaseFile;
  /** Retrieve passages for a dataset where its settings ask for them; the path of their record, or null. */
  passagesFor: (request: Omit<NewRun, "name">, signal?: AbortSignal) => Promise<string | null>;
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
  readonly #hooks: TrainingOptions;
  /** A process for each examination and plan: one that is stopped must take neither another nor a run with it. */
  readonly #planners = new Set<Training>();
  #active: FollowedJob<TrainingProgress, FinishedRun> | null = null;

  constructor(options: TrainingRunsOptions) {
    this.#options = options;
    const { onLog, onCrash } = options;
    this.#hooks = { ...(onLog && { onLog }), ...(onCrash && { onCrash }) };
    this.#trainer = new Training(this.#hooks);
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
    return join(folder, `${fileNameOf(name, "adapter")}-${id.slice(0, 8)}.gguf`);
  }

  /** What is wrong with a dataset, with lengths in the tokens of a base. */
  async examine(input: Omit<NewRun, "name">, signal?: AbortSignal): Promise<DatasetReport> {
    return this.#withPassages(input, signal, (planner, request) => planner.examine(request, signal));
  }

  async plan(input: Omit<NewRun, "name">, signal?: AbortSignal): Promise<TrainingPlan> {
    return this.#withPassages(input, signal, (planner, request) => planner.plan(request, signal));
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
    return this.#begin(run).follow(signal, onProgress);
  }

  /** Go on with a paused or failed run, or watch the one that is running. */
  async resume(
    runId: string,
    signal?: AbortSignal,
    onProgress?: (progress: TrainingProgress) => void,
  ): Promise<FinishedRun> {
    if (this.#active?.id === runId) return this.#active.follow(signal, onProgress);
    this.#refuseWhenBusy();
    return this.#begin(this.#require(runId)).follow(signal, onProgress);
  }

  /** Stop a run at its last checkpoint, within two seconds. */
  async pause(runId: string): Promise<TrainingRun> {
    if (this.#active?.id === runId) await this.#active.stop();
    return this.#require(runId);
  }

  /** Stop a run and delete its checkpoints; an adapter it finished stays. */
  async remove(runId: string): Promise<boolean> {
    if (this.#active?.id === runId) await this.#active.stop();
    const removed = removeTrainingRun(this.#options.db, runId);
    await rm(this.#folderOf(runId), { recursive: true, force: true });
    this.#options.onChange();
    return removed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#active !== null) await this.#active.stop();
    await Promise.all([this.#trainer, ...this.#planners].map((child) => child[Symbol.asyncDispose]()));
  }

  async #withPassages<Answer>(
    input: Omit<NewRun, "name">,
    signal: AbortSignal | undefined,
    ask: (planner: Training, request: PlanRequest) => Promise<Answer>,
  ): Promise<Answer> {
    const { baseId, ...request } = input;
    const base = this.#options.baseOf(baseId);
    const passagesPath = (await this.#options.passagesFor(input, signal)) ?? undefined;
    await using planner = new Training(this.#hooks);
    this.#planners.add(planner);
    try {
      return await ask(planner, { ...request, base, passagesPath });
    } finally {
      this.#planners.delete(planner);
    }
  }

  #folderOf(runId: string): string {
    return join(this.#options.workspace, "training", runId);
  }

  #begin(run: TrainingRun): FollowedJob<TrainingProgress, FinishedRun> {
    const job = new FollowedJob<TrainingProgress, FinishedRun>(run.id, (context) =>
      this.#train({ ...run, state: "running", failure: null }, context).finally(() => {
        this.#active = null;
        this.#options.onChange();
      }),
    );
    this.#active = job;
    return job;
  }

  async #train(run: TrainingRun, { signal, report, announce }: JobContext<TrainingProgress>): Promise<FinishedRun> {
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
      if (run.settings.passages !== undefined) announce({ type: "stage", stage: "passages" });
      const passagesPath = await this.#keepPassages(run, signal);
      const result = await this.#trainer.train(
        {
          passagesPath,
          path: run.datasetPath,
          skipMalformed: run.skipMalformed,
          settings: run.settings,
          base: baseOf(run.baseId),
          name: run.name,
          folder: this.#folderOf(run.id),
          target: await this.pathFor(run.name, run.id),
        },
        {
          signal,
          onProgress: (progress) => {
            if (progress.type === "plan") dropAfter(points, progress.resumedFromStep);
            if (progress.type === "step") points.set(progress.point.step, progress.point);
            if (progress.type === "evaluation") {
              const point = points.get(progress.step);
              if (point !== undefined) points.set(progress.step, { ...point, validationLoss: progress.validationLoss });
            }
            (progress.type === "plan" ? announce : report)(progress);
            if (performance.now() - savedAt > SAVE_POINTS_EVERY_MS) save({});
          },
        },
      );
      const adapter = await register(result.path);
      await rm(this.#folderOf(run.id), { recursive: true, force: true });
      return { run: save({ state: "finished", result, adapterId: adapter.id }), adapter };
    } catch (error) {
      save(
        signal.aborted
          ? { state: "paused" }
          : { state: "failed", failure: isFourfoldError(error) ? error.failure : null },
      );
      throw error;
    }
  }

  async #keepPassages(run: TrainingRun, signal: AbortSignal): Promise<string | undefined> {
    const { datasetPath: path, skipMalformed, baseId, settings } = run;
    if (settings.passages === undefined) return undefined;
    const retrieve = () => this.#options.passagesFor({ path, skipMalformed, baseId, settings }, signal);
    return keepPassages(this.#folderOf(run.id), async () => (await retrieve())!).catch((error: unknown) => {
      throw signal.aborted ? stopped() : error;
    });
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
