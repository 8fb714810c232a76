import type { PageRectangle } from "../contract/documents.ts";
import { fromJson, type ReadableDb } from "./db.ts";
import { fromBlob } from "./vector-blob.ts";

export interface StoredChunk {
  id: number;
  documentId: string;
  documentName: string;
  page: number | null;
  heading: string | null;
  text: string;
  start: number;
  end: number;
  tokenCount: number;
  rectangles: PageRectangle[];
}

/** Chunks by id; ids that are gone are left out. */
export function readChunks(db: ReadableDb, ids: number[]): Map<number, StoredChunk> {
  const rows = db
    .prepare<[string], Omit<StoredChunk, "rectangles"> & { rectangles: string }>(
      `SELECT chunk.id, document_id AS documentId, document.name AS documentName, page, heading, chunk.text AS text,
              start_offset AS start, end_offset AS "end", token_count AS tokenCount, rectangles
       FROM chunk JOIN document ON document.id = chunk.document_id
       WHERE chunk.id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(ids));
  return new Map(rows.map((row) => [row.id, { ...row, rectangles: fromJson<PageRectangle[]>(row.rectangles) }]));
}

/** Ids of a collection's chunks, ascending, and the generation they belong to, read as one snapshot. */
export function readChunkIds(db: ReadableDb, collectionId: string): { generation: number; ids: number[] } {
  return db.transaction(() => {
    const generation = db
      .prepare<[string], number>("SELECT generation FROM collection WHERE id = ?")
      .pluck()
      .get(collectionId);
    const ids = db
      .prepare<[string], number>("SELECT id FROM chunk WHERE collection_id = ? ORDER BY id")
      .pluck()
      .all(collectionId);
    return { generation: generation ?? 0, ids };
  })();
}

/** Vectors of single chunks; ids that are gone are left out. */
export function readEmbeddings(db: ReadableDb, ids: number[]): Map<number, Float32Array> {
  const rows = db
    .prepare<[string], { id: number; embedding: Uint8Array }>(
      "SELECT id, embedding FROM chunk WHERE id IN (SELECT value FROM json_each(?))",
    )
    .all(JSON.stringify(ids));
  return new Map(rows.map(({ id, embedding }) => [id, fromBlob(embedding)]));
}

/** Ids of the chunks of some documents. */
export function readChunkIdsOf(db: ReadableDb, documentIds: readonly string[]): number[] {
  return db
    .prepare<[string], number>("SELECT id FROM chunk WHERE document_id IN (SELECT value FROM json_each(?))")
    .pluck()
    .all(JSON.stringify(documentIds));
}

/** Call `each` with the embedding of every chunk above `afterId`, ascending by id. */
export function forEachEmbedding(
  db: ReadableDb,
  collectionId: string,
  afterId: number,
  each: (id: number, embedding: Float32Array) => void,
): void {
  const rows = db.prepare<[string, number], { id: number; embedding: Uint8Array }>(
    "SELECT id, embedding FROM chunk WHERE collection_id = ? AND id > ? ORDER BY id",
  );
  for (const { id, embedding } of rows.iterate(collectionId, afterId)) each(id, fromBlob(embedding));
}

/**
 * Chunks of a collection that hold any of the terms, best BM25 first; a term of several words is a phrase.
 *
 * @param documentIds  narrows the search to these documents
 */
export function searchWords(
  db: ReadableDb,
  collectionId: string,
  terms: readonly string[],
  limit: number,
  documentIds?: readonly string[],
): { chunkId: number; bm25: number }[] {
  if (terms.length === 0) return [];
  const narrowed =
    documentIds === undefined ? "" : "AND chunk.document_id IN (SELECT value FROM json_each(@documents))";
  return db
    .prepare<[object], { chunkId: number; bm25: number }>(
      `SELECT chunk.id AS chunkId, -bm25(chunk_words) AS bm25 FROM chunk_words JOIN chunk ON chunk.id = chunk_words.rowid
       WHERE chunk_words MATCH @match AND chunk.collection_id = @collectionId ${narrowed}
       ORDER BY bm25(chunk_words), chunk.id LIMIT @limit`,
    )
    .all({
      match: anyOf(terms),
      collectionId,
      limit,
      ...(documentIds === undefined ? {} : { documents: JSON.stringify(documentIds) }),
    });
}

/**
 * An FTS5 query for any of the terms, each quoted: `AND`, `foo*`, `col:x` and a lone quotation mark are syntax in
 * FTS5 and raise errors when they come from a user.
 */
const anyOf = (terms: readonly string[]): string => terms.map((term) => `"${term.replaceAll('"', '""')}"`).join(" OR ");
