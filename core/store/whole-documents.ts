import type { ReadableDb } from "./db.ts";
import { type ChunkScope, chunkCondition } from "./search-words.ts";

/** Documents that have a chunk in scope, by name, with their texts and the first of their chunks. */
export function readWholeDocuments(
  db: ReadableDb,
  scope: ChunkScope,
): { documentId: string; document: string; chunkId: number; text: string }[] {
  const { sql, parameters } = chunkCondition(scope);
  return db
    .prepare<unknown[], { documentId: string; document: string; chunkId: number; text: string }>(
      `SELECT document.id AS documentId, name AS document, document.text AS text, min(chunk.id) AS chunkId
       FROM chunk JOIN document ON document.id = chunk.document_id WHERE ${sql}
       GROUP BY document.id ORDER BY name, path`,
    )
    .all(...parameters);
}

/** How much text the documents in scope hold. */
export function countCharacters(db: ReadableDb, scope: ChunkScope): { documents: number; characters: number } {
  const { sql, parameters } = chunkCondition(scope);
  return db
    .prepare<unknown[], { documents: number; characters: number }>(
      `SELECT count(*) AS documents, coalesce(sum(length(text)), 0) AS characters FROM document
       WHERE id IN (SELECT document_id FROM chunk WHERE ${sql})`,
    )
    .get(...parameters)!;
}
