import type { Document, DocumentText } from "../contract/documents.ts";
import type { StoredChunk } from "../store/chunks.ts";
import type { Counts } from "../store/collections.ts";
import type { NewDocument } from "../store/documents.ts";
import type { IndexState } from "./collection-vectors.ts";
import type { Neighbour } from "./vector-matrix.ts";

/** Narrows a search to some documents; absent, the whole collection is searched. */
export interface SearchOptions {
  documentIds?: readonly string[] | undefined;
  /** Compare all vectors, though there is an index: what the index itself misses is seen by it. */
  exact?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface NearestChunks {
  /** Nearest first. */
  neighbours: Neighbour[];
  kind: "exact" | "hnsw";
  /** Of the rows that were searched. */
  generation: number;
  /** The question's own vector, shape (dimensions,), unit length. */
  query: Float32Array;
}

/** A chunk found by its words. */
export interface WordHit {
  chunkId: number;
  /** Okapi BM25 (k1 = 1.2, b = 0.75); higher is better. */
  bm25: number;
}

/**
 * One collection, wherever it is kept: its documents, chunks, words and vectors.
 *
 * The seam for growth. `LocalCollection` keeps it in the workspace (SQLite, HNSW in the index host), and
 * `PostgresCollection` on a server that a team shares; `test/vectors/collection-store.test.ts` holds both to the same.
 * Whoever searches or imports knows this interface and not which of the two answers.
 *
 * Every call on a server can fail with `server_unreachable`, `server_refused` or `server_too_slow`.
 */
export interface CollectionStore {
  /** What it holds now, and how a search would run. */
  describe(): Promise<Counts & { index: IndexState }>;

  /** By name, then path. */
  listDocuments(): Promise<Document[]>;
  /** The stored version of a file: what an import compares its hash with. */
  findDocumentByPath(path: string): Promise<Document | null>;
  /** A document with the same bytes, wherever it lies. */
  findDocumentByHash(sha256: string): Promise<Document | null>;
  readDocumentText(documentId: string): Promise<DocumentText | null>;

  /**
   * Store a document whole, replacing the version stored before for the same path: a kill or a lost connection
   * leaves the old version or the new one.
   *
   * @returns its id, unique among all collections
   * @throws vector_shape_mismatch, collection_not_found, disk_full
   */
  saveDocument(document: Omit<NewDocument, "collectionId">, signal?: AbortSignal): Promise<string>;
  /** Remove a document with its chunks, words and vectors. */
  removeDocument(documentId: string): Promise<boolean>;

  /** The `limit` chunks nearest in meaning to a question, over exactly the rows held now. */
  searchMeaning(question: string, limit: number, options?: SearchOptions): Promise<NearestChunks>;
  /** The chunks that hold any of the terms, best BM25 first; ties keep chunk order. */
  searchWords(terms: readonly string[], limit: number, options?: SearchOptions): Promise<WordHit[]>;
  /** Chunks by id; ids that are gone are left out. */
  readChunks(ids: number[]): Promise<Map<number, StoredChunk>>;
  /** Vectors of chunks by id, likewise. */
  readEmbeddings(ids: number[]): Promise<Map<number, Float32Array>>;

  /** Remove the whole collection from where it is kept. */
  remove(): Promise<void>;
}
