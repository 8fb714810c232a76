import type { TrainingSettings } from "../../contract/training.ts";
import type { EncodedExample } from "../tokens/encode.ts";
import { pack } from "../tokens/pack.ts";
import type { BatchShape } from "../graph/batch-inputs.ts";
import { mixSeeds, shuffled } from "../seeded-random.ts";

/** One optimizer step: micro-batches whose gradients are summed. */
export interface PlannedStep {
  /** Epochs done when the step is done. */
  epoch: number;
  microBatches: EncodedExample[][];
  tokens: number;
}

export interface StepPlan {
  steps: PlannedStep[];
  stepsPerEpoch: number;
  microBatchesPerStep: number;
}

/** All steps of a run in order; every epoch is shuffled and packed anew, and the seed decides how. */
export function planSteps(
  examples: readonly EncodedExample[],
  shape: BatchShape,
  { epochs, batchTokens, seed }: Pick<TrainingSettings, "epochs" | "batchTokens" | "seed">,
): StepPlan {
  const microBatchesPerStep = Math.max(1, Math.round(batchTokens / shape.tokens));
  const steps: PlannedStep[] = [];
  let stepsPerEpoch = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const microBatches = pack(shuffled(examples, mixSeeds(seed, epoch)), shape);
    const count = Math.ceil(microBatches.length / microBatchesPerStep);
    stepsPerEpoch ||= count;
    const wanted = Math.max(1, Math.round(count * Math.min(1, epochs - epoch)));
    for (let step = 0; step < wanted; step++) {
      const part = microBatches.slice(step * microBatchesPerStep, (step + 1) * microBatchesPerStep);
      const tokens = part.flat().reduce((sum, example) => sum + example.tokens.length, 0);
      steps.push({ epoch: epoch + (step + 1) / count, microBatches: part, tokens });
    }
  }
  return { steps, stepsPerEpoch, microBatchesPerStep };
}
