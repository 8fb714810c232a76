import type { Passage } from "../contract/retrieval.ts";
import { linesOf } from "../retrieval/lines-of.ts";
import { textForPrompt } from "./passage-lines.ts";

/** How near texts are to the question, the cosine of each, in order. */
export type Likeness = (texts: string[]) => Promise<number[]>;

/**
 * The sign of the nearest line, of the second, and so on: one token each for the pocket base. With its embedder the line
 * that answers is among these four in nine cases of ten.
 */
const NEAR_MARKS = [">", "=", "+", "~"];

/** Where a line stands: its passage's number, and its place among the passage's lines, counted from 0; a heading is none of them. */
type LinePlace = `${number}:${number}`;

export const placeOf = (passage: number, line: number): LinePlace => `${passage}:${line}`;

/**
 * The signs of the lines that are nearest in meaning to a question.
 *
 * A small base knows few words, its embedder many: what the embedder finds alike becomes something the base can read.
 */
export async function markNearestLines(
  likeness: Likeness,
  passages: Pick<Passage, "n" | "text">[],
): Promise<Map<LinePlace, string>> {
  const lines = passages.flatMap(({ n, text }) =>
    linesOf(textForPrompt(text)).map((line, index) => ({ line, place: placeOf(n, index) })),
  );
  if (lines.length === 0) return new Map();
  const cosines = await likeness(lines.map(({ line }) => line));
  const nearest = lines.map(({ place }, index) => ({ place, cosine: cosines[index]! }));
  // The sort is stable: of two alike the one of the better passage comes first.
  nearest.sort((a, b) => b.cosine - a.cosine);
  return new Map(NEAR_MARKS.slice(0, nearest.length).map((mark, rank) => [nearest[rank]!.place, mark]));
}
