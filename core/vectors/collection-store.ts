import type { Document, DocumentText, PageRectangle } from "../contract/documents.ts";
import type { StoredChunk } from "../store/chunks.ts";
import type { Counts } from "../store/collections.ts";
import type { DocumentFacts } from "../store/document-use.ts";
import type { ImportStore } from "../store/import-store.ts";
import type { SectionChunk } from "../store/sections.ts";
import type { WordHit } from "../store/search-words.ts";
import type { WholeDocument } from "../store/whole-documents.ts";
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

/**
 * One collection, wherever it is kept: its documents, chunks, words and vectors.
 *
 * The seam for growth. `LocalCollection` keeps it in the workspace (SQLite, HNSW in the index host), and
 * `PostgresCollection` on a server that a team shares; `test/vectors/collection-store.test.ts` holds both to the same.
 * Whoever imports, reads or tags knows this interface and not which of the two answers. A search does: over collections of
 * the workspace it is one query of SQLite (`retrieval/workspace-source.ts`), over a shared one it goes through here.
 *
 * Every call on a server can fail with `server_unreachable`, `server_refused` or `server_too_slow`.
 */
export interface CollectionStore extends ImportStore {
  /** What it holds now, and how a search would run. */
  describe(): Promise<Counts & { index: IndexState }>;

  /** By name, then path. */
  listDocuments(): Promise<Document[]>;
  readDocumentText(documentId: string): Promise<DocumentText | null>;
  /** A span of a document's text, in UTF-16 offsets; null when the document is gone. */
  readTextSlice(documentId: string, start: number, end: number): Promise<string | null>;
  /** Rectangles of the chunks that lie in or reach into a span of a document, in reading order, each once. */
  readRectangles(documentId: string, span: { start: number; end: number }): Promise<PageRectangle[]>;
  /** Give a document these tags in place of those it has; null when there is no such document. */
  writeTags(documentId: string, tags: string[]): Promise<string[] | null>;
  /** What each document is worth before anybody asks: size, tags, share of letters; by name, then path. */
  readDocumentFacts(): Promise<DocumentFacts[]>;
  /** Remove a document with its chunks, words and vectors. */
  removeDocument(documentId: string): Promise<boolean>;

  /** The `limit` chunks nearest in meaning to a question, over exactly the rows held now. */
  searchMeaning(question: string, limit: number, options?: SearchOptions): Promise<NearestChunks>;
  /** Cosine of a question with each of the texts, by the collection's embedder. */
  likenessTo(question: string, texts: string[], options?: Pick<SearchOptions, "signal">): Promise<number[]>;
  /** The chunks that hold any of the terms, best BM25 first; ties keep chunk order. */
  searchWords(terms: readonly string[], limit: number, options?: SearchOptions): Promise<WordHit[]>;
  /** Chunks of the collection, and how many of them hold each term; of a term of several words, at most so many. */
  countWords(terms: readonly string[]): Promise<{ chunks: number; holders: number[] }>;
  /** Chunks by id; ids that are gone are left out. */
  readChunks(ids: number[]): Promise<Map<number, StoredChunk>>;
  /** The chunks under the same heading that follow one another around a chunk; none when it is gone. */
  readSection(chunkId: number): Promise<SectionChunk[]>;
  /** How much text documents with chunks hold; absent, all of them. */
  countCharacters(documentIds?: readonly string[]): Promise<{ documents: number; characters: number }>;
  /** The same documents with their texts, by name, then path. */
  readWholeDocuments(documentIds?: readonly string[]): Promise<WholeDocument[]>;
  /** Vectors of chunks by id, likewise. */
  readEmbeddings(ids: number[]): Promise<Map<number, Float32Array>>;

  /** Remove the whole collection from where it is kept. */
  remove(): Promise<void>;
}
