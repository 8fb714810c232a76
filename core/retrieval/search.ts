import type { Passage, Retrieval } from "../contract/retrieval.ts";
import type { StoredChunk } from "../store/chunks.ts";
import { wordsToModel } from "./addresses-model.ts";
import { asksForAll } from "./asks-for-all.ts";
import { rank, type RankedChunk, type Ranking, type SearchParts, type SearchRequest } from "./rank.ts";

/**
 * Find the chunks of collections that best match a question, as passages numbered for a prompt.
 *
 * @throws what `rank` throws
 */
export async function search(parts: SearchParts, request: SearchRequest): Promise<Retrieval> {
  const started = performance.now();
  const ranking = await rank(parts, request);
  return retrievalOf(request, ranking, performance.now() - started);
}

/** The first of a ranking as passages, with everything that decided which they are. */
export async function retrievalOf(request: SearchRequest, ranking: Ranking, ms: number): Promise<Retrieval> {
  const { collections, question, settings, filter, topK } = request;
  const first = ranking.chunks.filter(({ isBelowFloor }) => !isBelowFloor).slice(0, topK);
  const chunks = await ranking.source.readChunks(first.map(({ id }) => id));
  const passages = first.flatMap((ranked) => {
    const chunk = chunks.get(ranked.id);
    return chunk === undefined ? [] : [passageOf(chunk, ranked)];
  });
  return {
    ms,
    passages: passages.map((passage, index) => ({ n: index + 1, ...passage })),
    chunkCount: collections.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    index: ranking.index,
    generation: ranking.generation,
    searchedFor: question,
    settings: { ...settings, lineWeight: ranking.lineWeight },
    filter,
    rerankerSha256: ranking.rerankerSha256,
    asksForAll: asksForAll(question),
    ifWhole: null,
    wholeDocuments: false,
  };
}

/** A chunk as search found it, before it has its number. */
export function passageOf(chunk: StoredChunk, ranked: RankedChunk): Omit<Passage, "n"> {
  return {
    chunkId: chunk.id,
    documentId: chunk.documentId,
    document: chunk.documentName,
    page: chunk.page,
    heading: chunk.heading,
    text: chunk.text,
    start: chunk.start,
    end: chunk.end,
    rectangles: chunk.rectangles,
    similarity: ranked.similarity,
    bm25Rank: ranked.bm25Rank,
    vectorRank: ranked.vectorRank,
    lineRank: ranked.lineRank,
    lineSimilarity: ranked.lineSimilarity,
    score: ranked.score,
    rerankScore: ranked.rerankScore,
    addressesModel: wordsToModel(`${chunk.heading ?? ""}\n${chunk.text}`),
  };
}
