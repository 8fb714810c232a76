import type { LossPoint } from "../../contract/training.ts";
import type { Processor } from "../ggml/backend.ts";
import type { TrainingPasses } from "../graph/training-passes.ts";
import { mixSeeds } from "../seeded-random.ts";
import { stopped } from "../training-failures.ts";
import type { AdamW } from "./adamw.ts";
import type { PlannedStep } from "./plan-steps.ts";
import { learningRateAt } from "./schedule.ts";
import type { SettledSettings } from "./settled-settings.ts";
import type { ThreadChoice } from "./thread-choice.ts";

interface Parts {
  processor: Processor;
  threads: ThreadChoice;
  passes: TrainingPasses;
  optimizer: AdamW;
  settings: SettledSettings;
  signal: AbortSignal;
}

interface Position {
  /** Steps done before this one. */
  step: number;
  /** Of the whole run. */
  steps: number;
  lossScale: number;
}

/** Micro-batches of one step have seeds of their own. */
const MOST_MICRO_BATCHES = 4096;

/**
 * Sum the gradients of a step's micro-batches and move the weights once. The loss of the point is NaN when it was no
 * number; `overflow` means that the scaled gradient was infinite. In both cases nothing moved.
 *
 * @throws stopped  between micro-batches; nothing moved
 */
export async function takeStep(
  { processor, threads, passes, optimizer, settings, signal }: Parts,
  { epoch, microBatches }: PlannedStep,
  { step, steps, lossScale }: Position,
): Promise<LossPoint | "overflow"> {
  passes.lora.clearGradients();
  let sum = 0;
  let answers = 0;
  for (const [index, sequences] of microBatches.entries()) {
    if (signal.aborted) throw stopped();
    const seed = settings.dropout === 0 ? null : mixSeeds(settings.seed, step * MOST_MICRO_BATCHES + index);
    const started = performance.now();
    processor.setThreads(threads.threads);
    sum += await passes.addGradients(sequences, lossScale, seed);
    const tokens = sequences.reduce((total, sequence) => total + sequence.tokens.length, 0);
    threads.note(tokens / ((performance.now() - started) / 1000));
    answers += passes.inputs.answerCount;
  }
  const learningRate = learningRateAt(step, steps, settings.learningRate, settings.warmupShare);
  const point = { step: step + 1, epoch, loss: sum / answers, learningRate, gradientNorm: Number.NaN };
  if (Number.isNaN(point.loss)) return point;
  const { weightDecay, clip } = settings;
  const divisor = answers * lossScale;
  const gradientNorm = await optimizer.step({ step: step + 1, learningRate, weightDecay, divisor, clip });
  return Number.isFinite(gradientNorm) ? { ...point, gradientNorm } : "overflow";
}
