import type { Document, DocumentText, DocumentWarning } from "../contract/documents.ts";
import { bumpGeneration } from "./collections.ts";
import { forgetTwinsOf } from "./twin-files.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

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
  tags: string;
}

const columns = `id, collection_id, path, name, format, sha256, size_bytes, encoding, language, warnings, pages, imported_at,
  (SELECT count(*) FROM chunk WHERE document_id = document.id) AS chunk_count,
  (SELECT json_group_array(tag) FROM document_tag
   WHERE document_tag.collection_id = document.collection_id AND document_tag.path = document.path) AS tags`;

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
    tags: fromJson<string[]>(row.tags),
  };
};

export function listDocuments(db: ReadableDb, collectionId: string): Document[] {
  return db
    .prepare<[string], DocumentRow>(`SELECT ${columns} FROM document WHERE collection_id = ? ORDER BY name, path`)
    .all(collectionId)
    .map(fromRow);
}

export function findDocument(db: ReadableDb, documentId: string): Document | null {
  const row = db.prepare<[string], DocumentRow>(`SELECT ${columns} FROM document WHERE id = ?`).get(documentId);
  return row === undefined ? null : fromRow(row);
}

/** A document of the collection with the same bytes, or, failing that, with the same extracted text; never the one of `path`. */
export function findTwin(
  db: ReadableDb,
  collectionId: string,
  { path, sha256, textSha256 }: { path: string; sha256: string; textSha256: string },
): (Document & { isSameFile: boolean }) | null {
  const row = db
    .prepare<[string, string, string, string, string], DocumentRow>(
      `SELECT ${columns} FROM document WHERE collection_id = ? AND path <> ? AND (sha256 = ? OR text_sha256 = ?)
       ORDER BY sha256 = ? DESC, imported_at LIMIT 1`,
    )
    .get(collectionId, path, sha256, textSha256, sha256);
  return row === undefined ? null : { ...fromRow(row), isSameFile: row.sha256 === sha256 };
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

/** The document's file lies in another place now; its chunks and whatever points to them stay as they are. */
export function moveDocument(
  db: WritableDb,
  documentId: string,
  to: { path: string; name: string; modifiedMs: number | null },
): void {
  inTransaction(db, () => {
    const collectionId = db
      .prepare<[string], string>("SELECT collection_id FROM document WHERE id = ?")
      .pluck()
      .get(documentId);
    db.prepare("DELETE FROM twin_file WHERE collection_id = ? AND path = ?").run(collectionId, to.path);
    db.prepare("UPDATE document SET path = @path, name = @name, modified_ms = @modifiedMs WHERE id = @documentId").run({
      ...to,
      documentId,
    });
    if (collectionId !== undefined) bumpGeneration(db, collectionId);
  });
}

/**
 * Remove a document; its chunks, words and vectors go with it.
 *
 * @returns the files that nothing stands for now, because this document held their content too; null when it was not there
 */
export function removeDocument(db: WritableDb, documentId: string): string[] | null {
  return inTransaction(db, () => {
    const formerTwins = forgetTwinsOf(db, documentId);
    const row = db
      .prepare<[string], { collection_id: string }>("DELETE FROM document WHERE id = ? RETURNING collection_id")
      .get(documentId);
    if (row === undefined) return null;
    bumpGeneration(db, row.collection_id);
    return formerTwins;
  });
}
