/** Imports that remember: what was embedded, what stood on disk, which folders are followed, what was under way. */
export const migration004 = {
  name: "004 incremental imports, linked folders, import jobs, embedders",
  sql: `
    -- Size and time of the file when it was read; null when it was so fresh that time alone could not tell a change.
    ALTER TABLE document ADD COLUMN modified_ms REAL;
    ALTER TABLE document ADD COLUMN text_sha256 TEXT;
    -- Minima of hashed word shingles: k little-endian uint32 (core/ingestion/shingle-signature.ts).
    ALTER TABLE document ADD COLUMN signature BLOB;
    CREATE INDEX document_by_hash ON document (collection_id, sha256);
    CREATE INDEX document_by_text ON document (collection_id, text_sha256);

    -- SHA-256 over exactly the text that was embedded, its first 32 hex digits; null for rows of older versions.
    ALTER TABLE chunk ADD COLUMN content_hash TEXT;
    -- Lines that are embedded before the text and are no part of its span: a table's head row, the class of a method.
    ALTER TABLE chunk ADD COLUMN context TEXT NOT NULL DEFAULT '';
    CREATE INDEX chunk_by_content ON chunk (collection_id, content_hash);

    -- Files that are not stored because a document holds the same content; they go, and are read again, with it.
    CREATE TABLE twin_file (
      collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
      size_bytes INTEGER NOT NULL,
      modified_ms REAL,
      sha256 TEXT NOT NULL,
      warning TEXT NOT NULL,            -- what was said of it
      PRIMARY KEY (collection_id, path)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX twin_of_document ON twin_file (document_id);

    CREATE TABLE linked_folder (
      id TEXT PRIMARY KEY,
      collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      watch TEXT NOT NULL CHECK (watch IN ('events', 'polling')),
      linked_at TEXT NOT NULL,
      synced_at TEXT,
      UNIQUE (collection_id, path)
    ) STRICT;

    -- What the user took out of a collection by hand although its folder is linked: it does not come back by itself.
    CREATE TABLE excluded_file (
      collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      PRIMARY KEY (collection_id, path)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE import_job (
      id TEXT PRIMARY KEY,
      collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      paths TEXT NOT NULL,              -- JSON
      state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'interrupted')),
      done INTEGER NOT NULL DEFAULT 0,
      total INTEGER NOT NULL DEFAULT 0,
      begun_at TEXT NOT NULL
    ) STRICT;

    CREATE TABLE embedder (
      id TEXT PRIMARY KEY,
      identity TEXT NOT NULL,           -- JSON: EmbedderIdentity
      files TEXT NOT NULL,              -- JSON: path, sha256, size and time of every file it is made of
      bundled INTEGER NOT NULL,
      added_at TEXT NOT NULL
    ) STRICT;

    -- A collection on its way to another embedder. Its old vectors answer until every chunk has a new one.
    CREATE TABLE reembedding (
      collection_id TEXT PRIMARY KEY REFERENCES collection (id) ON DELETE CASCADE,
      embedder TEXT NOT NULL,           -- JSON: EmbedderIdentity it goes to
      state TEXT NOT NULL CHECK (state IN ('running', 'paused')),
      begun_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE next_embedding (
      chunk_id INTEGER PRIMARY KEY REFERENCES chunk (id) ON DELETE CASCADE,
      collection_id TEXT NOT NULL REFERENCES reembedding (collection_id) ON DELETE CASCADE,
      embedding BLOB NOT NULL           -- dimensions of the new embedder × little-endian float32, unit length
    ) STRICT;
    CREATE INDEX next_embedding_of_collection ON next_embedding (collection_id);
  `,
};
