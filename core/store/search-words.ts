import type { RetrievalFilter } from "../contract/retrieval.ts";
import type { ReadableDb } from "./db.ts";

/** Which chunks a search may find. */
export interface ChunkScope {
  collectionIds: string[];
  filter: RetrievalFilter;
}

export interface WordHit {
  chunkId: number;
  /** Okapi BM25 as FTS5 computes it (k1 = 1.2, b = 0.75), sign turned: higher is better. */
  bm25: number;
}

/** How much a match in each column counts: heading, text, parts of words. */
const COLUMN_WEIGHTS = "1.0, 1.0, 1.0";

/** Whether a filter leaves anything out at all. */
export function isFiltering(filter: RetrievalFilter): boolean {
  const { documentIds, folders, formats, tags, importedFrom, importedBefore } = filter;
  const lists = [documentIds, folders, formats, tags];
  return lists.some((list) => list.length > 0) || importedFrom !== null || importedBefore !== null;
}

/**
 * Chunks that share words with `match`, best BM25 first; ties keep chunk order, so a rerun gives the same list.
 *
 * @param match  an FTS5 query whose terms are quoted; raw user text is a syntax error waiting to happen
 */
export function searchWords(db: ReadableDb, scope: ChunkScope, match: string, limit: number): WordHit[] {
  const { sql, parameters } = chunkCondition(scope);
  return db
    .prepare<unknown[], WordHit>(
      `SELECT chunk.id AS chunkId, -bm25(chunk_words, ${COLUMN_WEIGHTS}) AS bm25
       FROM chunk_words JOIN chunk ON chunk.id = chunk_words.rowid
       WHERE chunk_words MATCH ? AND ${sql}
       ORDER BY bm25 DESC, chunk.id LIMIT ?`,
    )
    .all(match, ...parameters, limit);
}

/**
 * Chunks of a collection that hold any of the terms, best BM25 first; a term of several words is a phrase.
 *
 * @param documentIds  narrows the search to these documents
 */
export function searchTerms(
  db: ReadableDb,
  collectionId: string,
  terms: readonly string[],
  limit: number,
  documentIds?: readonly string[],
): WordHit[] {
  if (terms.length === 0) return [];
  const narrowed =
    documentIds === undefined ? "" : "AND chunk.document_id IN (SELECT value FROM json_each(@documents))";
  return db
    .prepare<[object], WordHit>(
      `SELECT chunk.id AS chunkId, -bm25(chunk_words, ${COLUMN_WEIGHTS}) AS bm25
       FROM chunk_words JOIN chunk ON chunk.id = chunk_words.rowid
       WHERE chunk_words MATCH @match AND chunk.collection_id = @collectionId ${narrowed}
       ORDER BY bm25 DESC, chunk.id LIMIT @limit`,
    )
    .all({
      match: terms.map(quoted).join(" OR "),
      collectionId,
      limit,
      ...(documentIds === undefined ? {} : { documents: JSON.stringify(documentIds) }),
    });
}

/** Chunks of a collection that hold a term. */
export function countHolding(db: ReadableDb, collectionId: string, term: string): number {
  return db
    .prepare<[string, string], number>(
      `SELECT count(*) FROM chunk_words JOIN chunk ON chunk.id = chunk_words.rowid
       WHERE chunk_words MATCH ? AND chunk.collection_id = ?`,
    )
    .pluck()
    .get(quoted(term), collectionId)!;
}

/** As FTS5 takes a word for a word: `AND`, `foo*`, `col:x` and a lone quotation mark are syntax. */
export const quoted = (term: string): string => `"${term.replaceAll('"', '""')}"`;

/** Ids of all chunks in scope, ascending. */
export function chunkIdsIn(db: ReadableDb, scope: ChunkScope): number[] {
  const { sql, parameters } = chunkCondition(scope);
  return db
    .prepare<unknown[], number>(`SELECT chunk.id FROM chunk WHERE ${sql} ORDER BY chunk.id`)
    .pluck()
    .all(...parameters);
}

/** Chunks that match, counted up to `limit`, in all collections: BM25 weighs words over all of them, too. */
export function countMatching(db: ReadableDb, match: string, limit: number): number {
  return db
    .prepare<[string, number], number>(
      "SELECT count(*) FROM (SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT ?)",
    )
    .pluck()
    .get(match, limit)!;
}

/** A value that differs whenever any document changed. */
export function readCorpusVersion(db: ReadableDb): string {
  return db.prepare<[], string>("SELECT count(*) || ':' || total(generation) FROM collection").pluck().get()!;
}

/** Chunks of all collections. */
export function countChunks(db: ReadableDb): number {
  return db.prepare<[], number>("SELECT count(*) FROM chunk").pluck().get()!;
}

/** Whether documents in languages that write compounds as one word are among those searched. */
export function hasLanguage(db: ReadableDb, collectionIds: string[], languages: string[]): boolean {
  return (
    db
      .prepare(
        `SELECT 1 FROM document WHERE collection_id IN (SELECT value FROM json_each(?))
         AND language IN (SELECT value FROM json_each(?)) LIMIT 1`,
      )
      .get(JSON.stringify(collectionIds), JSON.stringify(languages)) !== undefined
  );
}

export function chunkCondition({ collectionIds, filter }: ChunkScope): { sql: string; parameters: string[] } {
  const conditions = ["chunk.collection_id IN (SELECT value FROM json_each(?))"];
  const parameters = [JSON.stringify(collectionIds)];
  if (isFiltering(filter)) {
    const wanted = documentCondition(filter);
    conditions.push(
      `chunk.document_id IN (SELECT id FROM document
         WHERE collection_id IN (SELECT value FROM json_each(?)) AND ${wanted.map(({ sql }) => sql).join(" AND ")})`,
    );
    parameters.push(JSON.stringify(collectionIds), ...wanted.map(({ parameter }) => parameter));
  }
  return { sql: conditions.join(" AND "), parameters };
}

/** With its separator, so that /a/b does not take /a/bc along; either kind, for documents of other systems. */
export const folderBeginnings = (folders: string[]): string[] =>
  folders.flatMap((folder) => ["/", "\\"].map((separator) => folder.replace(/[/\\]+$/, "") + separator));

function documentCondition(filter: RetrievalFilter): { sql: string; parameter: string }[] {
  const { documentIds, folders, formats, tags, importedFrom, importedBefore } = filter;
  const conditions: { sql: string; parameter: string }[] = [];
  const among = (sql: string, values: string[]): void =>
    void (values.length > 0 && conditions.push({ sql, parameter: JSON.stringify(values) }));
  among("document.id IN (SELECT value FROM json_each(?))", documentIds);
  among("document.format IN (SELECT value FROM json_each(?))", formats);
  among(
    `EXISTS (SELECT 1 FROM document_tag WHERE document_tag.collection_id = document.collection_id
             AND document_tag.path = document.path AND tag IN (SELECT value FROM json_each(?)))`,
    tags,
  );
  among(
    `EXISTS (SELECT 1 FROM json_each(?) WHERE substr(document.path, 1, length(value)) = value)`,
    folderBeginnings(folders),
  );
  if (importedFrom !== null) conditions.push({ sql: "document.imported_at >= ?", parameter: importedFrom });
  if (importedBefore !== null) conditions.push({ sql: "document.imported_at < ?", parameter: importedBefore });
  return conditions;
}
