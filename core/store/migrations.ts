import type { WritableDb } from "./db.ts";
import { inTransaction } from "./db.ts";
import { migration004 } from "./migration-004.ts";
import { documentUse, wordIndexWithParts } from "./retrieval-migrations.ts";

/**
 * The schema, one numbered step at a time. A step that has shipped is never edited: the next change
 * is the next step. Applied steps are recorded in `migration`.
 */
const migrations: { name: string; sql: string }[] = [
  {
    name: "001 settings, models, collections, documents, chunks, comparisons",
    sql: `
      CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

      CREATE TABLE model (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('base', 'adapter')),
        name TEXT NOT NULL,
        path TEXT NOT NULL,
        files TEXT NOT NULL,              -- JSON: every part of a split model
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ms REAL NOT NULL,        -- of the last file, when it was hashed
        bundled INTEGER NOT NULL,
        summary TEXT NOT NULL,
        inspected TEXT NOT NULL,          -- JSON: InspectedFile
        bundled_settings TEXT NOT NULL,   -- JSON: ModelSettings of the manifest
        settings TEXT NOT NULL,           -- JSON: ModelSettings of the user
        added_at TEXT NOT NULL
      ) STRICT;

      CREATE TABLE calibration (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

      CREATE TABLE collection (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        embedder TEXT NOT NULL,           -- JSON: EmbedderIdentity
        -- Counts every change of the rows below; an index file names the generation it was built from.
        generation INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL
      ) STRICT;

      CREATE TABLE document (
        id TEXT PRIMARY KEY,
        collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        format TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        encoding TEXT,
        language TEXT,
        warnings TEXT NOT NULL,           -- JSON
        text TEXT NOT NULL,
        pages TEXT NOT NULL,              -- JSON: page spans and sizes
        headings TEXT NOT NULL,           -- JSON: heading spans
        imported_at TEXT NOT NULL,
        UNIQUE (collection_id, path)
      ) STRICT;

      -- AUTOINCREMENT: an id is never used twice, so it can label a vector in an index file for ever.
      CREATE TABLE chunk (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
        collection_id TEXT NOT NULL,
        start_offset INTEGER NOT NULL,    -- UTF-16 offsets into document.text
        end_offset INTEGER NOT NULL,
        page INTEGER,
        heading TEXT,
        text TEXT NOT NULL,
        token_count INTEGER NOT NULL,
        rectangles TEXT NOT NULL,         -- JSON: PageRectangle[]
        embedding BLOB NOT NULL           -- dimensions × little-endian float32, unit length
      ) STRICT;
      CREATE INDEX chunk_of_document ON chunk (document_id);
      CREATE INDEX chunk_of_collection ON chunk (collection_id);

      CREATE VIRTUAL TABLE chunk_words USING fts5 (
        heading, text, content = 'chunk', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
      );
      CREATE TRIGGER chunk_words_insert AFTER INSERT ON chunk BEGIN
        INSERT INTO chunk_words (rowid, heading, text) VALUES (new.id, new.heading, new.text);
      END;
      CREATE TRIGGER chunk_words_delete AFTER DELETE ON chunk BEGIN
        INSERT INTO chunk_words (chunk_words, rowid, heading, text) VALUES ('delete', old.id, old.heading, old.text);
      END;

      CREATE TABLE comparison (
        id TEXT PRIMARY KEY,
        thread_id TEXT NOT NULL,
        turn INTEGER NOT NULL,
        asked_at TEXT NOT NULL,
        body TEXT NOT NULL                -- JSON: Comparison without its arms
      ) STRICT;
      CREATE INDEX comparison_of_thread ON comparison (thread_id, turn);
      CREATE INDEX comparison_by_time ON comparison (asked_at);

      CREATE TABLE answer (
        comparison_id TEXT NOT NULL REFERENCES comparison (id) ON DELETE CASCADE,
        arm TEXT NOT NULL,
        position INTEGER NOT NULL,
        -- SHA-256 over everything that determines the answer; null when it must not be reused.
        determinants TEXT,
        body TEXT NOT NULL,               -- JSON: ArmAnswer
        PRIMARY KEY (comparison_id, arm)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX answer_by_determinants ON answer (determinants) WHERE determinants IS NOT NULL;
    `,
  },
  {
    name: "002 training runs",
    sql: `
      CREATE TABLE training_run (
        id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        body TEXT NOT NULL                -- JSON: TrainingRun
      ) STRICT;
    `,
  },
  {
    name: "003 distillation drafts",
    sql: `
      CREATE TABLE distillation_draft (
        id TEXT PRIMARY KEY,
        created_at TEXT NOT NULL,
        body TEXT NOT NULL                -- JSON: DistillationDraft without its counts
      ) STRICT;

      CREATE TABLE distillation_pair (
        draft_id TEXT NOT NULL REFERENCES distillation_draft (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        line INTEGER NOT NULL,
        messages TEXT NOT NULL,           -- JSON: what is asked
        drafted TEXT,                     -- as the teacher wrote it
        answer TEXT,                      -- as it is trained on
        decision TEXT NOT NULL CHECK (decision IN ('open', 'accepted', 'rejected')),
        is_cut INTEGER NOT NULL,
        passages TEXT NOT NULL,           -- JSON
        failure TEXT,                     -- JSON: Failure
        PRIMARY KEY (draft_id, position)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  migration004,
  wordIndexWithParts,
  documentUse,
  {
    name: "007 collections on shared servers",
    sql: `
      ALTER TABLE collection ADD COLUMN shared TEXT;   -- JSON: SharedPlace without a password; null: kept here
    `,
  },
];

/** Bring the store to the newest schema, or to an earlier one; each step is applied whole or not at all. */
export function migrate(db: WritableDb, target: number = newestMigration): void {
  db.exec(
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
  );
  const applied =
    db.prepare<[], { newest: number | null }>("SELECT max(number) AS newest FROM migration").get()!.newest ?? 0;
  migrations.slice(applied, target).forEach(({ name, sql }, index) => {
    inTransaction(db, () => {
      db.exec(sql);
      db.prepare("INSERT INTO migration (number, name, applied_at) VALUES (?, ?, ?)").run(
        applied + index + 1,
        name,
        new Date().toISOString(),
      );
    });
  });
}

/** Highest schema number this version knows; a store beyond it was made by a newer Fourfold. */
export const newestMigration = migrations.length;
