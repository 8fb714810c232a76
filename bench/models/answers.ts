import { z } from "zod";

/** One way an answer may be right: words it contains, or a regular expression it matches. */
export const ExpectedAnswer = z.union([z.string().min(1), z.object({ pattern: z.string().min(1) })]);
export type ExpectedAnswer = z.infer<typeof ExpectedAnswer>;

/**
 * Whether a text holds one of the expected answers.
 *
 * White space is squeezed and case ignored. Words must not stand inside a longer word or number, so that "5" is not
 * found in "15" and "4" not in "4,000"; patterns see the text's own lines, `^` and `$` at their ends.
 */
export function holdsAnswer(text: string, expected: readonly ExpectedAnswer[]): boolean {
  const squeezed = squeeze(text).toLowerCase();
  return expected.some((answer) =>
    typeof answer === "string"
      ? standsAlone(squeeze(answer).toLowerCase()).test(squeezed)
      : new RegExp(answer.pattern, "imu").test(text),
  );
}

export const squeeze = (text: string): string => text.trim().replaceAll(/\s+/gu, " ");

/** An answer without the citation marks it ends with. */
export const withoutCitations = (text: string): string => text.trim().replace(/(\s*\[\d+\])+$/u, "");

const standsAlone = (words: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_])(?<!\\d[.,])${RegExp.escape(words)}(?![\\p{L}\\p{N}_])(?![.,]\\d)`, "u");
