import type { TrainingPasses } from "../graph/training-passes.ts";
import type { EncodedExample } from "../tokens/encode.ts";
import { countAnswers } from "../tokens/lengths.ts";
import { pack } from "../tokens/pack.ts";

/** Nats per answer token over all examples, nothing dropped. */
export async function meanLoss(passes: TrainingPasses, examples: readonly EncodedExample[]): Promise<number> {
  let sum = 0;
  for (const batch of pack(examples, passes.inputs.shape)) sum += await passes.lossOf(batch);
  return sum / examples.reduce((count, example) => count + countAnswers(example), 0);
}
