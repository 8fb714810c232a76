import { inTransaction, type WritableDb } from "./db.ts";

/** A file that is not stored, because a document of the collection holds the same content. */
export interface TwinFile {
  collectionId: string;
  path: string;
  documentId: string;
  sizeBytes: number;
  modifiedMs: number | null;
  sha256: string;
  /** What was said of it at its import. */
  warning: string;
}

/** Remember a twin, so that the next import knows it by size and time without reading it. */
export function saveTwinFile(db: WritableDb, twin: TwinFile): void {
  inTransaction(db, () =>
    db
      .prepare(
        `INSERT OR REPLACE INTO twin_file (collection_id, path, document_id, size_bytes, modified_ms, sha256, warning)
         VALUES (@collectionId, @path, @documentId, @sizeBytes, @modifiedMs, @sha256, @warning)`,
      )
      .run(twin),
  );
}

/** Forget the twins of a document inside a transaction of the caller; returns their paths, which nothing stands for now. */
export function forgetTwinsOf(db: WritableDb, documentId: string): string[] {
  return db
    .prepare<[string], string>("DELETE FROM twin_file WHERE document_id = ? RETURNING path")
    .pluck()
    .all(documentId);
}
