import type { SearchedWord } from "../contract/explanation.ts";
import type { ReadableDb } from "../store/db.ts";
import {
  type ChunkScope,
  countChunks,
  countMatching,
  hasLanguage,
  readCorpusVersion,
  searchWords,
  type WordHit,
} from "../store/search-words.ts";
import { COMPOUNDING_LANGUAGES } from "../store/word-parts.ts";
import { matchesOf, queryTerms } from "./word-query.ts";

/** Under this many chunks no word is common: every chunk is scored in a moment, and shares mean little. */
const COMMON_FROM_CHUNKS = 200;
/**
 * Chunks that are scored for a question, about, which takes some 15 ms. Among 100,000 the best fifty of 60 questions were the
 * same as with all words looked up; from 15,000 downwards some were not.
 */
const MOST_SCORED = 20_000;
/** Forms counted per store; a question has at most a few dozen. */
const MOST_COUNTS = 20_000;

/** What was counted, per store, as long as no document changes. */
const counted = new WeakMap<ReadableDb, { version: string; chunks: number; counts: Map<string, number> }>();

/**
 * The word leg: BM25 over the chunks that hold any word of the question.
 *
 * Words that occur in a large share of all chunks are left out, unless nothing else remains: they decide next to
 * nothing, and scoring every chunk that has a "the" is what makes this leg slow.
 */
export function lookUpWords(
  db: ReadableDb,
  scope: ChunkScope,
  question: string,
  { commonWordShare, limit }: { commonWordShare: number; limit: number },
): { hits: WordHit[]; words: SearchedWord[] } {
  const { chunks, counts } = countsOf(db);
  const count = (match: string, most: number): number => {
    const key = `${most} ${match}`;
    const found = counts.get(key) ?? countMatching(db, match, most);
    counts.set(key, found);
    return found;
  };

  const isWord = hasLanguage(db, scope.collectionIds, COMPOUNDING_LANGUAGES)
    ? (beginning: string) => count(`{heading text} : "${beginning}"*`, 1) > 0
    : null;
  const most = mostChunks(chunks, commonWordShare);
  const { wanted, words } = withoutCommon(
    queryTerms(question, isWord).map(({ word, forms }) => ({ word, forms, chunks: count(forms[0]!, most + 1) })),
    chunks,
    commonWordShare,
  );
  const holding = ({ forms, chunks }: SearchedWord): number =>
    forms.length === 1 && chunks <= most ? chunks : count(forms.join(" OR "), Number.MAX_SAFE_INTEGER);
  const matches = matchesOf(
    wanted.map((word) => ({ ...word, chunks: holding(word) })),
    MOST_SCORED,
  );
  return { hits: searchWords(db, scope, matches, limit), words };
}

/**
 * Words of a question without those that occur in a large share of all chunks.
 *
 * @returns what is looked up, and all of them with what became of each
 */
export function withoutCommon(
  asked: Omit<SearchedWord, "isCommon">[],
  chunks: number,
  commonWordShare: number,
): { wanted: SearchedWord[]; words: SearchedWord[] } {
  const most = mostChunks(chunks, commonWordShare);
  const words = asked.map((word) => ({ ...word, isCommon: word.chunks > most }));
  const rare = words.filter(({ isCommon }) => !isCommon);
  // Of words that are all common the rarest would still be common, so all of them count.
  const wanted = rare.some((word) => word.chunks > 0 || word.forms.length > 1) ? rare : words;
  return { wanted, words: words.map((word) => ({ ...word, isCommon: word.isCommon && wanted === rare })) };
}

/** A word in more chunks is common. */
const mostChunks = (chunks: number, commonWordShare: number): number =>
  chunks < COMMON_FROM_CHUNKS ? chunks : Math.floor(commonWordShare * chunks);

function countsOf(db: ReadableDb): { chunks: number; counts: Map<string, number> } {
  const version = readCorpusVersion(db);
  const known = counted.get(db);
  if (known?.version === version && known.counts.size < MOST_COUNTS) return known;
  const fresh = { version, chunks: countChunks(db), counts: new Map<string, number>() };
  counted.set(db, fresh);
  return fresh;
}
