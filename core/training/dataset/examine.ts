import type { DatasetReport, DatasetSplit } from "../../contract/training.ts";
import { commonForm } from "./answer-form.ts";
import type { Conversation } from "./conversation.ts";
import { datasetAdvice } from "./dataset-advice.ts";
import type { Dataset } from "./read-dataset.ts";
import { normalisedAnswer, normalisedPrompt } from "./same-meaning.ts";
import { type SplitShares, splitOf } from "./split.ts";

export interface SplitExample {
  conversation: Conversation;
  split: DatasetSplit;
}

/** Examples that can be trained on, without exact duplicates, and what is said about all of them. */
export interface ExaminedDataset {
  examples: SplitExample[];
  report: DatasetReport;
}

/**
 * Examine a dataset before anything is trained on it: duplicates, contradictions, leaks between the splits, drift of form,
 * and what to do about it. Lengths are counted later, in the tokens of a base.
 */
export function examineDataset(dataset: Dataset, shares: SplitShares): ExaminedDataset {
  const { path, sha256, format, malformed } = dataset;
  const { kept, repeated: duplicates } = firstOfEach(dataset.examples, ({ id }) => id);
  const meaning = (example: Conversation): string => `${normalisedPrompt(example)}\n\n${normalisedAnswer(example)}`;
  const { kept: distinct, repeated: nearDuplicates } = firstOfEach(kept, meaning);
  const prompts = firstOfEach(distinct, normalisedPrompt);
  const examples = kept.map((conversation) => ({ conversation, split: splitOf(conversation, shares) }));
  const count = (split: DatasetSplit) => examples.filter((example) => example.split === split).length;
  const found = {
    path,
    sha256,
    format,
    examples: examples.length,
    distinctExamples: distinct.length,
    distinctPrompts: prompts.kept.length,
    splits: { train: count("train"), validation: count("validation"), test: count("test") },
    malformed,
    duplicates,
    nearDuplicates,
    // Their meaning differs and their prompt does not: the answers contradict each other.
    contradictions: prompts.repeated,
    leaks: findLeaks(examples),
    lengths: null,
    passages: null,
    answerForm: commonForm(kept),
  };
  return { examples, report: { ...found, advice: datasetAdvice(found) } };
}

/** The first line of every kind, and the later ones with the line they repeat. */
function firstOfEach(examples: readonly Conversation[], keyOf: (example: Conversation) => string) {
  const first = new Map<string, Conversation>();
  const repeated: { line: number; sameAs: number }[] = [];
  for (const example of examples) {
    const key = keyOf(example);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, example);
    else repeated.push({ line: example.line, sameAs: earlier.line });
  }
  return { kept: [...first.values()], repeated };
}

/** Equal prompts share a split; prompts that only look different do not, and then a loss is measured on what was learnt. */
function findLeaks(examples: readonly SplitExample[]): DatasetReport["leaks"] {
  const seen = new Map<string, SplitExample>();
  const leaks: DatasetReport["leaks"] = [];
  for (const example of examples) {
    const blurred = normalisedPrompt(example.conversation)
      .replace(/[^\p{Letter}]+/gu, " ")
      .trim();
    // Of "12 + 7" nothing would be left, and all sums would be one.
    if (blurred.length < LEAST_BLURRED) continue;
    const earlier = seen.get(blurred);
    if (earlier === undefined) seen.set(blurred, example);
    else if (earlier.split !== example.split) {
      leaks.push({ line: example.conversation.line, sameAs: earlier.conversation.line });
    }
  }
  return leaks;
}

/** Letters without which two prompts cannot be said to resemble each other: "user: " alone has five. */
const LEAST_BLURRED = 8;
