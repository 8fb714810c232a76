import type { Document } from "../contract/documents.ts";
import type { KnownFile } from "./known-files.ts";
import type { NewDocument, SavedDocument } from "./save-document.ts";
import type { TwinFile } from "./twin-files.ts";

/** All an import needs of the place a collection is kept in. */
export interface ImportStore {
  /** Every file of the collection by path, documents and their twins. */
  readKnownFiles(): Promise<Map<string, KnownFile>>;
  /** Word-shingle signatures by path. */
  readSignatures(): Promise<{ path: string; signature: Uint32Array }[]>;
  /** A document with the same bytes, or, failing that, with the same extracted text; never the one of `path`. */
  findTwin(file: {
    path: string;
    sha256: string;
    textSha256: string;
  }): Promise<(Document & { isSameFile: boolean }) | null>;
  /** The vectors held for these content hashes. */
  findEmbeddings(hashes: string[]): Promise<Map<string, Float32Array>>;
  /**
   * Store a document whole: a kill or a lost connection leaves the version stored before for the path, or the new one.
   *
   * @throws embedding_mismatch, vector_shape_mismatch, collection_not_found, disk_full
   */
  saveDocument(document: Omit<NewDocument, "collectionId">, signal?: AbortSignal): Promise<SavedDocument>;
  /** Null where paths of several machines meet: a file that is not here may well be where it was. */
  moveDocument:
    | ((documentId: string, to: { path: string; name: string; modifiedMs: number | null }) => Promise<void>)
    | null;
  saveTwinFile(twin: Omit<TwinFile, "collectionId">): Promise<void>;
  saveModifiedMs(path: string, modifiedMs: number | null): Promise<void>;
}
