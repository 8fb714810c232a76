import { quoted } from "../store/search-words.ts";
import { backwards, characterPairs, stemOf, unspacedRuns } from "../store/word-parts.ts";

/** Words of a question that are looked up; more only make the search slow. */
const MOST_TERMS = 32;

/** Shorter words are the beginning or end of too many others. */
const LEAST_PART_LETTERS = 5;
/** Letters that join the parts of a compound: Arbeit-s-zeit, Rechnung-s-nummer, Blume-n-topf. */
const JOINTS = ["", "s", "es", "n", "en", "er", "e"];
/** A part of a compound; shorter ones (ab, ein, um) are prefixes, not words. */
const LEAST_COMPOUND_PART = 4;

/** A word of a question with the FTS5 expressions that look for it; any of them is a find. */
export interface QueryTerm {
  word: string;
  forms: string[];
}

/**
 * The distinct words of a question, in its order, each as quoted FTS5 expressions.
 *
 * Quoting matters: `AND`, `foo*`, `col:x` and a lone quotation mark are syntax in FTS5 and raise errors when they come
 * from a user. A quoted term such as "E-2045" is matched as a phrase. Scripts without spaces are looked up as pairs of
 * characters.
 *
 * @param isWord  given where documents are in a language of compounds: whether any chunk has a word that begins so
 */
export function queryTerms(question: string, isWord: ((beginning: string) => boolean) | null = null): QueryTerm[] {
  const words = question
    .split(/\s+/u)
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "").toLowerCase())
    .filter((word) => word !== "");
  const terms = [...new Set(words)].flatMap((word) => {
    const runs = unspacedRuns(word);
    if (runs.length === 0)
      return [{ word, forms: [quoted(word), ...(isWord === null ? [] : partForms(word, isWord))] }];
    const pairs = runs.flatMap((run) => characterPairs(run).map((pair) => ({ word: pair, forms: [inParts(pair)] })));
    // "iPhoneの価格": what is written with spaces elsewhere stays a word.
    const others = runs.reduce((rest, run) => rest.replace(run, " "), word.normalize("NFC")).split(/[^\p{L}\p{N}]+/u);
    return [
      ...others.filter((other) => other !== "").map((other) => ({ word: other, forms: [quoted(other)] })),
      ...pairs,
    ];
  });
  const distinct = new Map(terms.map((term) => [term.word, term]));
  return [...distinct.values()].slice(0, MOST_TERMS);
}

/** A term and how many chunks hold it. */
export type CountedTerm = QueryTerm & { chunks: number };

/**
 * FTS5 queries, without a chunk in common, for the chunks that hold any of the terms, as far as these are not more than
 * `most` together: the rarest terms bring chunks in, the others only count in those. What lacks every rare term is
 * hardly ever among the best, and scoring it all would take longer the larger the collection is.
 */
export function matchesOf(terms: CountedTerm[], most: number): string[] {
  const rarestFirst = terms.filter(({ forms }) => forms.length > 0).toSorted((a, b) => a.chunks - b.chunks);
  let sum = 0;
  // The first that any chunk holds is taken, however many do.
  const tooMany = rarestFirst.findIndex(({ chunks }) => {
    const isOver = sum > 0 && sum + chunks > most;
    sum += chunks;
    return isOver;
  });
  const any = (some: QueryTerm[]): string => some.flatMap(({ forms }) => forms).join(" OR ");
  if (rarestFirst.length === 0) return [];
  if (tooMany === -1) return [any(terms)];
  const bringing = any(rarestFirst.slice(0, tooMany));
  const counting = any(rarestFirst.slice(tooMany));
  return [`(${bringing}) AND (${counting})`, `(${bringing}) NOT (${counting})`];
}

/** A single character is the beginning of its pairs. */
const inParts = (pair: string): string => `parts : ${quoted(pair)}${[...pair].length === 1 ? "*" : ""}`;
const beginning = (word: string): string => `{heading text} : ${quoted(word)}*`;
const end = (word: string): string => `parts : ${quoted(backwards(word))}*`;

/** Compounds that begin or end with the word, and the parts of a compound that is one itself. */
function partForms(word: string, isWord: (beginning: string) => boolean): string[] {
  if (!/^\p{Script=Latin}+$/u.test(word) || word.length < LEAST_PART_LETTERS) return [];
  const stem = stemOf(word);
  const parts = compoundParts(word, isWord);
  return [...new Set([beginning(stem), end(word), end(stem), ...parts.map(beginning)])];
}

/** "wärmepumpengarantie" → wärmepumpe, garantie, where documents know both; the most even cut wins. */
function compoundParts(word: string, isWord: (beginning: string) => boolean): string[] {
  let best: string[] = [];
  let bestShorter = 0;
  for (let cut = LEAST_COMPOUND_PART; cut <= word.length - LEAST_COMPOUND_PART; cut++) {
    const right = stemOf(word.slice(cut));
    const left = JOINTS.filter((joint) => word.slice(0, cut).endsWith(joint))
      .map((joint) => word.slice(0, cut - joint.length))
      .filter((part) => part.length >= LEAST_COMPOUND_PART);
    const shorter = Math.min(cut, word.length - cut);
    if (shorter <= bestShorter || left.length === 0 || !isWord(right)) continue;
    const known = left.find((part) => isWord(part));
    if (known === undefined) continue;
    best = [known, right];
    bestShorter = shorter;
  }
  return best;
}
