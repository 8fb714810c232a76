import { randomUUID } from "node:crypto";
import type { Document, DocumentText, DocumentWarning, PageRectangle } from "../contract/documents.ts";
import { bumpGeneration } from "./collections.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";
import { toBlob } from "./vector-blob.ts";

/** A document as its reader and embedder left it, ready to be stored whole. */
export interface NewDocument {
  collectionId: string;
  path: string;
  name: string;
  format: Document["format"];
  sha256: string;
  sizeBytes: number;
  encoding: string | null;
  language: string | null;
  warnings: DocumentWarning[];
  text: string;
  pages: DocumentText["pages"];
  headings: DocumentText["headings"];
  chunks: {
    start: number;
    end: number;
    page: number | null;
    headingPath: string[];
    tokenCount: number;
    rectangles: PageRectangle[];
    /** shape (dimensions,), unit length */
    embedding: Float32Array;
  }[];
}

/** How a heading path is stored and shown. */
export const headingText = (path: string[]): string | null => (path.length === 0 ? null : path.join(" › "));

interface DocumentRow {
  id: string;
  collection_id: string;
  path: string;
  name: string;
  format: Document["format"];
  sha256: string;
  size_bytes: number;
  encoding: string | null;
  language: string | null;
  warnings: string;
  pages: string;
  imported_at: string;
  chunk_count: number;
}

const columns = `id, collection_id, path, name, format, sha256, size_bytes, encoding, language, warnings, pages, imported_at,
  (SELECT count(*) FROM chunk WHERE document_id = document.id) AS chunk_count`;

const fromRow = (row: DocumentRow): Document => {
  const pageCount = fromJson<unknown[]>(row.pages).length;
  return {
    id: row.id,
    collectionId: row.collection_id,
    path: row.path,
    name: row.name,
    format: row.format,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    encoding: row.encoding,
    language: row.language,
    pageCount: pageCount === 0 ? null : pageCount,
    chunkCount: row.chunk_count,
    warnings: fromJson<DocumentWarning[]>(row.warnings),
    importedAt: row.imported_at,
  };
};

export function listDocuments(db: ReadableDb, collectionId: string): Document[] {
  return db
    .prepare<[string], DocumentRow>(`SELECT ${columns} FROM document WHERE collection_id = ? ORDER BY name, path`)
    .all(collectionId)
    .map(fromRow);
}

/** The stored version of a file in a collection: what an import compares its hash with. */
export function findDocumentByPath(db: ReadableDb, collectionId: string, path: string): Document | null {
  const row = db
    .prepare<[string, string], DocumentRow>(`SELECT ${columns} FROM document WHERE collection_id = ? AND path = ?`)
    .get(collectionId, path);
  return row === undefined ? null : fromRow(row);
}

/** A document of the collection with the same bytes, wherever it lies. */
export function findDocumentByHash(db: ReadableDb, collectionId: string, sha256: string): Document | null {
  const row = db
    .prepare<[string, string], DocumentRow>(
      `SELECT ${columns} FROM document WHERE collection_id = ? AND sha256 = ? LIMIT 1`,
    )
    .get(collectionId, sha256);
  return row === undefined ? null : fromRow(row);
}

export function findCollectionOfDocument(db: ReadableDb, documentId: string): string | null {
  const id = db.prepare<[string], string>("SELECT collection_id FROM document WHERE id = ?").pluck().get(documentId);
  return id ?? null;
}

export function readDocumentText(db: ReadableDb, documentId: string): DocumentText | null {
  const row = db
    .prepare<[string], DocumentRow & { text: string; headings: string }>(
      `SELECT ${columns}, text, headings FROM document WHERE id = ?`,
    )
    .get(documentId);
  if (row === undefined) return null;
  return { document: fromRow(row), text: row.text, pages: fromJson(row.pages), headings: fromJson(row.headings) };
}

/**
 * Store a document with its chunks, words and vectors in one transaction, replacing the version
 * stored before for the same path. A kill leaves the old version or the new one, never a mixture.
 */
export function saveDocument(db: WritableDb, document: NewDocument): string {
  return inTransaction(db, () => {
    const id = randomUUID();
    db.prepare("DELETE FROM document WHERE collection_id = ? AND path = ?").run(document.collectionId, document.path);
    db.prepare(
      `INSERT INTO document (id, collection_id, path, name, format, sha256, size_bytes, encoding, language, warnings,
                             text, pages, headings, imported_at)
       VALUES (@id, @collectionId, @path, @name, @format, @sha256, @sizeBytes, @encoding, @language, @warnings,
               @text, @pages, @headings, @importedAt)`,
    ).run({
      id,
      collectionId: document.collectionId,
      path: document.path,
      name: document.name,
      format: document.format,
      sha256: document.sha256,
      sizeBytes: document.sizeBytes,
      encoding: document.encoding,
      language: document.language,
      text: document.text,
      warnings: JSON.stringify(document.warnings),
      pages: JSON.stringify(document.pages),
      headings: JSON.stringify(document.headings),
      importedAt: new Date().toISOString(),
    });
    const insert = db.prepare(
      `INSERT INTO chunk (document_id, collection_id, start_offset, end_offset, page, heading, text, token_count,
                          rectangles, embedding)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const chunk of document.chunks) {
      insert.run(
        id,
        document.collectionId,
        chunk.start,
        chunk.end,
        chunk.page,
        headingText(chunk.headingPath),
        document.text.slice(chunk.start, chunk.end),
        chunk.tokenCount,
        JSON.stringify(chunk.rectangles),
        toBlob(chunk.embedding),
      );
    }
    bumpGeneration(db, document.collectionId);
    return id;
  });
}

/** Remove a document; its chunks, words and vectors go with it. */
export function removeDocument(db: WritableDb, documentId: string): boolean {
  return inTransaction(db, () => {
    const row = db
      .prepare<[string], { collection_id: string }>("DELETE FROM document WHERE id = ? RETURNING collection_id")
      .get(documentId);
    if (row === undefined) return false;
    bumpGeneration(db, row.collection_id);
    return true;
  });
}
