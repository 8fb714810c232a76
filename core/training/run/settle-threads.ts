import { defaultThreads, type Processor } from "../ggml/backend.ts";
import type { TrainingPasses } from "../graph/training-passes.ts";
import type { EncodedExample } from "../tokens/encode.ts";
import { FIRST_LOSS_SCALE } from "./checkpoint.ts";
import { ThreadChoice } from "./thread-choice.ts";

/** Compute one micro-batch a few times, only to find out how many threads the machine has to spare now. */
export async function settleThreads(
  processor: Processor,
  passes: TrainingPasses,
  microBatch: EncodedExample[],
  wanted: number | undefined,
): Promise<ThreadChoice> {
  const choice = new ThreadChoice(wanted ?? defaultThreads(), wanted !== undefined);
  while (!choice.isSettled) await timed(processor, passes, microBatch, choice);
  processor.setThreads(choice.threads);
  return choice;
}

async function timed(processor: Processor, passes: TrainingPasses, microBatch: EncodedExample[], choice: ThreadChoice) {
  processor.setThreads(choice.threads);
  const started = performance.now();
  await passes.addGradients(microBatch, FIRST_LOSS_SCALE, null);
  passes.lora.clearGradients();
  const tokens = microBatch.reduce((sum, example) => sum + example.tokens.length, 0);
  choice.note(tokens / ((performance.now() - started) / 1000));
}
