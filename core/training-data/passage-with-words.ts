import type { Passage } from "../contract/retrieval.ts";
import { normalise } from "../training/dataset/same-meaning.ts";

/** Shorter words stand in every text. */
const LEAST_LETTERS = 3;
/** Fewer answers say nothing about their common form. */
const LEAST_ANSWERS = 10;

/** Words of most answers: they are the form that is taught ("Answer:", "According to the handbook"), not what it says. */
export function formWords(answers: readonly string[]): Set<string> {
  if (answers.length < LEAST_ANSWERS) return new Set();
  const counts = new Map<string, number>();
  for (const answer of answers) {
    for (const word of new Set(wordsOf(answer))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count > answers.length / 2).map(([word]) => word));
}

/**
 * The one passage that holds all words of an answer but those of its form; null when none or several do, when the
 * answer has too few words to tell, or when it is JSON, whose form a mark at its end would break.
 */
export function passageWithWords(
  answer: string,
  passages: readonly Passage[],
  ofForm: ReadonlySet<string> = new Set(),
): Passage | null {
  if (/^\s*[[{]/.test(answer)) return null;
  const words = wordsOf(answer).filter(
    (word) => !ofForm.has(word) && (word.length >= LEAST_LETTERS || /\d/.test(word)),
  );
  if (words.length < 2 && !words.some((word) => /\d/.test(word))) return null;
  const holders = passages.filter(({ text }) => {
    const held = new Set(wordsOf(text));
    return words.every((word) => held.has(word));
  });
  return holders.length === 1 ? holders[0]! : null;
}

const wordsOf = (text: string): string[] => normalise(text).split(/[^\p{L}\p{N}]+/u);
