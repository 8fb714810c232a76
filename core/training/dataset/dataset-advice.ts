import type { DatasetDescription } from "./dataset-description.ts";

/** Published practice for teaching a form or a tone; fewer overfit, and consistency helps more than numbers. */
const [FEWEST, MOST] = [100, 1000];
/** Below this there is nothing to learn from and nothing to measure with. */
const FAR_TOO_FEW = 20;
/** A held-out loss over fewer examples says little. */
const FEWEST_HELD_OUT = 5;

/** In sentences, most important first; empty when all is well. */
export function datasetAdvice(found: Omit<DatasetDescription, "advice">): string[] {
  const {
    distinctExamples: distinct,
    examples,
    contradictions,
    leaks,
    tooLong,
    duplicates,
    nearDuplicates,
    format,
    splits,
  } = found;
  const advice: string[] = [];
  if (distinct < FAR_TOO_FEW)
    advice.push(
      `${counted(distinct, "different example")} ${distinct === 1 ? "is" : "are"} far too few: an adapter would learn them by heart.`,
    );
  if (contradictions.length > 0) {
    advice.push(
      `${counted(contradictions.length, "prompt")} with different answers (${lines(contradictions.map(second))}): decide on one answer for each, or the adapter learns to guess.`,
    );
  }
  if (leaks.length > 0) {
    advice.push(
      `${counted(leaks.length, "held-out prompt")} also trained on (${lines(leaks.map(({ line }) => line))}): the held-out loss would look too good.`,
    );
  }
  if (tooLong.length > 0) {
    advice.push(
      `${counted(tooLong.length, "example")} longer than ${found.maxTokens} tokens (${lines(tooLong.map(({ line }) => line))}): shorten them, or allow longer sequences.`,
    );
  }
  if (format.outliers.length > 0) {
    advice.push(
      `${counted(format.outliers.length, "answer")} in another form than the others (${lines(format.outliers.map(({ line }) => line))}): bring them into one form.`,
    );
  }
  const repeated = [...duplicates, ...nearDuplicates];
  if (repeated.length > 0) {
    advice.push(
      `${examples - distinct} of ${examples} examples repeat another (${lines(repeated.map(second))}): they count double and teach nothing new.`,
    );
  }
  if (distinct >= FAR_TOO_FEW && distinct < FEWEST) {
    advice.push(
      `${distinct} different examples are few: ${FEWEST} to ${MOST.toLocaleString("en")} consistent ones are the right order.`,
    );
  }
  if (distinct > MOST) {
    advice.push(
      `${distinct.toLocaleString("en")} examples are more than a form or a tone needs: ${FEWEST} to ${MOST.toLocaleString("en")} consistent ones train faster and often as well.`,
    );
  }
  if (distinct >= FAR_TOO_FEW && Math.min(splits.validation, splits.test) < FEWEST_HELD_OUT) {
    advice.push(
      `Only ${splits.validation} examples are left for validation and ${splits.test} for the test: their losses say little.`,
    );
  }
  return advice;
}

const second = ({ lines: group }: { lines: number[] }): number => group[1]!;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function lines(listed: number[]): string {
  const shown = listed.slice(0, 5).join(", ");
  return `${listed.length === 1 ? "line" : "lines"} ${shown}${listed.length > 5 ? ", …" : ""}`;
}
