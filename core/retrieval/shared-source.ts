import type { StoredCollection } from "../store/collections.ts";
import type { CollectionStore } from "../vectors/collection-store.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { withoutCommon } from "./look-up-words.ts";
import type { SearchRequest } from "./rank.ts";
import { wantedDocuments } from "./wanted-documents.ts";
import { queryTerms } from "./word-query.ts";

/**
 * A shared collection, searched on its server.
 *
 * Its words are looked up whole: parts of compounds are known to the word index of a workspace alone.
 */
export async function sharedSource(
  store: CollectionStore,
  collection: StoredCollection,
  { question, settings, filter, exact, signal }: SearchRequest,
): Promise<ChunkSource> {
  const { candidatesPerLeg, commonWordShare } = settings;
  const documents = await wantedDocuments(store, filter);
  const options = { documentIds: documents?.map(({ id }) => id), exact, signal };
  return {
    searchedChunks: documents && documents.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    async searchMeaning() {
      const { neighbours, kind, generation, query } = await store.searchMeaning(question, candidatesPerLeg, options);
      const found = [{ embedderId: collection.embedder.id, neighbours }];
      const queries = new Map([[collection.id, { vector: query, embedder: collection.embedder }]]);
      return { queries, found, index: kind, generation };
    },
    async lookUpWords() {
      const asked = queryTerms(question).map(({ word }) => word);
      const { chunks, holders } = await store.countWords(asked);
      const { wanted, words } = withoutCommon(
        asked.map((word, index) => ({ word, forms: [word], chunks: holders[index]! })),
        chunks,
        commonWordShare,
      );
      const terms = wanted.map(({ word }) => word);
      return { lists: [await store.searchWords(terms, candidatesPerLeg, options)], words };
    },
    async readEmbeddings(ids) {
      const embeddings = await store.readEmbeddings(ids);
      return new Map([...embeddings].map(([id, embedding]) => [id, { collectionId: collection.id, embedding }]));
    },
    async readTexts(ids) {
      const chunks = await store.readChunks(ids);
      return new Map(
        [...chunks].map(([id, { heading, text }]) => [id, heading === null ? text : `${heading}\n${text}`]),
      );
    },
    readChunks: (ids) => store.readChunks(ids),
  };
}
