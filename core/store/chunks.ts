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

/** Rectangles of the chunks that lie in or reach into a span of a document, in reading order, each once. */
export function readRectangles(
  db: ReadableDb,
  documentId: string,
  span: { start: number; end: number },
): PageRectangle[] {
  const rows = db
    .prepare<[string, number, number], string>(
      `SELECT rectangles FROM chunk WHERE document_id = ? AND start_offset < ? AND end_offset > ? ORDER BY start_offset`,
    )
    .pluck()
    .all(documentId, span.end, span.start);
  return eachOnce(rows.flatMap((row) => fromJson<PageRectangle[]>(row)));
}

/** Chunks overlap, and so do their rectangles. */
export const eachOnce = (rectangles: PageRectangle[]): PageRectangle[] => [
  ...new Map(rectangles.map((one) => [Object.values(one).join(" "), one])).values(),
];

/** What a collection's rows are at: looked at before every search, so it must not read them. */
export function readGeneration(
  db: ReadableDb,
  collectionId: string,
): { generation: number; embedderId: string | null } {
  const row = db
    .prepare<[string], { generation: number; embedderId: string }>(
      "SELECT generation, json_extract(embedder, '$.id') AS embedderId FROM collection WHERE id = ?",
    )
    .get(collectionId);
  return row ?? { generation: 0, embedderId: null };
}

/** Ids of a collection's chunks, ascending, with the generation and embedder they belong to, read as one snapshot. */
export function readChunkIds(
  db: ReadableDb,
  collectionId: string,
): { generation: number; embedderId: string | null; ids: number[] } {
  return db.transaction(() => {
    const state = readGeneration(db, collectionId);
    const ids = db
      .prepare<[string], number>("SELECT id FROM chunk WHERE collection_id = ? ORDER BY id")
      .pluck()
      .all(collectionId);
    return { ...state, ids };
  })();
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

/** Vectors of single chunks, and whose they are; ids that are gone are left out. */
export function readEmbeddings(
  db: ReadableDb,
  ids: number[],
): Map<number, { collectionId: string; embedding: Float32Array }> {
  const rows = db
    .prepare<[string], { id: number; collectionId: string; embedding: Uint8Array }>(
      `SELECT id, collection_id AS collectionId, embedding FROM chunk
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(ids));
  return new Map(rows.map(({ id, collectionId, embedding }) => [id, { collectionId, embedding: fromBlob(embedding) }]));
}

/** What is embedded of a chunk, its headings first. */
export function readTexts(db: ReadableDb, ids: number[]): Map<number, string> {
  const rows = db
    .prepare<[string], { id: number; text: string }>(
      `SELECT id, coalesce(heading || char(10), '') || text AS text FROM chunk
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(ids));
  return new Map(rows.map(({ id, text }) => [id, text]));
}
