import { readChunks, readEmbeddings, readTexts } from "../store/chunks.ts";
import type { ReadableDb } from "../store/db.ts";
import { type ChunkScope, chunkIdsIn, isFiltering } from "../store/search-words.ts";
import type { Vectors } from "../vectors/vectors.ts";
import type { ChunkSource, MeaningLeg } from "./chunk-source.ts";
import { lookUpWords } from "./look-up-words.ts";
import type { SearchRequest } from "./rank.ts";

/** Collections of the workspace. */
export function workspaceSource(
  { db, vectors }: { db: ReadableDb; vectors: Vectors },
  request: SearchRequest,
): ChunkSource {
  const { collections, filter, question, settings } = request;
  const scope: ChunkScope = { collectionIds: collections.map(({ id }) => id), filter };
  const within = isFiltering(filter) ? chunkIdsIn(db, scope) : null;
  const { commonWordShare, candidatesPerLeg: limit } = settings;
  return {
    searchedChunks: within === null ? null : within.length,
    searchMeaning: () => searchMeaning(vectors, request, within),
    lookUpWords: async () => lookUpWords(db, scope, question, { commonWordShare, limit }),
    readEmbeddings: async (ids) => readEmbeddings(db, ids),
    readTexts: async (ids) => readTexts(db, ids),
    readChunks: async (ids) => readChunks(db, ids),
  };
}

/** The vector leg over every collection; lists of one embedder are merged by similarity. */
async function searchMeaning(
  vectors: Vectors,
  { collections, question, settings, exact, signal }: SearchRequest,
  within: number[] | null,
): Promise<MeaningLeg> {
  const queries = new Map<string, Float32Array>();
  const byEmbedder = new Map<string, { chunkId: number; similarity: number }[]>();
  let index: "exact" | "hnsw" = "exact";
  let generation = 0;
  for (const [position, collection] of collections.entries()) {
    const found = await vectors.search(collection, question, settings.candidatesPerLeg, {
      signal,
      within,
      exact: exact ?? false,
    });
    queries.set(collection.id, found.query);
    if (found.kind === "hnsw") index = "hnsw";
    if (position === 0) generation = found.generation;
    const list = byEmbedder.get(collection.embedder.id) ?? [];
    byEmbedder.set(collection.embedder.id, [...list, ...found.neighbours]);
  }
  const lists = [...byEmbedder.values()].map((neighbours) =>
    neighbours
      .toSorted((a, b) => b.similarity - a.similarity || a.chunkId - b.chunkId)
      .slice(0, settings.candidatesPerLeg)
      .map(({ chunkId }) => chunkId),
  );
  return { queries, lists, index, generation };
}
