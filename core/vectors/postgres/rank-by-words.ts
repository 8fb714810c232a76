import type { ClientBase } from "pg";
import type { WordHit } from "../../store/search-words.ts";
import { chunkTable, wordTable } from "./schema.ts";
import { wordsOf } from "./words.ts";

/** As in SQLite's FTS5 (its fts5_aux.c), so that both stores rank by the same formula. */
const K1 = 1.2;
const B = 0.75;
const LEAST_WEIGHT = 1e-6;

/**
 * The chunks that hold any of the terms, best BM25 first.
 *
 * PostgreSQL's own ts_rank knows nothing of how rare a word is, and ranks "the" like a part number; so the words are
 * counted in a table and BM25 is computed from that. What differs from FTS5: a term of several words ("E-2045")
 * counts as its words, wherever they stand, not as a phrase.
 *
 * @param documentIds  their ids on the server
 */
export async function rankByWords(
  client: ClientBase,
  collectionNumber: number,
  terms: readonly string[],
  limit: number,
  documentIds?: string[],
): Promise<WordHit[]> {
  const words = [...new Set(terms.flatMap(wordsOf))];
  if (words.length === 0) return [];
  const chunk = chunkTable(collectionNumber);
  const word = wordTable(collectionNumber);
  const { rows } = await client.query<{ id: string; bm25: number }>(
    `WITH collection AS (
       SELECT count(*)::float8 AS chunks, avg(word_count)::float8 AS mean_words FROM ${chunk}
     ), asked AS (
       SELECT asked.word, greatest(${LEAST_WEIGHT}, ln((chunks - holders + 0.5) / (holders + 0.5))) AS weight
       FROM unnest($1::text[]) AS asked (word), collection,
            LATERAL (SELECT count(*)::float8 AS holders FROM ${word} AS held WHERE held.word = asked.word) AS counted
       WHERE holders > 0
     )
     SELECT chunk.id, sum(weight * frequency * ${K1 + 1} /
                          (frequency + ${K1} * (1 - ${B} + ${B} * word_count / mean_words))) AS bm25
     FROM asked JOIN ${word} AS held USING (word) JOIN ${chunk} AS chunk ON chunk.id = held.chunk, collection
     ${documentIds === undefined ? "" : "WHERE chunk.document = ANY ($3)"}
     GROUP BY chunk.id
     ORDER BY bm25 DESC, chunk.id
     LIMIT $2`,
    documentIds === undefined ? [words, limit] : [words, limit, documentIds],
  );
  return rows.map(({ id, bm25 }) => ({ chunkId: Number(id), bm25 }));
}

/** Chunks of a collection, and how many hold each term: of several words, the rarest decides, so it is at most so many. */
export async function countByWords(
  client: ClientBase,
  collectionNumber: number,
  terms: readonly string[],
): Promise<{ chunks: number; holders: number[] }> {
  const wordsOfTerms = terms.map((term) => wordsOf(term));
  const counted = await client.query<{ chunks: number }>(
    `SELECT count(*)::integer AS chunks FROM ${chunkTable(collectionNumber)}`,
  );
  const { rows } = await client.query<{ word: string; holders: number }>(
    `SELECT word, count(*)::integer AS holders FROM ${wordTable(collectionNumber)} WHERE word = ANY ($1) GROUP BY word`,
    [[...new Set(wordsOfTerms.flat())]],
  );
  const held = new Map(rows.map(({ word, holders }) => [word, holders]));
  const holders = wordsOfTerms.map((words) =>
    words.length === 0 ? 0 : Math.min(...words.map((word) => held.get(word) ?? 0)),
  );
  return { chunks: counted.rows[0]!.chunks, holders };
}
