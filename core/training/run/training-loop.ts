import type { LossPoint, TrainingProgress } from "../../contract/training.ts";
import type { Processor } from "../ggml/backend.ts";
import type { TrainingPasses } from "../graph/training-passes.ts";
import type { EncodedExample } from "../tokens/encode.ts";
import { AdamW } from "./adamw.ts";
import { readWeights, type RunProgress, type Weights } from "./checkpoint.ts";
import { meanLoss } from "./mean-loss.ts";
import { Pace } from "./pace.ts";
import type { StepPlan } from "./plan-steps.ts";
import type { SettledSettings } from "./settled-settings.ts";
import { takeStep } from "./take-step.ts";
import type { ThreadChoice } from "./thread-choice.ts";

export interface LoopOptions {
  processor: Processor;
  threads: ThreadChoice;
  passes: TrainingPasses;
  plan: StepPlan;
  settings: SettledSettings;
  validation: readonly EncodedExample[];
  start: LoopState;
  signal: AbortSignal;
  report: (progress: TrainingProgress) => void;
  saveEveryMs: number | undefined;
  /** Keep what there is, so that the run can go on from here. */
  save: (state: LoopState) => Promise<void>;
}

/** Where the loop stands between two steps; the weights themselves are in the passes. */
export interface LoopState {
  progress: RunProgress;
  /** As they were at the best evaluation. */
  best: Weights | null;
}

/** How the loop ended: `diverged` means that the loss or the gradient is no number any more. */
export type LoopEnd = LoopState & { end: "finished" | "early-stop" | "diverged" };

/** A crash costs at most this much work. */
const SAVE_EVERY_MS = 30_000;
/** Below this, gradients overflow because they are infinite, not because they were scaled. */
const LEAST_LOSS_SCALE = 2 ** -10;
/** An improvement smaller than this share is noise. */
const LEAST_GAIN = 1e-3;

/**
 * Train until the plan is done, the validation loss stops falling, or someone stops it.
 *
 * @throws stopped  after `save`; a step is either done with its evaluation or not begun
 */
export async function runLoop(options: LoopOptions): Promise<LoopEnd> {
  const { processor, threads, passes, plan, settings, signal, report, save } = options;
  const { steps } = plan;
  let state = options.start;
  const pace = new Pace(plan, state.progress);
  let savedAt = performance.now();
  using optimizer = new AdamW(processor, passes.lora);
  const parts = { processor, threads, passes, optimizer, settings, signal };

  while (state.progress.step < steps.length) {
    if (settings.patience > 0 && state.progress.evaluationsWithoutGain >= settings.patience) {
      return { ...state, end: "early-stop" };
    }
    let result: LossPoint | "overflow";
    try {
      const { step, lossScale } = state.progress;
      result = await takeStep(parts, steps[step]!, {
        step,
        lossScale,
        steps: steps.length,
      });
    } catch (error) {
      if (signal.aborted) await save(state);
      throw error;
    }
    if (result === "overflow") {
      state = withHalvedScale(state);
      if (state.progress.lossScale < LEAST_LOSS_SCALE) return { ...state, end: "diverged" };
      continue;
    }
    if (Number.isNaN(result.loss)) return { ...state, end: "diverged" };
    state = await withPoint(state, result, options, pace);
    const point = state.progress.points.at(-1)!;
    if (Number.isNaN(point.validationLoss ?? 0)) return { ...state, end: "diverged" };
    pace.tell(point, state.progress, report);
    if (performance.now() - savedAt >= (options.saveEveryMs ?? SAVE_EVERY_MS)) {
      await save(state);
      savedAt = performance.now();
    }
  }
  return { ...state, end: "finished" };
}

const withHalvedScale = ({ progress, best }: LoopState): LoopState => ({
  progress: { ...progress, lossScale: progress.lossScale / 2 },
  best,
});

/** The state after a step that went well, evaluated where the plan says so. */
async function withPoint(
  { progress, best }: LoopState,
  point: LossPoint,
  { passes, plan, settings, validation, report }: LoopOptions,
  pace: Pace,
): Promise<LoopState> {
  const { step } = point;
  const evaluateEvery = Math.max(1, Math.round(plan.stepsPerEpoch / settings.evaluationsPerEpoch));
  const isDue = validation.length > 0 && (step % evaluateEvery === 0 || step === plan.steps.length);
  const done = { ...progress, step, trainedTokens: progress.trainedTokens + plan.steps[step - 1]!.tokens, ms: pace.ms };
  if (!isDue) return { progress: { ...done, points: [...progress.points, point] }, best };

  report({ type: "stage", stage: "evaluating" });
  const validationLoss = await meanLoss(passes, validation);
  const isBest = validationLoss < (progress.best?.validationLoss ?? Infinity) * (1 - LEAST_GAIN);
  report({ type: "evaluation", step, validationLoss, isBest });
  return {
    progress: {
      ...done,
      points: [...progress.points, { ...point, validationLoss }],
      best: isBest ? { step, validationLoss } : progress.best,
      evaluationsWithoutGain: isBest ? 0 : progress.evaluationsWithoutGain + 1,
      ms: pace.ms,
    },
    best: isBest ? readWeights(passes.lora) : best,
  };
}
