import type { Document } from "../contract/documents.ts";
import type { RetrievalFilter } from "../contract/retrieval.ts";
import type { StoredCollection } from "../store/collections.ts";
import { folderBeginnings, isFiltering } from "../store/search-words.ts";
import type { CollectionStore } from "../vectors/collection-store.ts";
import { assertNotShared } from "../vectors/not-shared.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { withoutCommon } from "./look-up-words.ts";
import type { SearchRequest } from "./rank.ts";
import { queryTerms } from "./word-query.ts";

/**
 * A shared collection, searched on its server.
 *
 * Its words are looked up whole: parts of compounds are known to the word index of a workspace alone.
 *
 * @throws not_on_shared_collection  for what its server cannot do
 */
export async function sharedSource(
  store: CollectionStore,
  collection: StoredCollection,
  { question, settings, filter, exact, signal }: SearchRequest,
): Promise<ChunkSource> {
  if (filter.tags.length > 0) assertNotShared(collection, "Filtering by tags");
  if (settings.expandPassages) assertNotShared(collection, "Giving passages with their surroundings");
  const { candidatesPerLeg, commonWordShare } = settings;
  const documents = isFiltering(filter)
    ? (await store.listDocuments()).filter((document) => isWanted(document, filter))
    : null;
  const options = { documentIds: documents?.map(({ id }) => id), exact, signal };
  return {
    searchedChunks: documents && documents.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    async searchMeaning() {
      const { neighbours, kind, generation, query } = await store.searchMeaning(question, candidatesPerLeg, options);
      const list = neighbours.map(({ chunkId }) => chunkId);
      return { queries: new Map([[collection.id, query]]), lists: [list], index: kind, generation };
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
      return { hits: await store.searchWords(terms, candidatesPerLeg, options), words };
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

/** As `documentCondition` in store/search-words.ts asks it of SQLite; tags apart. */
function isWanted({ id, format, path, importedAt }: Document, filter: RetrievalFilter): boolean {
  const { documentIds, formats, folders, importedFrom, importedBefore } = filter;
  return (
    (documentIds.length === 0 || documentIds.includes(id)) &&
    (formats.length === 0 || formats.includes(format)) &&
    (folders.length === 0 || folderBeginnings(folders).some((beginning) => path.startsWith(beginning))) &&
    (importedFrom === null || importedAt >= importedFrom) &&
    (importedBefore === null || importedAt < importedBefore)
  );
}
