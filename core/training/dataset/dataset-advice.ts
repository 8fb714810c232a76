import type { DatasetReport } from "../../contract/training.ts";
import { passagesAdvice } from "./passages-advice.ts";

/** Published practice for teaching a form or a tone; fewer overfit, and consistency helps more than numbers. */
const [FEWEST, MOST] = [100, 1000];
const RIGHT_ORDER = `${FEWEST} to ${MOST.toLocaleString("en")} consistent ones`;
/** Below this there is nothing to learn from and nothing to measure with. */
const FAR_TOO_FEW = 20;
/** A held-out loss over fewer examples says little. */
const FEWEST_HELD_OUT = 5;

/** In sentences, most important first; empty when all is well. */
export function datasetAdvice(found: Omit<DatasetReport, "advice">): string[] {
  const { distinctExamples: distinct, malformed, contradictions, leaks, duplicates, nearDuplicates } = found;
  const { lengths, answerForm, splits } = found;
  const tooLong = lengths?.tooLong ?? [];
  const outliers = answerForm?.outliers ?? [];
  const findings: [found: readonly { line: number }[], sentence: (count: string, lines: string) => string][] = [
    [malformed, (count, lines) => `${count} that cannot be read (${lines}): correct or leave out.`],
    [
      contradictions,
      (count, lines) =>
        `${count} with the prompt of another and a different answer (${lines}): decide on one answer, or the adapter learns to guess.`,
    ],
    [
      leaks,
      (count, lines) =>
        `${count} in another split than one that differs in digits only (${lines}): held-out losses look too good.`,
    ],
    [
      tooLong,
      (count, lines) =>
        `${count} longer than ${lengths?.sequenceLength.toLocaleString("en")} tokens and left out (${lines}): shorten, or allow longer sequences.`,
    ],
    [
      outliers,
      (count, lines) => `${count} with an answer of another form than most, which are ${answerForm?.form} (${lines}).`,
    ],
    [duplicates, (count, lines) => `${count} given twice (${lines}): trained on once.`],
    [
      nearDuplicates,
      (count, lines) => `${count} like another but for case, spacing or punctuation (${lines}): counting double.`,
    ],
  ];
  const advice = findings
    .filter(([listed]) => listed.length > 0)
    .map(([listed, sentence]) => sentence(counted(listed.length), linesOf(listed)));
  if (distinct < FAR_TOO_FEW) {
    // Whatever else is wrong matters less.
    advice.unshift(
      `${distinct} different ${distinct === 1 ? "example is" : "examples are"} far too few: an adapter would learn them by heart; ${RIGHT_ORDER} are the right order.`,
    );
  } else if (distinct < FEWEST) {
    advice.push(`${distinct} different examples are few: ${RIGHT_ORDER} are the right order.`);
  }
  if (distinct > MOST) {
    advice.push(
      `${distinct.toLocaleString("en")} examples are more than a form or a tone needs: ${RIGHT_ORDER} train faster and often as well.`,
    );
  }
  if (distinct >= FAR_TOO_FEW && Math.min(splits.validation, splits.test) < FEWEST_HELD_OUT) {
    advice.push(
      `Only ${splits.validation} examples are left for validation and ${splits.test} for the test: their losses say little.`,
    );
  }
  return found.passages === null ? advice : [...advice, ...passagesAdvice(found.passages)];
}

const counted = (count: number): string => `${count.toLocaleString("en")} ${count === 1 ? "example" : "examples"}`;

function linesOf(listed: readonly { line: number }[]): string {
  const shown = listed.slice(0, 5).map(({ line }) => line);
  return `${listed.length === 1 ? "line" : "lines"} ${shown.join(", ")}${listed.length > shown.length ? ", …" : ""}`;
}
