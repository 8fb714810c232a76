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

/** How many times as many chunks as wanted are looked at before it is asked which of them are in scope. */
const LOOKED_AT = 4;

/**
 * Chunks that share words with any of `matches`, best BM25 first; ties keep chunk order, so a rerun gives the same list.
 *
 * The words are scored before anything is read of the chunks: a chunk's row holds its vector, and reading rows takes
 * three times as long as scoring. Only where the best are out of scope every match is looked up there.
 *
 * @param matches  FTS5 queries that have no chunk in common; their terms are quoted, because raw user text is a syntax
 *                 error waiting to happen
 */
export function searchWords(db: ReadableDb, scope: ChunkScope, matches: string[], limit: number): WordHit[] {
  const most = LOOKED_AT * limit;
  const best = matches.flatMap((match) => bestAnywhere(db, match, most));
  const inScope = new Set(
    chunkIdsIn(
      db,
      scope,
      best.map(({ chunkId }) => chunkId),
    ),
  );
  const found = best.filter(({ chunkId }) => inScope.has(chunkId));
  const sawAll = best.length < most;
  const hits = sawAll || found.length >= limit ? found : matches.flatMap((match) => bestIn(db, scope, match, limit));
  return hits.sort((a, b) => b.bm25 - a.bm25 || a.chunkId - b.chunkId).slice(0, limit);
}

function bestAnywhere(db: ReadableDb, match: string, limit: number): WordHit[] {
  return db
    .prepare<[string, number], WordHit>(
      `SELECT rowid AS chunkId, -bm25(chunk_words, ${COLUMN_WEIGHTS}) AS bm25 FROM chunk_words
       WHERE chunk_words MATCH ? ORDER BY bm25 DESC, rowid LIMIT ?`,
    )
    .all(match, limit);
}

function bestIn(db: ReadableDb, scope: ChunkScope, match: string, limit: number): WordHit[] {
  const { sql, parameters } = chunkCondition(scope);
  // Where nothing but the collection counts, its index tells, and no row is read.
  const index = isFiltering(scope.filter) ? "" : "INDEXED BY chunk_of_collection";
  return db
    .prepare<unknown[], WordHit>(
      `SELECT rowid AS chunkId, -bm25(chunk_words, ${COLUMN_WEIGHTS}) AS bm25 FROM chunk_words
       WHERE chunk_words MATCH ?
         AND EXISTS (SELECT 1 FROM chunk ${index} WHERE chunk.id = chunk_words.rowid AND ${sql})
       ORDER BY bm25 DESC, rowid LIMIT ?`,
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

/**
 * Ids of all chunks in scope, ascending.
 *
 * @param among  only these are asked about
 */
export function chunkIdsIn(db: ReadableDb, scope: ChunkScope, among?: number[]): number[] {
  const { sql, parameters } = chunkCondition(scope);
  const narrowed = among === undefined ? "" : "chunk.id IN (SELECT value FROM json_each(?)) AND";
  return db
    .prepare<unknown[], number>(`SELECT chunk.id FROM chunk WHERE ${narrowed} ${sql} ORDER BY chunk.id`)
    .pluck()
    .all(...(among === undefined ? [] : [JSON.stringify(among)]), ...parameters);
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
