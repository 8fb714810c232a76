import type { Retrieval } from "../../../core/contract/index.ts";
import { formatMs, plural } from "../../parts/format.ts";
import { filterWords, isFiltering } from "../retrieval/filter-words.ts";

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
    ...(filter !== null && isFiltering(filter) ? [`only in ${filterWords(filter)}`] : []),
    ...(retrieval.rerankerSha256 === null ? [] : ["reranked"]),
    // Only a rewritten follow-up is worth repeating.
    ...(retrieval.settings?.rewriteFollowUps ? [`searched for “${searchedFor}”`] : []),
  ];
  const words = isReplay
    ? [`Found by the original run: ${found}`, how]
    : [`Searched documents: ${found}`, formatMs(ms), how];
  return [...words, ...more].join(" · ");
}

/** Whether whole documents can stand in the prompt. */
export const fitsWhole = ({ ifWhole }: Retrieval): boolean => ifWhole !== null && ifWhole.tokens <= ifWhole.contextSize;

/** For a question about all documents: how little of them a search can see, and why not more. */
export function allWords(retrieval: Retrieval): string {
  const { passages, chunkCount, asksForAll, ifWhole } = retrieval;
  const what = { count: "counts something in", list: "lists things from", summary: "sums up" }[asksForAll ?? "summary"];
  const seen = `A question that ${what} all documents: retrieval sees ${passages.length} of ${plural(chunkCount, "passage")}.`;
  if (fitsWhole(retrieval)) return seen;
  if (ifWhole === null) return `${seen} Whole documents are far beyond the model's context.`;
  const { tokens, contextSize } = ifWhole;
  return `${seen} Whole documents would take ${tokens.toLocaleString("en")} tokens; the context has ${contextSize.toLocaleString("en")}.`;
}
