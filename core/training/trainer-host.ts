import { setPriority } from "node:os";
import { serveChild } from "../children/serve-child.ts";
import type { Handler, Handlers } from "../children/wire.ts";
import type { DatasetReport, TrainingPlan, TrainingProgress, TrainingResult } from "../contract/training.ts";
import type { PlanRequest, TrainRequest } from "./requests.ts";
import { examine } from "./run/examine.ts";
import { plan } from "./run/plan.ts";
import { train } from "./run/train.ts";
import { stopped } from "./training-failures.ts";

/** Training takes what others leave: a model that answers, a window that scrolls. */
const LOW_PRIORITY = 10;

/** The program of the trainer: ggml in a process of its own, because a failed assertion in it ends the process. */
const handlers = {
  examine: ((request, { signal }) => orStopped(signal, () => examine(request))) satisfies Handler<
    PlanRequest,
    DatasetReport
  >,

  plan: ((request, { signal }) => orStopped(signal, () => plan(request, signal))) satisfies Handler<
    PlanRequest,
    TrainingPlan
  >,

  train: ((request, context) => orStopped(context.signal, () => train(request, context))) satisfies Handler<
    TrainRequest,
    TrainingResult,
    TrainingProgress
  >,
} satisfies Handlers;

export type TrainerHost = typeof handlers;

/** Whatever an aborted call fails with, the abort is why. */
async function orStopped<Value>(signal: AbortSignal, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    throw signal.aborted ? stopped() : error;
  }
}

setPriority(LOW_PRIORITY);
serveChild(handlers);
