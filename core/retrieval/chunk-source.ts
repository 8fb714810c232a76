import type { SearchedWord } from "../contract/explanation.ts";
import type { StoredChunk } from "../store/chunks.ts";
import type { WordHit } from "../store/search-words.ts";

/** What the vector leg found. */
export interface MeaningLeg {
  /** The question's own vector, by collection. */
  queries: Map<string, Float32Array>;
  /** Ids of chunks, nearest first: a list for each embedder. */
  lists: number[][];
  index: "exact" | "hnsw";
  /** Of the first collection. */
  generation: number;
}

/** Where one search finds its chunks: in the workspace, over any of its collections, or on the server of a shared one. */
export interface ChunkSource {
  /** Chunks the filter leaves in; null when nothing is filtered. */
  searchedChunks: number | null;
  searchMeaning(): Promise<MeaningLeg>;
  lookUpWords(): Promise<{ hits: WordHit[]; words: SearchedWord[] }>;
  /** Vectors of chunks, and whose they are; ids that are gone are left out. */
  readEmbeddings(ids: number[]): Promise<Map<number, { collectionId: string; embedding: Float32Array }>>;
  /** What is embedded of a chunk, its headings first. */
  readTexts(ids: number[]): Promise<Map<number, string>>;
  readChunks(ids: number[]): Promise<Map<number, StoredChunk>>;
}
