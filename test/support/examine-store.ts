import { join } from "node:path";
import Database from "better-sqlite3";

/** What a workspace's store holds, read from outside of the engine. */
export interface StoreContent {
  /** Paths, sorted. */
  documents: string[];
  chunks: number;
  /** Rows of the word index. */
  words: number;
  /** What does not agree, in words; empty when all does. */
  faults: string[];
}

/** Look through a store: documents, chunks, their spans and vectors, the word index, and SQLite's own check. */
export function examineStore(workspace: string): StoreContent {
  const db = new Database(join(workspace, "fourfold.sqlite"));
  try {
    const number = (sql: string): number => db.prepare(sql).pluck().get() as number;
    const counted = (what: string, sql: string): string[] => (number(sql) === 0 ? [] : [`${number(sql)} ${what}`]);
    const faults = [
      ...counted(
        "chunks of no document",
        "SELECT count(*) FROM chunk WHERE document_id NOT IN (SELECT id FROM document)",
      ),
      ...counted(
        "documents of no collection",
        "SELECT count(*) FROM document WHERE collection_id NOT IN (SELECT id FROM collection)",
      ),
      ...counted(
        "documents without chunks",
        "SELECT count(*) FROM document WHERE id NOT IN (SELECT document_id FROM chunk)",
      ),
      ...counted(
        "vectors of a wrong length",
        `SELECT count(*) FROM chunk JOIN collection ON collection.id = chunk.collection_id
         WHERE length(embedding) <> 4 * json_extract(embedder, '$.dimensions')`,
      ),
      ...counted("foreign keys broken", "SELECT count(*) FROM pragma_foreign_key_check"),
      ...wrongSpans(db),
      ...wordIndexFault(db),
    ];
    const integrity = db.pragma("integrity_check", { simple: true }) as string;
    if (integrity !== "ok") faults.push(integrity);
    return {
      documents: db.prepare("SELECT path FROM document ORDER BY path").pluck().all() as string[],
      chunks: number("SELECT count(*) FROM chunk"),
      words: number("SELECT count(*) FROM chunk_words_docsize"),
      faults,
    };
  } finally {
    db.close();
  }
}

/** Spans count UTF-16 units, which SQLite's own functions do not. */
function wrongSpans(db: Database.Database): string[] {
  const rows = db
    .prepare<[], { path: string; whole: string; text: string; start: number; end: number }>(
      `SELECT path, document.text AS whole, chunk.text AS text, start_offset AS start, end_offset AS "end"
       FROM chunk JOIN document ON document.id = chunk.document_id`,
    )
    .all();
  return rows
    .filter(({ whole, text, start, end }) => whole.slice(start, end) !== text)
    .map(({ path }) => `a wrong span in ${path}`);
}

function wordIndexFault(db: Database.Database): string[] {
  try {
    // FTS5's own comparison of the index with the rows it was made from.
    db.exec("INSERT INTO chunk_words (chunk_words, rank) VALUES ('integrity-check', 1)");
    return [];
  } catch (error) {
    return [`the word index: ${String(error)}`];
  }
}
