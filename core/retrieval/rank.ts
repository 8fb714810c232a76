import type { SearchedWord } from "../contract/explanation.ts";
import type { RetrievalFilter, RetrievalSettings } from "../contract/retrieval.ts";
import type { StoredCollection } from "../store/collections.ts";
import type { ReadableDb } from "../store/db.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import { similarityOf } from "../vectors/similarity.ts";
import type { Neighbour } from "../vectors/vector-matrix.ts";
import type { Vectors } from "../vectors/vectors.ts";
import { type Diverse, diversify } from "./diversify.ts";
import { type FusedRank, fuseRanks } from "./fuse-ranks.ts";
import type { ChunkSource, MeaningLeg, WordLeg } from "./chunk-source.ts";
import { joinedSource } from "./joined-source.ts";
import { lineWeightOf, type NearestLine, rankByNearestLine } from "./rank-by-nearest-line.ts";
import type { Reranking } from "./reranking.ts";
import { sharedSource } from "./shared-source.ts";
import { workspaceSource } from "./workspace-source.ts";

export interface SearchParts {
  db: ReadableDb;
  vectors: Vectors;
  stores: CollectionStores;
  reranking: Reranking;
}

export interface SearchRequest {
  /** At least one; those with one embedder are compared by similarity, the others by rank. */
  collections: StoredCollection[];
  question: string;
  topK: number;
  settings: RetrievalSettings;
  filter: RetrievalFilter;
  /** Compare all vectors, though there is an index. */
  exact?: boolean;
  signal?: AbortSignal | undefined;
}

/** A chunk after every step, with what each step said. */
export interface RankedChunk extends FusedRank {
  fusedRank: number;
  lineRank: number | null;
  lineSimilarity: number | null;
  bm25: number | null;
  similarity: number;
  rerankScore: number | null;
  rerankRank: number | null;
  mmrRank: number | null;
  isBelowFloor: boolean;
}

export interface Ranking {
  /** Best first; those below the floor last. */
  chunks: RankedChunk[];
  words: SearchedWord[];
  /** How much the nearest line counted. */
  lineWeight: number;
  index: "exact" | "hnsw";
  generation: number;
  rerankerSha256: string | null;
  /** Chunks the scope holds; null when nothing was filtered. */
  searchedChunks: number | null;
  /** Where the chunks are read. */
  source: ChunkSource;
  timings: { meaning: number; words: number; lines: number; rerank: number };
}

/**
 * Put a collection's chunks in order for a question: by meaning, by words and by their nearest line, fused by reciprocal
 * rank; then what is too far away is cut, a cross-encoder reads the best if there is one, and diversity is weighed if it is wanted.
 *
 * @throws embedder_missing, embedder_failed, reranker_unusable, stopped, and whatever keeps a server from answering
 */
export async function rank(parts: SearchParts, request: SearchRequest): Promise<Ranking> {
  const { settings, signal } = request;
  const source = await sourceOf(parts, request);

  const started = performance.now();
  const meaning = await source.searchMeaning();
  const meaningDone = performance.now();
  const words: WordLeg = settings.wordWeight === 0 ? { lists: [], words: [] } : await source.lookUpWords();
  const wordsDone = performance.now();

  const fused = fuseRanks(
    words.lists.map((hits) => hits.map(({ chunkId }) => chunkId)),
    nearestByEmbedder(meaning, settings.candidatesPerLeg),
    settings,
  );
  const bm25 = new Map(words.lists.flat().map((hit) => [hit.chunkId, hit.bm25]));
  const embeddings = await source.readEmbeddings(fused.map(({ id }) => id));
  const queryOf = (id: number) => meaning.queries.get(embeddings.get(id)!.collectionId)!;
  const known = fused
    // Its document was removed between the search and here.
    .filter(({ id }) => embeddings.has(id))
    .map((chunk, index): RankedChunk => {
      // What only words found has a similarity as well, so that one floor holds for all.
      const similarity = similarityOf(embeddings.get(chunk.id)!.embedding, queryOf(chunk.id).vector);
      return {
        ...chunk,
        fusedRank: index + 1,
        lineRank: null,
        lineSimilarity: null,
        bm25: bm25.get(chunk.id) ?? null,
        similarity,
        rerankScore: null,
        rerankRank: null,
        mmrRank: null,
        isBelowFloor: settings.scoreFloor !== null && similarity < settings.scoreFloor,
      };
    });
  const lineWeight = lineWeightOf(settings, [...meaning.queries.values()]);
  const candidates = known.filter(({ isBelowFloor }) => !isBelowFloor).map(({ id }) => ({ id, ...queryOf(id) }));
  const lines =
    lineWeight === 0
      ? new Map<number, NearestLine>()
      : await rankByNearestLine(parts.vectors, source, candidates, signal);
  const weighed = withLines(known, lines, lineWeight, settings.rrfDamping);
  const linesDone = performance.now();
  const above = weighed.filter(({ isBelowFloor }) => !isBelowFloor);
  const reranked = await rerank(parts.reranking, source, above, request);
  const rerankDone = performance.now();
  const chunks = weighDiversity(reranked.chunks, embeddings, request);
  signal?.throwIfAborted();
  return {
    chunks: [...chunks, ...weighed.filter(({ isBelowFloor }) => isBelowFloor)],
    words: words.words,
    lineWeight,
    index: meaning.index,
    generation: meaning.generation,
    rerankerSha256: reranked.sha256,
    searchedChunks: source.searchedChunks,
    source,
    timings: {
      meaning: meaningDone - started,
      words: wordsDone - meaningDone,
      lines: linesDone - wordsDone,
      rerank: rerankDone - linesDone,
    },
  };
}

/** Collections of the workspace are one place, and every shared one is a place of its own; the first collection's is first. */
async function sourceOf(parts: SearchParts, request: SearchRequest): Promise<ChunkSource> {
  const places = Map.groupBy(request.collections, ({ id, shared }) => (shared === null ? "workspace" : id));
  const sources = await Promise.all(
    [...places.values()].map(async (collections) => {
      const [first] = collections;
      return first!.shared === null
        ? workspaceSource(parts, { ...request, collections })
        : sharedSource(parts.stores.of(first!), first!, request);
    }),
  );
  return sources.length === 1 ? sources[0]! : joinedSource(sources);
}

/** Ids of chunks, nearest first: a list for each embedder, over all collections that have it. */
function nearestByEmbedder({ found }: MeaningLeg, limit: number): number[][] {
  const byEmbedder = Map.groupBy(found, ({ embedderId }) => embedderId);
  return [...byEmbedder.values()].map((each) =>
    each
      .flatMap(({ neighbours }): Neighbour[] => neighbours)
      .sort((a, b) => b.similarity - a.similarity || a.chunkId - b.chunkId)
      .slice(0, limit)
      .map(({ chunkId }) => chunkId),
  );
}

/** The nearest line of each as a further leg of the fusion; what has none keeps its score. */
function withLines(
  chunks: RankedChunk[],
  lines: Map<number, NearestLine>,
  lineWeight: number,
  rrfDamping: number,
): RankedChunk[] {
  return chunks
    .map((chunk): RankedChunk => {
      const line = lines.get(chunk.id);
      if (line === undefined) return chunk;
      return { ...chunk, ...line, score: chunk.score + lineWeight / (rrfDamping + line.lineRank) };
    })
    .sort((a, b) => b.score - a.score || a.fusedRank - b.fusedRank)
    .map((chunk, index) => ({ ...chunk, fusedRank: index + 1 }));
}

async function rerank(
  reranking: Reranking,
  source: ChunkSource,
  chunks: RankedChunk[],
  { question, settings, signal }: SearchRequest,
): Promise<{ chunks: RankedChunk[]; sha256: string | null }> {
  if (settings.reranker === null || chunks.length === 0) return { chunks, sha256: null };
  const read = chunks.slice(0, settings.rerankCandidates);
  const texts = await source.readTexts(read.map(({ id }) => id));
  const { scores, sha256 } = await reranking.score(
    settings.reranker,
    question,
    read.map(({ id }) => texts.get(id) ?? ""),
    signal,
  );
  const ordered = read
    .map((chunk, index) => ({ ...chunk, rerankScore: scores[index]! }))
    .sort((a, b) => b.rerankScore - a.rerankScore || a.fusedRank - b.fusedRank)
    .map((chunk, index) => ({ ...chunk, rerankRank: index + 1 }));
  return { chunks: [...ordered, ...chunks.slice(read.length)], sha256 };
}

/** What diversity takes comes first, the rest follows in its old order. */
function weighDiversity(
  chunks: RankedChunk[],
  embeddings: Map<number, { embedding: Float32Array }>,
  { settings, topK }: SearchRequest,
): RankedChunk[] {
  if (settings.mmrLambda === null || chunks.length === 0) return chunks;
  // Fusion and reranker have scales of their own; the order is what both can say.
  const candidates = chunks.map(({ id }, index): Diverse => ({
    id,
    embedding: embeddings.get(id)!.embedding,
    relevance: 1 - index / chunks.length,
  }));
  const taken = diversify(candidates, settings.mmrLambda, topK);
  const byId = new Map(chunks.map((chunk) => [chunk.id, chunk]));
  const first = taken.map((id, index) => ({ ...byId.get(id)!, mmrRank: index + 1 }));
  return [...first, ...chunks.filter(({ id }) => !taken.includes(id))];
}
