import { characterPairs, unspacedRuns } from "../../store/word-parts.ts";

/** An index entry of PostgreSQL holds 2,700 bytes; a "word" of hundreds of letters is none, and nobody asks for it. */
const LONGEST_WORD = 200;

/**
 * The words of a text, as SQLite's FTS5 sees them ("unicode61 remove_diacritics 2"): runs of letters and digits,
 * small, without accents; so that a question finds the same chunks on a server as in a workspace. Scripts without spaces
 * are cut into pairs of characters, as in a workspace.
 */
export function wordsOf(text: string): string[] {
  const runs = unspacedRuns(text);
  const spaced = runs.reduce((rest, run) => rest.replace(run, " "), runs.length === 0 ? text : text.normalize("NFC"));
  const plain = spaced.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const words = (plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []).map((word) => word.slice(0, LONGEST_WORD));
  return [...words, ...runs.flatMap(characterPairs)];
}

/** How often each word stands in a text. */
export function countWords(text: string): { total: number; counts: Map<string, number> } {
  const counts = new Map<string, number>();
  const words = wordsOf(text);
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { total: words.length, counts };
}
