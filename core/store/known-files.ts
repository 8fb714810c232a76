import type { DocumentWarning } from "../contract/documents.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

/** What a collection knows of a file: enough to see, without reading it, that it has not changed. */
export interface KnownFile {
  documentId: string;
  sha256: string;
  sizeBytes: number;
  /** Null when only its bytes can tell. */
  modifiedMs: number | null;
  chunkCount: number;
  warnings: DocumentWarning[];
  /** True when another document stands for it. */
  isTwin: boolean;
}

interface KnownFileRow {
  path: string;
  documentId: string;
  sha256: string;
  sizeBytes: number;
  modifiedMs: number | null;
  chunkCount: number;
  warnings: string;
  isTwin: number;
}

/** Every file of a collection by path, stored documents and their twins; one query, however many there are. */
export function readKnownFiles(db: ReadableDb, collectionId: string): Map<string, KnownFile> {
  const rows = db
    .prepare<[string, string, string], KnownFileRow>(
      `WITH counted AS (SELECT document_id, count(*) AS chunks FROM chunk WHERE collection_id = ? GROUP BY document_id)
       SELECT path, id AS documentId, sha256, size_bytes AS sizeBytes, modified_ms AS modifiedMs,
              coalesce(chunks, 0) AS chunkCount, warnings, 0 AS isTwin
       FROM document LEFT JOIN counted ON counted.document_id = document.id WHERE collection_id = ?
       UNION ALL
       SELECT path, twin_file.document_id, sha256, size_bytes, modified_ms, coalesce(chunks, 0),
              json_array(json_object('code', 'duplicate', 'message', warning)), 1
       FROM twin_file LEFT JOIN counted ON counted.document_id = twin_file.document_id WHERE collection_id = ?`,
    )
    .all(collectionId, collectionId, collectionId);
  return new Map(
    rows.map(({ path, warnings, isTwin, ...row }) => [
      path,
      { ...row, warnings: fromJson<DocumentWarning[]>(warnings), isTwin: isTwin === 1 },
    ]),
  );
}

/** The file was touched, its bytes are the same: the next look is a matter of size and time again. */
export function saveModifiedMs(db: WritableDb, collectionId: string, path: string, modifiedMs: number | null): void {
  inTransaction(db, () => {
    for (const table of ["document", "twin_file"])
      db.prepare(`UPDATE ${table} SET modified_ms = ? WHERE collection_id = ? AND path = ?`).run(
        modifiedMs,
        collectionId,
        path,
      );
  });
}

/** Word-shingle signatures of a collection's documents. */
export function readSignatures(db: ReadableDb, collectionId: string): { path: string; signature: Uint32Array }[] {
  const rows = db
    .prepare<[string], { path: string; signature: Uint8Array }>(
      "SELECT path, signature FROM document WHERE collection_id = ? AND signature IS NOT NULL",
    )
    .all(collectionId);
  // Copied, so that the numbers are aligned and outlive the row.
  return rows.map(({ path, signature }) => ({ path, signature: new Uint32Array(new Uint8Array(signature).buffer) }));
}
