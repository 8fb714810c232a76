import type { DatasetSplit } from "../../contract/training.ts";
import { describeFormat } from "./format-drift.ts";
import { answerOf, type Conversation, promptOf } from "./conversation.ts";
import type { DatasetDescription, LengthSummary } from "./dataset-description.ts";
import { datasetAdvice } from "./dataset-advice.ts";
import { datasetAllDuplicates, datasetEmpty } from "./dataset-failures.ts";
import { groupsBy, normalisedAnswer, normalisedPrompt } from "./same-meaning.ts";
import { splitDataset } from "./split.ts";

export type CountTokens = (text: string) => number | Promise<number>;

export interface DescribeOptions {
  /** Said in failures. */
  path?: string;
  /** Longest example in tokens; longer ones are listed. */
  maxTokens?: number;
  /** Splits made elsewhere; by default those of `splitDataset` with a tenth for validation and a tenth for test. */
  splits?: Record<DatasetSplit, readonly Conversation[]>;
}

/**
 * Examine examples before anything is trained on them: duplicates, contradictions, leaks between splits, lengths in the
 * base's tokens, drift of format, and what to do about it.
 *
 * @param countTokens  of a text, by the base's tokenizer
 * @throws dataset_empty, dataset_all_duplicates  one example, given twice or more, also when only its punctuation differs
 */
export async function describeDataset(
  examples: readonly Conversation[],
  countTokens: CountTokens,
  { path = "The dataset", maxTokens, splits }: DescribeOptions = {},
): Promise<DatasetDescription> {
  if (examples.length === 0) throw datasetEmpty(path);
  const meaning = (example: Conversation): string => `${normalisedPrompt(example)}\n\n${normalisedAnswer(example)}`;
  const distinctExamples = new Set(examples.map(meaning)).size;
  if (examples.length > 1 && distinctExamples === 1) throw datasetAllDuplicates(path, examples.length);

  const sides = splits ?? splitDataset(examples, { validation: 0.1, test: 0.1 });
  const counted = await countAll(examples, countTokens);
  const description = {
    examples: examples.length,
    distinctPrompts: new Set(examples.map(normalisedPrompt)).size,
    distinctExamples,
    duplicates: groupsBy(examples, ({ id }) => id).map(linesOf),
    nearDuplicates: groupsBy(firstOfEach(examples), meaning).map(linesOf),
    contradictions: findContradictions(examples),
    splits: { train: sides.train.length, validation: sides.validation.length, test: sides.test.length },
    leaks: findLeaks(sides),
    lengths: {
      prompt: summarise(counted.map(({ prompt }) => prompt)),
      answer: summarise(counted.map(({ answer }) => answer)),
      whole: summarise(counted.map(({ prompt, answer }) => prompt + answer)),
    },
    maxTokens: maxTokens ?? null,
    tooLong: counted
      .map(({ line, prompt, answer }) => ({ line, tokens: prompt + answer }))
      .filter(({ tokens }) => maxTokens !== undefined && tokens > maxTokens),
    format: describeFormat(examples),
  };
  return { ...description, advice: datasetAdvice(description) };
}

const linesOf = (group: readonly Conversation[]): { lines: number[] } => ({ lines: group.map(({ line }) => line) });

const firstOfEach = (examples: readonly Conversation[]): Conversation[] =>
  [...Map.groupBy(examples, ({ id }) => id).values()].map(([first]) => first!);

/** Of every answer to the same prompt the first line that gives it. */
function findContradictions(examples: readonly Conversation[]): DatasetDescription["contradictions"] {
  return groupsBy(examples, normalisedPrompt)
    .map((group) => [...Map.groupBy(group, normalisedAnswer).values()].map(([first]) => first!))
    .filter((answers) => answers.length > 1)
    .map(linesOf);
}

function findLeaks(splits: Record<DatasetSplit, readonly Conversation[]>): DatasetDescription["leaks"] {
  const seen = new Map<string, { example: Conversation; side: DatasetSplit }>();
  const leaks: DatasetDescription["leaks"] = [];
  for (const side of ["train", "validation", "test"] as const) {
    for (const example of splits[side]) {
      const key = normalisedPrompt(example);
      const earlier = seen.get(key);
      if (earlier === undefined) seen.set(key, { example, side });
      else if (earlier.side !== "test" && side !== "train" && earlier.side !== side) {
        const kind = promptOf(earlier.example) === promptOf(example) ? "exact" : "normalised";
        leaks.push({ line: example.line, split: side, sameAs: earlier.example.line, in: earlier.side, kind });
      }
    }
  }
  return leaks;
}

async function countAll(examples: readonly Conversation[], countTokens: CountTokens) {
  const counted: { line: number; prompt: number; answer: number }[] = [];
  for (const example of examples) {
    const texts = example.messages.slice(0, -1).map(({ content }) => content);
    let prompt = 0;
    for (const text of texts) prompt += await countTokens(text);
    counted.push({ line: example.line, prompt, answer: await countTokens(answerOf(example)) });
  }
  return counted;
}

/** Powers of two from 16: the lengths people choose are among them. */
const FIRST_STEP = 16;

function summarise(lengths: readonly number[]): LengthSummary {
  const sorted = lengths.toSorted((a, b) => a - b);
  const longest = sorted.at(-1)!;
  const steps = [FIRST_STEP];
  while (steps.at(-1)! < longest) steps.push(steps.at(-1)! * 2);
  const middle = sorted.length / 2;
  return {
    shortest: sorted[0]!,
    median: sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2,
    p95: sorted[Math.ceil(sorted.length * 0.95) - 1]!,
    longest,
    total: sorted.reduce((sum, length) => sum + length, 0),
    histogram: steps.map((upTo, index) => ({
      upTo,
      examples: sorted.filter((length) => length <= upTo && length > (steps[index - 1] ?? -1)).length,
    })),
  };
}
