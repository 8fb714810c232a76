import type { BatchShape, TokenSequence } from "../graph/batch-inputs.ts";
import { countAnswers } from "./lengths.ts";

/** Batches still open for a sequence that fits; more would fill them better and mix the order less. */
const MOST_OPEN = 8;

/**
 * Put sequences into micro-batches, each into the first that has room. The order of the sequences decides everything.
 */
export function pack<Sequence extends TokenSequence>(
  sequences: readonly Sequence[],
  { tokens, answers }: Pick<BatchShape, "tokens" | "answers">,
): Sequence[][] {
  const done: Sequence[][] = [];
  const open: { sequences: Sequence[]; tokens: number; answers: number }[] = [];
  for (const sequence of sequences) {
    const answerCount = countAnswers(sequence);
    const { length } = sequence.tokens;
    let batch = open.find(
      (candidate) => candidate.tokens + length <= tokens && candidate.answers + answerCount <= answers,
    );
    if (batch === undefined) {
      batch = { sequences: [], tokens: 0, answers: 0 };
      open.push(batch);
      if (open.length > MOST_OPEN) done.push(open.shift()!.sequences);
    }
    batch.sequences.push(sequence);
    batch.tokens += length;
    batch.answers += answerCount;
  }
  return [...done, ...open.map((batch) => batch.sequences)];
}
