import type { Passage } from "../contract/retrieval.ts";
import { sentencesOf, textForPrompt } from "./passage-lines.ts";

/** How near texts are to a question: the cosine of each, in order. */
export type Likeness = (question: string, texts: string[]) => Promise<number[]>;

/** How many lines are marked. With the pocket base's embedder the line that answers is among them in nine cases of ten. */
const NEAREST = 4;

/** Where a line stands: its passage's number, and its place among the passage's sentences, counted from 0. */
type LinePlace = `${number}:${number}`;

export const placeOf = (passage: number, sentence: number): LinePlace => `${passage}:${sentence}`;

/**
 * The lines of passages that are nearest in meaning to a question, each with its rank from 0; headings are none of them.
 *
 * A small base knows few words, its embedder many: what the embedder finds alike becomes something the base can read.
 */
export async function rankNearestLines(
  likeness: Likeness,
  question: string,
  passages: Pick<Passage, "n" | "text">[],
): Promise<Map<LinePlace, number>> {
  const lines = passages.flatMap(({ n, text }) =>
    sentencesOf(textForPrompt(text)).map((line, sentence) => ({ line, place: placeOf(n, sentence) })),
  );
  if (lines.length === 0) return new Map();
  const cosines = await likeness(
    question,
    lines.map(({ line }) => line),
  );
  const nearest = lines.map(({ place }, index) => ({ place, cosine: cosines[index]! }));
  // The sort is stable: of two alike the one of the better passage comes first.
  nearest.sort((a, b) => b.cosine - a.cosine);
  return new Map(nearest.slice(0, NEAREST).map(({ place }, rank) => [place, rank]));
}
