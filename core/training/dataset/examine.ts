import type { DatasetReport, DatasetSplit } from "../../contract/training.ts";
import { commonForm } from "./answer-form.ts";
import { answerOf, type Conversation, promptOf } from "./conversation.ts";
import type { Dataset } from "./read-dataset.ts";
import { type SplitShares, splitOf } from "./split.ts";

export interface SplitExample {
  conversation: Conversation;
  split: DatasetSplit;
}

/** Examples that can be trained on, without duplicates, and what is said about all of them. */
export interface ExaminedDataset {
  examples: SplitExample[];
  report: DatasetReport;
}

/** Published practice for teaching a form or a tone; fewer overfit, far more rarely help a small adapter. */
const [FEWEST, MOST] = [100, 1000];

export function examineDataset(dataset: Dataset, shares: SplitShares): ExaminedDataset {
  const examples: SplitExample[] = [];
  const duplicates: DatasetReport["duplicates"] = [];
  const contradictions: DatasetReport["contradictions"] = [];
  const firstByPrompt = new Map<string, Conversation[]>();
  for (const conversation of dataset.examples) {
    const earlier = firstByPrompt.get(promptOf(conversation)) ?? [];
    const same = earlier.find((candidate) => answerOf(candidate) === answerOf(conversation));
    if (same !== undefined) {
      duplicates.push({ line: conversation.line, sameAs: same.line });
      continue;
    }
    if (earlier[0] !== undefined) contradictions.push({ line: conversation.line, sameAs: earlier[0].line });
    firstByPrompt.set(promptOf(conversation), [...earlier, conversation]);
    examples.push({ conversation, split: splitOf(conversation, shares) });
  }
  const count = (split: DatasetSplit) => examples.filter((example) => example.split === split).length;
  const report: DatasetReport = {
    path: dataset.path,
    sha256: dataset.sha256,
    format: dataset.format,
    examples: examples.length,
    splits: { train: count("train"), validation: count("validation"), test: count("test") },
    malformed: dataset.malformed,
    duplicates,
    contradictions,
    leaks: findLeaks(examples),
    lengths: null,
    answerForm: commonForm(examples.map(({ conversation }) => conversation)),
    advice: [],
  };
  return { examples, report: { ...report, advice: adviceFor(report) } };
}

/** Equal prompts share a split; prompts that only look different do not, and then a loss is measured on what was learnt. */
function findLeaks(examples: SplitExample[]): DatasetReport["leaks"] {
  const seen = new Map<string, SplitExample>();
  const leaks: DatasetReport["leaks"] = [];
  for (const example of examples) {
    const blurred = promptOf(example.conversation)
      .toLowerCase()
      .replace(/[^\p{Letter}]+/gu, " ");
    const earlier = seen.get(blurred);
    if (earlier === undefined) seen.set(blurred, example);
    else if (earlier.split !== example.split) {
      leaks.push({ line: example.conversation.line, sameAs: earlier.conversation.line });
    }
  }
  return leaks;
}

/** In sentences, most important first. */
export function adviceFor(report: DatasetReport): string[] {
  const { malformed, contradictions, leaks, duplicates, examples, lengths, answerForm } = report;
  const others = (answerForm?.others ?? []).map((line) => ({ line }));
  const tooLong = lengths?.tooLong ?? [];
  const findings: [found: { line: number }[], what: string][] = [
    [malformed, "cannot be read and would be left out"],
    [contradictions, "with the prompt of another and a different answer, which teaches guessing"],
    [leaks, "like one in another split but for digits or punctuation, so that held-out losses look too good"],
    [tooLong, `longer than ${lengths?.sequenceLength} tokens and left out`],
    [duplicates, "given twice and used once"],
    [others, `with an answer of another form than most, which are ${answerForm?.form}`],
  ];
  const advice = findings
    .filter(([found]) => found.length > 0)
    .map(([found, what]) => `${found.length} of the examples: ${what} (${lines(found)}).`);
  if (examples < FEWEST) {
    advice.push(`${examples} examples are few: ${FEWEST} to ${MOST} consistent ones are the right order.`);
  }
  return advice;
}

function lines(listed: { line: number }[]): string {
  const shown = listed.slice(0, 5).map(({ line }) => line);
  return `${listed.length === 1 ? "line" : "lines"} ${shown.join(", ")}${listed.length > shown.length ? ", …" : ""}`;
}
