import type { TrainingPlan } from "../../contract/training.ts";
import { defaultThreads } from "../ggml/backend.ts";
import { TrainingPasses } from "../graph/training-passes.ts";
import type { PlanRequest } from "../requests.ts";
import { stopped } from "../training-failures.ts";
import { FIRST_LOSS_SCALE } from "./checkpoint.ts";
import { type OpenedRun, openRun } from "./open-run.ts";
import { settleThreads } from "./settle-threads.ts";

/** One micro-batch warms up, these are timed. */
const TIMED_BATCHES = 2;

/**
 * What a run would take. The memory is exact for the trainer's tensors; the time follows from timed micro-batches.
 *
 * @throws everything that would keep the run from starting
 */
export async function plan(request: PlanRequest, signal: AbortSignal): Promise<TrainingPlan> {
  using run = await openRun(request, null);
  const { processor, base, fitted, stepPlan } = run;
  await base.load(signal);
  using passes = new TrainingPasses(processor, base, fitted.settings);
  await passes.allocate(request.settings.seed);
  const batches = stepPlan.steps.slice(0, TIMED_BATCHES + 1).flatMap(({ microBatches }) => microBatches);
  const timed = batches.length === 1 ? batches : batches.slice(1, 1 + TIMED_BATCHES);
  await passes.addGradients(batches[0]!, FIRST_LOSS_SCALE, null);
  const { threads } = await settleThreads(run.processor, passes, batches[0]!, request.settings.threads);
  const started = performance.now();
  for (const batch of timed) {
    if (signal.aborted) throw stopped();
    await passes.addGradients(batch, FIRST_LOSS_SCALE, null);
  }
  const tokens = timed.flat().reduce((sum, example) => sum + example.tokens.length, 0);
  const tokensPerSecond = tokens / ((performance.now() - started) / 1000);
  return { ...describePlan(request, run, passes, tokensPerSecond), threads };
}

export function describePlan(
  { settings }: PlanRequest,
  { prepared, fitted, stepPlan, learningRate }: OpenedRun,
  { base, lora }: TrainingPasses,
  tokensPerSecond: number | null,
): TrainingPlan {
  const tokens = stepPlan.steps.reduce((sum, step) => sum + step.tokens, 0);
  return {
    dataset: prepared.report,
    architecture: base.hyperparameters.architecture,
    trainableParameters: lora.count,
    sequenceLength: prepared.sequenceLength,
    microBatchTokens: fitted.settings.shape.tokens,
    microBatchesPerStep: stepPlan.microBatchesPerStep,
    steps: stepPlan.steps.length,
    checkpointing: fitted.settings.checkpointing,
    storedTransposes: fitted.settings.transposes === "stored",
    memory: fitted.memory,
    learningRate,
    threads: settings.threads ?? defaultThreads(),
    tokensPerSecond,
    estimatedMs: tokensPerSecond === null ? null : (tokens / tokensPerSecond) * 1000,
  };
}
