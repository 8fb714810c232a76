import type { DatasetReport, TrainingSettings } from "../../contract/training.ts";
import type { EncodedExample } from "./encode.ts";
import { MOST_BY_DEFAULT } from "./sequence-limit.ts";

const HISTOGRAM_STEPS = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];

/** How long a sequence may be: as asked, or as long as the longest example, in steps of 32. */
export function chooseSequenceLength(
  { sequenceLength }: Pick<TrainingSettings, "sequenceLength">,
  examples: readonly EncodedExample[],
  trainedContextSize: number,
): number {
  const limit = trainedContextSize === 0 ? Infinity : trainedContextSize;
  if (sequenceLength !== undefined) return Math.min(sequenceLength, limit);
  const longest = examples.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  return Math.min(Math.ceil(longest / 32) * 32, MOST_BY_DEFAULT, limit);
}

export function measureLengths(
  examples: readonly EncodedExample[],
  sequenceLength: number,
): NonNullable<DatasetReport["lengths"]> {
  const lengths = examples.map(({ tokens }) => tokens.length).toSorted((a, b) => a - b);
  const answers = examples.map(countAnswers);
  const longest = lengths.at(-1) ?? 0;
  const middle = (lengths.length - 1) / 2;
  const steps = HISTOGRAM_STEPS.slice(0, HISTOGRAM_STEPS.findIndex((step) => step >= longest) + 1);
  return {
    histogram: steps.map((upTo, index) => ({
      upTo,
      examples: lengths.filter((length) => length <= upTo && length > (steps[index - 1] ?? 0)).length,
    })),
    shortest: lengths[0] ?? 0,
    median: ((lengths[Math.floor(middle)] ?? 0) + (lengths[Math.ceil(middle)] ?? 0)) / 2,
    p95: lengths[Math.ceil(lengths.length * 0.95) - 1] ?? 0,
    longest,
    longestAnswer: answers.reduce((most, count) => Math.max(most, count), 0),
    sequenceLength,
    tooLong: examples
      .filter(({ tokens }) => tokens.length > sequenceLength)
      .map(({ line, tokens }) => ({ line, tokens: tokens.length })),
    totalTokens: lengths.reduce((sum, length) => sum + length, 0),
    answerTokens: answers.reduce((sum, count) => sum + count, 0),
  };
}

export const countAnswers = ({ answers }: Pick<EncodedExample, "answers">): number =>
  answers.reduce((sum, carriesLoss) => sum + carriesLoss, 0);
