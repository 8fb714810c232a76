import type { ReadableDb } from "./db.ts";

/** A chunk as a place in its section. */
export interface SectionChunk {
  id: number;
  start: number;
  end: number;
  tokenCount: number;
}

/** The chunks under the same heading of the same document that follow one another without another section between. */
export function readSectionChunks(db: ReadableDb, chunkId: number): SectionChunk[] {
  const rows = db
    .prepare<[number], SectionChunk & { isSame: number }>(
      `SELECT other.id, other.start_offset AS start, other.end_offset AS "end", other.token_count AS tokenCount,
              other.heading IS own.heading AS isSame
       FROM chunk AS own JOIN chunk AS other ON other.document_id = own.document_id
       WHERE own.id = ? ORDER BY other.start_offset, other.id`,
    )
    .all(chunkId);
  return sectionAround(rows, chunkId);
}

/**
 * Of a document's chunks those that follow one another around one of them without another section between.
 *
 * @param rows  in the order of the text, each with whether it stands under the same heading
 */
export function sectionAround<Chunk extends { id: number; isSame: number | boolean }>(
  rows: Chunk[],
  chunkId: number,
): Chunk[] {
  const at = rows.findIndex(({ id }) => id === chunkId);
  let [first, last] = [at, at];
  while (rows[first - 1]?.isSame) first -= 1;
  while (rows[last + 1]?.isSame) last += 1;
  return at === -1 ? [] : rows.slice(first, last + 1);
}

/** A span of a document's text; null when the document is gone. */
export function readTextSlice(db: ReadableDb, documentId: string, start: number, end: number): string | null {
  // SQLite counts characters, spans count UTF-16 units: only JavaScript cuts at the right place.
  const text = db.prepare<[string], string>("SELECT text FROM document WHERE id = ?").pluck().get(documentId);
  return text?.slice(start, end) ?? null;
}
