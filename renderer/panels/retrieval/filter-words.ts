import type { RetrievalFilter } from "../../../core/contract/index.ts";
import { plural } from "../../parts/format.ts";

/** A filter that leaves everything in. */
export const everything: RetrievalFilter = {
  documentIds: [],
  folders: [],
  formats: [],
  tags: [],
  importedFrom: null,
  importedBefore: null,
};

export const isFiltering = (filter: RetrievalFilter): boolean => filterWords(filter) !== "";

/** Two filters that leave the same in, in whatever order they were put together, have the same key. */
export const filterKey = (filter: RetrievalFilter): string =>
  JSON.stringify(
    Object.keys(everything).map((field) => {
      const value = filter[field as keyof RetrievalFilter];
      return Array.isArray(value) ? value.toSorted() : value;
    }),
  );

/** "2 documents · pdf · tag old · from 2026-01-31"; empty when nothing is left out. */
export function filterWords(filter: RetrievalFilter): string {
  const { documentIds, folders, formats, tags, importedFrom, importedBefore } = filter;
  return [
    ...(documentIds.length === 0 ? [] : [plural(documentIds.length, "document")]),
    ...folders.map((folder) => `folder ${folder.replace(/^.*[/\\](?=[^/\\])/, "")}`),
    ...formats,
    ...tags.map((tag) => `tag ${tag}`),
    ...(importedFrom === null ? [] : [`from ${importedFrom}`]),
    ...(importedBefore === null ? [] : [`before ${importedBefore}`]),
  ].join(" · ");
}
