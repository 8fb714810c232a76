import { headingText } from "./heading-text.ts";
import type { NewChunk, NewDocument } from "./save-document.ts";

/** A chunk as the stored version of a document has it. */
export interface OldChunk {
  id: number;
  content_hash: string | null;
  heading: string | null;
  text: string;
}

export interface MatchedChunks {
  kept: { id: number; chunk: NewChunk }[];
  fresh: NewChunk[];
  /** Ids of those that the new version does not have. */
  gone: number[];
}

/**
 * Tell which chunks of a new version stood in the old one: those equal in what was embedded, in heading and in text.
 *
 * @param before  newest first
 */
export function matchChunks(before: OldChunk[], { text, chunks }: Pick<NewDocument, "text" | "chunks">): MatchedChunks {
  const keyOf = (hash: string | null, heading: string | null, itsText: string): string =>
    JSON.stringify([hash, heading, itsText]);
  // Equal chunks may come several times in a document: each old one is kept at most once, the oldest first.
  const known = Map.groupBy(before, (row) => keyOf(row.content_hash, row.heading, row.text));
  const kept: MatchedChunks["kept"] = [];
  const fresh: NewChunk[] = [];
  for (const chunk of chunks) {
    const key = keyOf(chunk.contentHash, headingText(chunk.headingPath), text.slice(chunk.start, chunk.end));
    const same = known.get(key)?.pop();
    if (same === undefined) fresh.push(chunk);
    else kept.push({ id: same.id, chunk });
  }
  const staying = new Set(kept.map(({ id }) => id));
  return { kept, fresh, gone: before.map(({ id }) => id).filter((id) => !staying.has(id)) };
}
