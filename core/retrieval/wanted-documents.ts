import type { Document } from "../contract/documents.ts";
import type { RetrievalFilter } from "../contract/retrieval.ts";
import { folderBeginnings, isFiltering } from "../store/search-words.ts";
import type { CollectionStore } from "../vectors/collection-store.ts";

/** The documents of a collection that a filter leaves in, by name; null when it leaves all of them in. */
export async function wantedDocuments(
  store: Pick<CollectionStore, "listDocuments">,
  filter: RetrievalFilter,
): Promise<Document[] | null> {
  if (!isFiltering(filter)) return null;
  return (await store.listDocuments()).filter((document) => isWanted(document, filter));
}

/** As `documentCondition` in store/search-words.ts asks it of SQLite. */
function isWanted(document: Document, filter: RetrievalFilter): boolean {
  const { documentIds, formats, folders, tags, importedFrom, importedBefore } = filter;
  const { id, format, path, importedAt } = document;
  return (
    (documentIds.length === 0 || documentIds.includes(id)) &&
    (formats.length === 0 || formats.includes(format)) &&
    (folders.length === 0 || folderBeginnings(folders).some((beginning) => path.startsWith(beginning))) &&
    (tags.length === 0 || tags.some((tag) => document.tags.includes(tag))) &&
    (importedFrom === null || importedAt >= importedFrom) &&
    (importedBefore === null || importedAt < importedBefore)
  );
}
