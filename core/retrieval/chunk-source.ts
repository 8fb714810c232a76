import type { SearchedWord } from "../contract/explanation.ts";
import type { StoredChunk } from "../store/chunks.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { WordHit } from "../store/search-words.ts";
import type { Neighbour } from "../vectors/vector-matrix.ts";

/** What the vector leg found. */
export interface MeaningLeg {
  /** The question's own vector by collection, and the embedder that made it: the one that collection has by now. */
  queries: Map<string, { vector: Float32Array; embedder: EmbedderIdentity }>;
  /** What was found, by the embedder that measured it: only similarities of one embedder can be compared. */
  found: { embedderId: string; neighbours: Neighbour[] }[];
  index: "exact" | "hnsw";
  /** Of the first collection. */
  generation: number;
}

/** What the word leg found. */
export interface WordLeg {
  /** Best first: a list for each place that counts its words apart. */
  lists: WordHit[][];
  words: SearchedWord[];
}

/**
 * Where one search finds its chunks: in the workspace, over any of its collections, on the server of a shared one, or in
 * several such places (`joined-source.ts`).
 */
export interface ChunkSource {
  /** Chunks the filter leaves in; null when nothing is filtered. */
  searchedChunks: number | null;
  searchMeaning(): Promise<MeaningLeg>;
  lookUpWords(): Promise<WordLeg>;
  /** Vectors of chunks, and whose they are; ids that are gone are left out. */
  readEmbeddings(ids: number[]): Promise<Map<number, { collectionId: string; embedding: Float32Array }>>;
  /** What is embedded of a chunk, its headings first. */
  readTexts(ids: number[]): Promise<Map<number, string>>;
  /** By the ids of this search; a chunk's own id is the one it has where it is kept. */
  readChunks(ids: number[]): Promise<Map<number, StoredChunk>>;
}
