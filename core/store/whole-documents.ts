import type { ReadableDb } from "./db.ts";

/** A document to be read from its beginning to its end. */
export interface WholeDocument {
  documentId: string;
  document: string;
  /** The first of its chunks. */
  chunkId: number;
  text: string;
}

/** Documents of a collection that have a chunk, by name, with their texts. */
export function readWholeDocuments(
  db: ReadableDb,
  collectionId: string,
  documentIds?: readonly string[],
): WholeDocument[] {
  const { sql, parameters } = among(collectionId, documentIds);
  return db
    .prepare<unknown[], WholeDocument>(
      `SELECT document.id AS documentId, name AS document, document.text AS text, min(chunk.id) AS chunkId
       FROM chunk JOIN document ON document.id = chunk.document_id WHERE ${sql}
       GROUP BY document.id ORDER BY name, path`,
    )
    .all(...parameters);
}

/** How much text these documents hold. */
export function countCharacters(
  db: ReadableDb,
  collectionId: string,
  documentIds?: readonly string[],
): { documents: number; characters: number } {
  const { sql, parameters } = among(collectionId, documentIds);
  return db
    .prepare<unknown[], { documents: number; characters: number }>(
      `SELECT count(*) AS documents, coalesce(sum(length(text)), 0) AS characters FROM document
       WHERE id IN (SELECT document_id FROM chunk WHERE ${sql})`,
    )
    .get(...parameters)!;
}

function among(
  collectionId: string,
  documentIds: readonly string[] | undefined,
): { sql: string; parameters: string[] } {
  const sql = "chunk.collection_id = ?";
  if (documentIds === undefined) return { sql, parameters: [collectionId] };
  return {
    sql: `${sql} AND chunk.document_id IN (SELECT value FROM json_each(?))`,
    parameters: [collectionId, JSON.stringify(documentIds)],
  };
}
