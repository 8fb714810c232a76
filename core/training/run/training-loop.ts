import type { LossPoint, TrainingProgress, TrainingSettings } from "../../contract/training.ts";
import type { EncodedExample } from "../tokens/encode.ts";
import { countAnswers } from "../tokens/lengths.ts";
import { pack } from "../tokens/pack.ts";
import type { Processor } from "../ggml/backend.ts";
import type { TrainingPasses } from "../graph/training-passes.ts";
import { mixSeeds } from "../seeded-random.ts";
import { stopped } from "../training-failures.ts";
import { AdamW } from "./adamw.ts";
import { readWeights, type RunProgress, type Weights, writeWeights } from "./checkpoint.ts";
import type { PlannedStep, StepPlan } from "./plan-steps.ts";
import { learningRateAt } from "./schedule.ts";

export interface LoopOptions {
  processor: Processor;
  passes: TrainingPasses;
  plan: StepPlan;
  settings: TrainingSettings;
  validation: readonly EncodedExample[];
  progress: RunProgress;
  best: Weights | null;
  signal: AbortSignal;
  report: (progress: TrainingProgress) => void;
  saveEveryMs?: number | undefined;
  /** Keep what there is, so that the run can go on from here. */
  save: (progress: RunProgress, best: Weights | null) => Promise<void>;
}

/** How the loop ended; `diverged` leaves the best weights in place when there were any. */
export type LoopEnd = { end: "finished" | "early-stop" | "diverged"; progress: RunProgress; best: Weights | null };

/** A crash costs at most this much work. */
const SAVE_EVERY_MS = 30_000;
/** Below this, gradients overflow because they are infinite, not because they were scaled. */
const LEAST_LOSS_SCALE = 2 ** -10;
/** An improvement smaller than this share is noise. */
const LEAST_GAIN = 1e-3;
/** As often as anyone can read. */
const REPORT_EVERY_MS = 33;

/** Train until the plan is done, the validation loss stops falling, or someone stops it. */
export async function runLoop(options: LoopOptions): Promise<LoopEnd> {
  const { processor, passes, plan, settings, signal, report, save } = options;
  const { steps } = plan;
  const evaluateEvery = Math.max(1, Math.round(plan.stepsPerEpoch / settings.evaluationsPerEpoch));
  let { progress, best } = options;
  const started = { at: performance.now(), ms: progress.ms, tokens: progress.trainedTokens };
  let savedAt = performance.now();
  let reportedAt = -Infinity;
  using optimizer = new AdamW(processor, passes.lora);

  while (progress.step < steps.length) {
    const step = steps[progress.step]!;
    const result = await takeStep(passes, optimizer, step, settings, progress, steps.length, signal).catch(
      async (error: unknown) => {
        if (signal.aborted) await save(progress, best);
        throw error;
      },
    );
    if (result === "overflow") {
      progress = { ...progress, lossScale: progress.lossScale / 2 };
      if (progress.lossScale < LEAST_LOSS_SCALE) return { end: "diverged", progress, best };
      continue;
    }
    if (Number.isNaN(result.loss)) return { end: "diverged", progress, best };
    progress = {
      ...progress,
      step: progress.step + 1,
      trainedTokens: progress.trainedTokens + step.tokens,
      ms: started.ms + performance.now() - started.at,
    };
    let point = result;
    const isLast = progress.step === steps.length;
    if (options.validation.length > 0 && (progress.step % evaluateEvery === 0 || isLast)) {
      report({ type: "stage", stage: "evaluating" });
      const validationLoss = await meanLoss(passes, options.validation, signal).catch(async (error: unknown) => {
        if (signal.aborted) await save({ ...progress, points: [...progress.points, point] }, best);
        throw error;
      });
      if (Number.isNaN(validationLoss)) return { end: "diverged", progress, best };
      const isBest = validationLoss < (progress.best?.validationLoss ?? Infinity) * (1 - LEAST_GAIN);
      point = { ...point, validationLoss };
      if (isBest) best = readWeights(passes.lora);
      progress = {
        ...progress,
        best: isBest ? { step: progress.step, validationLoss } : progress.best,
        evaluationsWithoutGain: isBest ? 0 : progress.evaluationsWithoutGain + 1,
      };
      report({ type: "evaluation", step: progress.step, validationLoss, isBest });
    }
    progress = { ...progress, points: [...progress.points, point] };
    if (performance.now() - reportedAt > REPORT_EVERY_MS || point.validationLoss !== undefined) {
      reportedAt = performance.now();
      report(describeStep(point, plan, progress, started));
    }
    if (performance.now() - savedAt >= (options.saveEveryMs ?? SAVE_EVERY_MS)) {
      await save(progress, best);
      savedAt = performance.now();
    }
    if (settings.patience > 0 && progress.evaluationsWithoutGain >= settings.patience) {
      return { end: "early-stop", progress, best };
    }
  }
  return { end: "finished", progress, best };
}

/** Sum the gradients of a step's micro-batches and move the weights; `overflow` moved nothing and may be tried again. */
async function takeStep(
  passes: TrainingPasses,
  optimizer: AdamW,
  { epoch, microBatches }: PlannedStep,
  settings: TrainingSettings,
  { step, lossScale }: RunProgress,
  steps: number,
  signal: AbortSignal,
): Promise<LossPoint | "overflow"> {
  passes.lora.clearGradients();
  let loss = 0;
  let answers = 0;
  for (const [index, sequences] of microBatches.entries()) {
    if (signal.aborted) throw stopped();
    const seed = settings.dropout === 0 ? null : mixSeeds(settings.seed, step * 4096 + index);
    loss += await passes.addGradients(sequences, lossScale, seed);
    answers += passes.inputs.answerCount;
  }
  const learningRate = learningRateAt(step, steps, settings.learningRate, settings.warmupShare);
  const { weightDecay, clip } = settings;
  const meanOverStep = loss / answers;
  if (Number.isNaN(meanOverStep)) return { step: step + 1, epoch, loss: Number.NaN, learningRate, gradientNorm: Number.NaN };
  const divisor = answers * lossScale;
  const gradientNorm = await optimizer.step({ step: step + 1, learningRate, weightDecay, divisor, clip });
  if (!Number.isFinite(gradientNorm)) return "overflow";
  return { step: step + 1, epoch, loss: meanOverStep, learningRate, gradientNorm };
}

/** Nats per answer token over all examples. */
export async function meanLoss(
  passes: TrainingPasses,
  examples: readonly EncodedExample[],
  signal: AbortSignal,
): Promise<number> {
  let loss = 0;
  for (const batch of pack(examples, passes.inputs.shape)) {
    if (signal.aborted) throw stopped();
    loss += await passes.lossOf(batch);
  }
  return loss / examples.reduce((sum, example) => sum + countAnswers(example), 0);
}

function describeStep(
  point: LossPoint,
  { steps }: StepPlan,
  progress: RunProgress,
  started: { at: number; tokens: number },
): TrainingProgress {
  const tokensPerSecond = (progress.trainedTokens - started.tokens) / ((performance.now() - started.at) / 1000);
  const left = steps.slice(progress.step).reduce((sum, { tokens }) => sum + tokens, 0);
  const etaMs = (left / tokensPerSecond) * 1000;
  return { type: "step", point, steps: steps.length, tokensPerSecond, etaMs, memoryBytes: process.memoryUsage.rss() };
}

/** Go back to the weights of the best evaluation. */
export function restoreBest(passes: TrainingPasses, best: Weights | null): void {
  if (best !== null) writeWeights(passes.lora, best);
}
