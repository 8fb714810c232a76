import type { Passage, Retrieval } from "../contract/retrieval.ts";
import type { StoredCollection } from "../store/collections.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import { fuseRanks } from "./fuse-ranks.ts";
import { questionTerms } from "./word-query.ts";

/** Candidates each leg hands to the fusion; deep enough that a passage good in both legs is never missed at k ≤ 50. */
const LEG_DEPTH = 50;

/** Passages per question where neither user nor model says otherwise; the field's common default. */
export const DEFAULT_TOP_K = 5;

export interface SearchParts {
  stores: CollectionStores;
}

/**
 * Find the chunks of a collection that best match a question: by meaning (vectors) and by words (BM25),
 * fused by reciprocal rank, so that both a paraphrase and an exact part number are found.
 */
export async function search(
  { stores }: SearchParts,
  collection: StoredCollection,
  question: string,
  topK: number,
  signal?: AbortSignal,
): Promise<Retrieval> {
  const started = performance.now();
  const store = stores.of(collection);
  const [{ neighbours, kind, generation }, byWords] = await Promise.all([
    store.searchMeaning(question, LEG_DEPTH, { signal }),
    store.searchWords(questionTerms(question), LEG_DEPTH, { signal }),
  ]);

  const fused = fuseRanks(
    byWords.map(({ chunkId }) => chunkId),
    neighbours.map(({ chunkId }) => chunkId),
  ).slice(0, topK);
  const similarities = new Map(neighbours.map(({ chunkId, similarity }) => [chunkId, similarity]));
  const chunks = await store.readChunks(fused.map(({ id }) => id));
  const passages: Passage[] = [];
  for (const { id, bm25Rank, vectorRank, score } of fused) {
    const chunk = chunks.get(id);
    // Its document was removed between the search and here.
    if (chunk === undefined) continue;
    passages.push({
      n: passages.length + 1,
      chunkId: id,
      documentId: chunk.documentId,
      document: chunk.documentName,
      page: chunk.page,
      heading: chunk.heading,
      text: chunk.text,
      start: chunk.start,
      end: chunk.end,
      rectangles: chunk.rectangles,
      similarity: similarities.get(id) ?? null,
      bm25Rank,
      vectorRank,
      score,
    });
  }
  const { chunkCount } = collection.shared === null ? collection : await stores.describe(collection);
  return { ms: performance.now() - started, passages, chunkCount, index: kind, generation };
}
