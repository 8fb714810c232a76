import type { Failure, ModelInfo } from "../../../core/contract/index.ts";
import type {
  LossPoint,
  TrainingPlan,
  TrainingProgress,
  TrainingResult,
  TrainingRun,
} from "../../../core/contract/training.ts";

export type TrainingStage = Extract<TrainingProgress, { type: "stage" }>["stage"];

/** A validation loss, nats per answer token, and the step after which it was measured. */
export interface Evaluation {
  step: number;
  validationLoss: number;
}

/** The run on the screen, as far as is known. */
export interface RunView {
  status: "idle" | "running" | "paused" | "finished" | "failed";
  /** Whether it was under way already: the plan it began with is old news. */
  isAttached: boolean;
  /** Null until the engine lists the run that was just started. */
  runId: string | null;
  name: string;
  baseId: string;
  stage: TrainingStage | null;
  plan: TrainingPlan | null;
  /** In the order of their steps, one per step. */
  points: LossPoint[];
  evaluations: Evaluation[];
  /** The evaluation whose weights are kept. */
  best: Evaluation | null;
  /** Of the whole run; 0 until it is planned. */
  steps: number;
  tokensPerSecond: number | null;
  etaMs: number | null;
  memoryBytes: number | null;
  result: TrainingResult | null;
  adapterId: string | null;
  failure: Failure | null;
}

export type RunEvent =
  | { type: "started"; name: string; baseId: string }
  /** A paused run goes on from its last checkpoint, which may lie before its last point. */
  | { type: "resumed"; run: TrainingRun }
  /** A run that was going on without this window. */
  | { type: "attached"; run: TrainingRun }
  | { type: "opened"; run: TrainingRun }
  /** What the engine lists of its runs. */
  | { type: "listed"; runs: readonly TrainingRun[] }
  | { type: "progress"; progress: TrainingProgress }
  | { type: "finished"; run: TrainingRun; adapter: ModelInfo }
  | { type: "failed"; failure: Failure }
  | { type: "closed" };

export const noRun: RunView = {
  status: "idle",
  isAttached: false,
  runId: null,
  name: "",
  baseId: "",
  stage: null,
  plan: null,
  points: [],
  evaluations: [],
  best: null,
  steps: 0,
  tokensPerSecond: null,
  etaMs: null,
  memoryBytes: null,
  result: null,
  adapterId: null,
  failure: null,
};

/** What the run's section shows after an event; the only place where it changes. */
export function runReducer(view: RunView, event: RunEvent): RunView {
  switch (event.type) {
    case "started":
      return { ...noRun, status: "running", name: event.name, baseId: event.baseId };
    case "resumed":
      return { ...fromStored(event.run), status: "running", failure: null };
    case "attached":
      return { ...fromStored(event.run), status: "running", isAttached: true };
    case "opened":
      return fromStored(event.run);
    case "listed":
      return afterListing(view, event.runs);
    case "progress":
      return view.status === "running" ? afterProgress(view, event.progress) : view;
    case "finished":
      return { ...fromStored(event.run), plan: view.plan, steps: view.steps, adapterId: event.adapter.id };
    case "failed":
      return afterFailure(view, event.failure);
    case "closed":
      return noRun;
  }
}

/** Share of the run's steps that are done, 0 to 1. */
export const shareDone = ({ points, steps }: RunView): number =>
  steps === 0 ? 0 : Math.min(1, (points.at(-1)?.step ?? 0) / steps);

function afterProgress(view: RunView, progress: TrainingProgress): RunView {
  switch (progress.type) {
    case "stage":
      return { ...view, stage: progress.stage };
    case "plan": {
      const { plan, resumedFromStep } = progress;
      // What was trained after the checkpoint is trained again.
      const isKept = ({ step }: { step: number }): boolean => view.isAttached || step <= resumedFromStep;
      return withBest({
        ...view,
        plan,
        stage: null,
        steps: plan.steps,
        points: view.points.filter(isKept),
        evaluations: view.evaluations.filter(isKept),
      });
    }
    case "step": {
      const { point, steps, tokensPerSecond, etaMs, memoryBytes } = progress;
      return withPoints({ ...view, stage: null, steps, tokensPerSecond, etaMs, memoryBytes }, [point]);
    }
    case "evaluation":
      return afterEvaluation({ ...view, stage: null }, progress);
  }
}

/** What counts as better is the trainer's word: a gain may be too small to be one. */
function afterEvaluation(view: RunView, { step, validationLoss, isBest }: Evaluation & { isBest: boolean }): RunView {
  const evaluation = { step, validationLoss };
  const evaluations = byStep(view.evaluations, [evaluation]);
  return { ...view, evaluations, best: isBest ? evaluation : view.best };
}

/** The engine's list tells which run is ours, and what happened while nobody listened. */
function afterListing(view: RunView, runs: readonly TrainingRun[]): RunView {
  if (view.status === "idle") return view;
  if (view.runId === null) {
    const ours = runs.find(({ state, name }) => state === "running" && name === view.name);
    return ours === undefined ? view : { ...view, runId: ours.id };
  }
  const run = runs.find(({ id }) => id === view.runId);
  // A run that is gone was removed, here or in another window.
  if (run === undefined) return view.status === "running" ? view : noRun;
  if (run.state === "running" && view.status === "running") return withPoints(view, run.points);
  if (run.state === "running" || run.state === view.status || view.failure !== null) return view;
  return { ...fromStored(run), plan: view.plan, steps: view.steps };
}

/** A stopped run is a paused one: its checkpoint is there. */
function afterFailure(view: RunView, failure: Failure): RunView {
  const settled = { ...view, stage: null, tokensPerSecond: null, etaMs: null, memoryBytes: null };
  if (failure.code === "stopped") return { ...settled, status: "paused" };
  return { ...settled, status: "failed", failure };
}

function fromStored(run: TrainingRun): RunView {
  const { id, name, baseId, state, result, failure, adapterId } = run;
  const steps = result?.steps ?? 0;
  return withPoints(
    { ...noRun, status: state, runId: id, name, baseId, result, failure, adapterId, steps },
    run.points,
  );
}

function withPoints(view: RunView, points: readonly LossPoint[]): RunView {
  const measured = points.flatMap(({ step, validationLoss }) =>
    validationLoss === undefined ? [] : [{ step, validationLoss }],
  );
  return withBest({
    ...view,
    points: byStep(view.points, points),
    evaluations: byStep(view.evaluations, measured),
  });
}

/** The one whose weights were kept where that is known, else the first of the lowest. */
function withBest(view: RunView): RunView {
  const kept = view.evaluations.find(({ step }) => step === (view.result?.bestStep ?? view.best?.step));
  if (kept !== undefined) return { ...view, best: kept };
  const best = view.evaluations.reduce<Evaluation | null>(
    (lowest, one) => (lowest === null || one.validationLoss < lowest.validationLoss ? one : lowest),
    null,
  );
  return { ...view, best };
}

/** Later news of a step replaces earlier news. */
function byStep<Entry extends { step: number }>(before: readonly Entry[], news: readonly Entry[]): Entry[] {
  const last = before.at(-1)?.step ?? -1;
  if (news.every(({ step }, index) => step > (news[index - 1]?.step ?? last))) return [...before, ...news];
  const merged = new Map([...before, ...news].map((entry) => [entry.step, entry]));
  return [...merged.values()].sort((a, b) => a.step - b.step);
}
