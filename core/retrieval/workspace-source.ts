import { readChunks, readEmbeddings, readTexts } from "../store/chunks.ts";
import type { ReadableDb } from "../store/db.ts";
import { type ChunkScope, chunkIdsIn, isFiltering } from "../store/search-words.ts";
import { asItIs } from "../vectors/as-it-is.ts";
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
    searchMeaning: () => searchMeaning({ db, vectors }, request, within),
    async lookUpWords() {
      const { hits, words } = lookUpWords(db, scope, question, { commonWordShare, limit });
      return { lists: [hits], words };
    },
    readEmbeddings: async (ids) => readEmbeddings(db, ids),
    readTexts: async (ids) => readTexts(db, ids),
    readChunks: async (ids) => readChunks(db, ids),
  };
}

/** The vector leg over every collection. */
async function searchMeaning(
  { db, vectors }: { db: ReadableDb; vectors: Vectors },
  { collections, question, settings, exact, signal }: SearchRequest,
  within: number[] | null,
): Promise<MeaningLeg> {
  const leg: MeaningLeg = { queries: new Map(), found: [], index: "exact", generation: 0 };
  const options = { signal, within, exact: exact ?? false };
  for (const [position, asked] of collections.entries()) {
    await asItIs(db, asked, async (collection) => {
      const { query, neighbours, kind, generation } = await vectors.search(
        collection,
        question,
        settings.candidatesPerLeg,
        options,
      );
      leg.queries.set(collection.id, { vector: query, embedder: collection.embedder });
      leg.found.push({ embedderId: collection.embedder.id, neighbours });
      if (kind === "hnsw") leg.index = "hnsw";
      if (position === 0) leg.generation = generation;
    });
  }
  return leg;
}
