import type { TrainingPlan, TrainingSettings } from "../../contract/training.ts";
import type { EncodedExample } from "../tokens/encode.ts";
import { countAnswers } from "../tokens/lengths.ts";
import type { Processor } from "../ggml/backend.ts";
import type { BatchShape } from "../graph/batch-inputs.ts";
import { type PassSettings, TrainingPasses } from "../graph/training-passes.ts";
import { BaseWeights } from "../model/base-weights.ts";
import { trainingMemoryInsufficient } from "../training-failures.ts";

export interface FittedPasses {
  settings: PassSettings;
  memory: TrainingPlan["memory"];
}

/** Packing fills micro-batches best when several examples fit; attention costs the square of it. */
const LEAST_MICRO_BATCH = 256;
/** Logits, their softmax and its gradient exist at once for so many positions. */
const MOST_LOGIT_BYTES = 48 * 2 ** 20;
/** What the trainer's process takes beside its tensors, as measured: Node and the dataset; the tokenizer, by its words. */
const PROCESS_BYTES = 220e6;
const WORD_BYTES = 750;

/**
 * The fastest way of training that fits into memory: with transposed weights kept and nothing computed twice, else with
 * checkpointing, else with transposes made anew each time.
 *
 * @throws training_memory_insufficient  with the figures of the smallest way
 */
export async function fitMemory(
  processor: Processor,
  basePath: string,
  settings: TrainingSettings,
  examples: { all: readonly EncodedExample[]; sequenceLength: number },
): Promise<FittedPasses> {
  const available = availableBytes();
  let last: FittedPasses | null = null;
  for (const [transposes, checkpointing] of ways) {
    using base = await BaseWeights.describe(processor, basePath);
    const pass: PassSettings = {
      lora: { rank: settings.rank, alpha: settings.alpha, targets: settings.targets },
      shape: shapeFor(base.hyperparameters.vocabularySize, settings, examples),
      dropout: settings.dropout,
      transposes,
      checkpointing,
    };
    using passes = new TrainingPasses(processor, base, pass);
    const need = passes.measure();
    const processBytes = PROCESS_BYTES + WORD_BYTES * base.hyperparameters.vocabularySize;
    const neededBytes = need.modelBytes + need.optimizerBytes + need.activationBytes + processBytes;
    last = { settings: pass, memory: { ...need, neededBytes, availableBytes: available } };
    if (neededBytes <= available) return last;
  }
  throw trainingMemoryInsufficient(last!.memory);
}

const ways = [
  ["stored", false],
  ["stored", true],
  ["transient", true],
] as const;

function shapeFor(
  vocabularySize: number,
  { batchTokens }: TrainingSettings,
  { all, sequenceLength }: { all: readonly EncodedExample[]; sequenceLength: number },
): BatchShape {
  const tokens = Math.max(sequenceLength, Math.min(batchTokens, LEAST_MICRO_BATCH));
  const answerCounts = all.map(countAnswers);
  const total = all.reduce((sum, example) => sum + example.tokens.length, 0);
  const share = answerCounts.reduce((sum, count) => sum + count, 0) / total;
  // Every position of the head costs time, used or not: a quarter above the average share fills batches well.
  const most = answerCounts.reduce((largest, count) => Math.max(largest, count), 0);
  const wanted = Math.min(tokens, Math.max(most, Math.ceil(tokens * share * 1.25)));
  return { tokens, ...logitRows(wanted, vocabularySize) };
}

/** Room for at least `wanted` answers, and how many of them have logits at one time. */
export function logitRows(wanted: number, vocabularySize: number): Pick<BatchShape, "answers" | "headRows"> {
  const mostRows = Math.max(16, Math.floor(MOST_LOGIT_BYTES / (4 * vocabularySize)));
  const chunks = Math.ceil(wanted / mostRows);
  const headRows = Math.ceil(wanted / chunks / 4) * 4;
  return { answers: headRows * chunks, headRows };
}

/** Bytes this process may still take, a container's limit included; `FOURFOLD_AVAILABLE_BYTES` lowers it. */
function availableBytes(): number {
  const limit = Number(process.env["FOURFOLD_AVAILABLE_BYTES"] ?? Infinity);
  return Math.min(process.availableMemory(), limit);
}
