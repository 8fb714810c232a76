import type { Passage } from "../../core/contract/retrieval.ts";

/** A passage as retrieval hands it on, of which only the words matter. */
export const passageOf = (n: number, text: string, heading: string | null = null): Passage => ({
  n,
  chunkId: n,
  documentId: "d",
  document: "terms.md",
  page: null,
  heading,
  text,
  start: 0,
  end: text.length,
  rectangles: [],
  similarity: null,
  bm25Rank: null,
  vectorRank: null,
  lineRank: null,
  lineSimilarity: null,
  score: 0,
  rerankScore: null,
  addressesModel: [],
});
