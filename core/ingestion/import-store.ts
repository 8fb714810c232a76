import type { WritableDb } from "../store/db.ts";
import { findTwin, moveDocument } from "../store/documents.ts";
import { type KnownFile, readKnownFiles, readSignatures, saveModifiedMs } from "../store/known-files.ts";
import { findEmbeddings, type NewDocument, saveDocument, type SavedDocument } from "../store/save-document.ts";
import { saveTwinFile, type TwinFile } from "../store/twin-files.ts";

/** All an import needs of the place a collection is kept in. */
export interface ImportStore {
  /** Every file of the collection by path, documents and their twins. */
  readKnownFiles(): Promise<Map<string, KnownFile>>;
  /** Word-shingle signatures by path. */
  readSignatures(): Promise<{ path: string; signature: Uint32Array }[]>;
  findTwin(file: Parameters<typeof findTwin>[2]): Promise<ReturnType<typeof findTwin>>;
  /** The vectors held for these content hashes. */
  findEmbeddings(hashes: string[]): Promise<Map<string, Float32Array>>;
  /** @throws embedding_mismatch, disk_full */
  saveDocument(document: Omit<NewDocument, "collectionId">): Promise<SavedDocument>;
  moveDocument(documentId: string, to: Parameters<typeof moveDocument>[2]): Promise<void>;
  saveTwinFile(twin: Omit<TwinFile, "collectionId">): Promise<void>;
  saveModifiedMs(path: string, modifiedMs: number | null): Promise<void>;
}

/** A collection in the workspace's own SQLite. */
export function localImportStore(db: WritableDb, collectionId: string): ImportStore {
  return {
    readKnownFiles: async () => readKnownFiles(db, collectionId),
    readSignatures: async () => readSignatures(db, collectionId),
    findTwin: async (file) => findTwin(db, collectionId, file),
    findEmbeddings: async (hashes) => findEmbeddings(db, collectionId, hashes),
    saveDocument: async (document) => saveDocument(db, { ...document, collectionId }),
    moveDocument: async (documentId, to) => moveDocument(db, documentId, to),
    saveTwinFile: async (twin) => saveTwinFile(db, { ...twin, collectionId }),
    saveModifiedMs: async (path, modifiedMs) => saveModifiedMs(db, collectionId, path, modifiedMs),
  };
}
