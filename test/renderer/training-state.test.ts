import { describe, expect, test } from "vitest";
import { type Failure, type ModelInfo, TrainingSettings } from "../../core/contract/index.ts";
import type { LossPoint, TrainingPlan, TrainingProgress, TrainingRun } from "../../core/contract/training.ts";
import {
  noRun,
  type RunEvent,
  runReducer,
  type RunView,
  shareDone,
} from "../../renderer/panels/training/training-state.ts";

const after = (...events: RunEvent[]): RunView => events.reduce(runReducer, noRun);
const started: RunEvent = { type: "started", name: "Tickets", baseId: "pocket" };
const progress = (of: TrainingProgress): RunEvent => ({ type: "progress", progress: of });

const point = (step: number, loss: number, validationLoss?: number): LossPoint => ({
  step,
  epoch: step / 10,
  loss,
  learningRate: 1e-3,
  gradientNorm: 1,
  ...(validationLoss !== undefined && { validationLoss }),
});
const stepped = (step: number, loss: number, validationLoss?: number): RunEvent =>
  progress({
    type: "step",
    point: point(step, loss, validationLoss),
    steps: 20,
    tokensPerSecond: 1200,
    etaMs: 9000,
    memoryBytes: 2e8,
  });
const planned = (resumedFromStep: number): RunEvent =>
  progress({ type: "plan", plan: { steps: 20 } as TrainingPlan, resumedFromStep });
const evaluated = (step: number, validationLoss: number, isBest: boolean): RunEvent =>
  progress({ type: "evaluation", step, validationLoss, isBest });

const run: TrainingRun = {
  id: "run-1",
  name: "Tickets",
  baseId: "pocket",
  datasetPath: "/pairs.jsonl",
  skipMalformed: false,
  settings: TrainingSettings.parse({}),
  state: "paused",
  createdAt: "2026-05-01T10:00:00.000Z",
  points: [point(1, 4), point(2, 3), point(3, 2.5, 2.6), point(4, 2.4)],
  result: null,
  failure: null,
  adapterId: null,
};
const stopped: Failure = { code: "stopped", message: "Stopped.", action: "Resume it.", details: {} };
const diverged: Failure = {
  code: "training_diverged",
  message: "The loss stopped being a number at step 9.",
  action: "Train again with a lower learning rate.",
  details: { step: 9, adapterPath: null },
};
const steps = ({ points }: RunView): number[] => points.map(({ step }) => step);

describe("a run on the screen", () => {
  test("goes from its stages over its plan to its first steps", () => {
    const loading = after(started, progress({ type: "stage", stage: "loading" }));
    const going = runReducer(runReducer(loading, planned(0)), stepped(5, 3));

    expect(loading).toMatchObject({ status: "running", stage: "loading", steps: 0 });
    expect(shareDone(loading)).toBe(0);
    expect(going).toMatchObject({ stage: null, steps: 20, tokensPerSecond: 1200, etaMs: 9000, memoryBytes: 2e8 });
    expect(shareDone(going)).toBe(0.25);
  });

  test("knows a validation loss once, whether its evaluation or its step tells it first", () => {
    const view = after(started, planned(0), evaluated(5, 2, true), stepped(5, 2.1, 2));

    expect(view.evaluations).toEqual([{ step: 5, validationLoss: 2 }]);
    expect(view.best).toEqual({ step: 5, validationLoss: 2 });
  });

  test("keeps as best what the trainer calls the best, not a gain too small to be one", () => {
    const view = after(started, planned(0), evaluated(5, 2, true), evaluated(10, 1.9999, false));

    expect(view.best).toEqual({ step: 5, validationLoss: 2 });
  });

  test("learns its id from the engine's list, which is what it can be paused by", () => {
    const other: TrainingRun = { ...run, id: "old", state: "finished" };
    const view = after(started, { type: "listed", runs: [other, { ...run, state: "running" }] });

    expect(view.runId).toBe("run-1");
  });

  test("is paused, not failed, when it was stopped", () => {
    const view = after(started, planned(0), stepped(1, 4), { type: "failed", failure: stopped });

    expect(view).toMatchObject({ status: "paused", failure: null, etaMs: null });
    expect(steps(view)).toEqual([1]);
  });

  test("keeps its curve beside the words when it fails", () => {
    const view = after(started, planned(0), stepped(8, 4), { type: "failed", failure: diverged });

    expect(view).toMatchObject({ status: "failed", failure: diverged });
    expect(steps(view)).toEqual([8]);
  });

  test("hears nothing more once it has ended", () => {
    expect(after(started, { type: "failed", failure: diverged }, stepped(9, 1)).points).toEqual([]);
  });

  test("shows its result and its adapter when it has finished", () => {
    const result = {
      path: "/adapters/tickets.gguf",
      sha256: "00",
      end: "finished",
      steps: 20,
      bestStep: 3,
      loss: { train: 1, validationBefore: 5, validation: 2.6, testBefore: 5, test: 2.7 },
      tokensPerSecond: 1000,
      peakMemoryBytes: 2e8,
      ms: 20_000,
    } as const;
    const finished: TrainingRun = {
      ...run,
      state: "finished",
      result,
      points: [...run.points, point(5, 2.3, 2.5999)],
    };
    const view = after(started, { type: "finished", run: finished, adapter: { id: "adapter-1" } as ModelInfo });

    expect(view).toMatchObject({ status: "finished", adapterId: "adapter-1", result });
    expect(view.best).toEqual({ step: 3, validationLoss: 2.6 });
  });
});

describe("a run that goes on", () => {
  test("forgets what it had trained after its checkpoint, because that is trained again", () => {
    const view = after({ type: "resumed", run }, planned(2));

    expect(view.status).toBe("running");
    expect(steps(view)).toEqual([1, 2]);
    expect(view.best).toBeNull();
  });

  test("replaces what it trains again", () => {
    const view = after({ type: "resumed", run }, stepped(4, 9));

    expect(view.points.find(({ step }) => step === 4)?.loss).toBe(9);
    expect(steps(view)).toEqual([1, 2, 3, 4]);
  });

  test("keeps its whole curve when this window only comes back to it", () => {
    const view = after({ type: "attached", run: { ...run, state: "running" } }, planned(0), stepped(6, 2));

    expect(steps(view)).toEqual([1, 2, 3, 4, 6]);
    expect(view.evaluations).toEqual([{ step: 3, validationLoss: 2.6 }]);
  });

  test("fills the steps that passed while nobody listened from the engine's list", () => {
    const view = after({ type: "attached", run: { ...run, state: "running", points: [point(1, 4)] } }, stepped(5, 2), {
      type: "listed",
      runs: [{ ...run, state: "running" }],
    });

    expect(steps(view)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("a run of the list", () => {
  test("is shown as it was left, with why it failed", () => {
    expect(after({ type: "opened", run: { ...run, state: "failed", failure: diverged } })).toMatchObject({
      status: "failed",
      failure: diverged,
      runId: "run-1",
    });
  });

  test("leaves the screen when it is removed elsewhere", () => {
    expect(after({ type: "opened", run }, { type: "listed", runs: [] })).toEqual(noRun);
  });
});
