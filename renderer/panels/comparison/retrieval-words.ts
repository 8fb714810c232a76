import type { Retrieval } from "../../../core/contract/index.ts";
import { formatMs, plural } from "../../parts/format.ts";

/**
 * "Searched documents: 3 passages from 2 documents of 41 chunks · 4 ms · exact search".
 *
 * @param isReplay  a replay reads the passages its original found; nothing was searched, so no time is claimed
 */
export function retrievalWords({ passages, chunkCount, ms, index }: Retrieval, isReplay: boolean): string {
  const documents = new Set(passages.map(({ documentId }) => documentId)).size;
  const found = `${plural(passages.length, "passage")} from ${plural(documents, "document")} of ${plural(chunkCount, "chunk")}`;
  const how = index === "hnsw" ? "HNSW index" : "exact search";
  return isReplay
    ? `Found by the original run: ${found} · ${how}`
    : `Searched documents: ${found} · ${formatMs(ms)} · ${how}`;
}
