import type { Retrieval, RetrievalFilter } from "../../../core/contract/index.ts";
import { formatMs, plural } from "../../parts/format.ts";

/**
 * "Searched documents: 3 passages from 2 documents of 41 chunks · 4 ms · exact search".
 *
 * @param isReplay  a replay reads the passages its original found; nothing was searched, so no time is claimed
 */
export function retrievalWords(retrieval: Retrieval, isReplay: boolean): string {
  const { passages, chunkCount, ms, index, filter, wholeDocuments, searchedFor } = retrieval;
  const documents = new Set(passages.map(({ documentId }) => documentId)).size;
  if (wholeDocuments) return `${plural(documents, "whole document")} in the prompt, nothing searched`;
  const found = `${plural(passages.length, "passage")} from ${plural(documents, "document")} of ${plural(chunkCount, "chunk")}`;
  const how = index === "hnsw" ? "HNSW index" : "exact search";
  const more = [
    ...(filter !== null && isFiltering(filter) ? ["filtered"] : []),
    ...(retrieval.rerankerSha256 === null ? [] : ["reranked"]),
    // Only a rewritten follow-up is worth repeating.
    ...(retrieval.settings?.rewriteFollowUps ? [`searched for “${searchedFor}”`] : []),
  ];
  const words = isReplay
    ? [`Found by the original run: ${found}`, how]
    : [`Searched documents: ${found}`, formatMs(ms), how];
  return [...words, ...more].join(" · ");
}

/** For a question about all documents: how little of them a search can see. */
export function allWords({ passages, chunkCount, asksForAll }: Retrieval): string {
  const what = { count: "counts something in", list: "lists things from", summary: "sums up" }[asksForAll ?? "summary"];
  return `A question that ${what} all documents: retrieval sees ${passages.length} of ${plural(chunkCount, "passage")}.`;
}

export function isFiltering({ importedFrom, importedBefore, ...lists }: RetrievalFilter): boolean {
  return importedFrom !== null || importedBefore !== null || Object.values(lists).some((list) => list.length > 0);
}
