import type { ClientBase } from "pg";
import { FourfoldError } from "../../contract/failures.ts";
import type { ServerAddress } from "../../store/collections.ts";
import { serverName } from "./server-url.ts";

/**
 * Counts the changes of the tables below; a workspace refuses a server that a newer Fourfold has changed. A table more is no
 * such change: a Fourfold that does not know it goes on working beside one that does.
 */
const SCHEMA = 1;
/** Any number, the same in every Fourfold: two that meet a new server at once must not both make its tables. */
const PREPARING = 4_004_004;

/** As in the workspace's own index (`hnsw-index.ts`), so that both find the same. */
const HNSW = "WITH (m = 16, ef_construction = 200)";

/**
 * Make what all collections of a server share, in a schema of our own, when it is not there yet.
 *
 * @throws server_lacks_pgvector, server_newer
 */
export async function prepareServer(client: ClientBase, address: ServerAddress): Promise<void> {
  const found = await client.query<{ newest: string | null }>("SELECT to_regclass('fourfold.document_tag') AS newest");
  if (found.rows[0]!.newest === null) await makeTables(client, address);
  const { rows } = await client.query<{ version: number }>("SELECT version FROM fourfold.schema_version");
  const { version } = rows[0]!;
  if (version <= SCHEMA) return;
  throw new FourfoldError({
    code: "server_newer",
    message: `The collections on ${serverName(address)} were made by a newer Fourfold (schema ${version}; this one knows ${SCHEMA}).`,
    action: "Update Fourfold on this machine.",
    details: { server: serverName(address), schema: version, known: SCHEMA },
  });
}

async function makeTables(client: ClientBase, address: ServerAddress): Promise<void> {
  await client.query("BEGIN");
  await client.query("SELECT pg_advisory_xact_lock($1)", [PREPARING]);
  await client.query("CREATE EXTENSION IF NOT EXISTS vector").catch((error: Error) => {
    const reason = error.message;
    throw new FourfoldError(
      {
        code: "server_lacks_pgvector",
        message: `${serverName(address)} has no pgvector, the extension that compares vectors: ${reason}.`,
        action: "Have pgvector installed on the server, and CREATE EXTENSION vector run in this database.",
        details: { server: serverName(address), reason },
      },
      { cause: error },
    );
  });
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS fourfold;
    CREATE TABLE IF NOT EXISTS fourfold.schema_version (version integer NOT NULL);
    INSERT INTO fourfold.schema_version SELECT ${SCHEMA} WHERE NOT EXISTS (SELECT FROM fourfold.schema_version);

    CREATE TABLE IF NOT EXISTS fourfold.collection (
      number integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL UNIQUE,
      embedder_id text NOT NULL,
      embedder_name text NOT NULL,
      dimensions integer NOT NULL,
      -- Counts every change of its documents.
      generation bigint NOT NULL DEFAULT 0
    );

    CREATE TABLE IF NOT EXISTS fourfold.document (
      id uuid PRIMARY KEY,
      collection integer NOT NULL REFERENCES fourfold.collection ON DELETE CASCADE,
      path text NOT NULL,
      name text NOT NULL,
      sha256 text NOT NULL,
      -- Of the extracted text.
      text_sha256 text NOT NULL,
      -- Minima of hashed word shingles (core/ingestion/shingle-signature.ts).
      signature bytea,
      -- Size and time of the file when it was read; null when only its bytes can tell whether it changed.
      modified_ms double precision,
      chunk_count integer NOT NULL,
      -- JSON: the rest of its description, its pages and its headings. No jsonb: that refuses some texts.
      facts text NOT NULL,
      pages text NOT NULL,
      headings text NOT NULL,
      text text NOT NULL
    );
    -- A path can be longer than an index entry may be.
    CREATE UNIQUE INDEX IF NOT EXISTS document_by_path ON fourfold.document (collection, md5(path));
    CREATE INDEX IF NOT EXISTS document_by_hash ON fourfold.document (collection, sha256);
    CREATE INDEX IF NOT EXISTS document_by_text ON fourfold.document (collection, text_sha256);

    -- Files that are not stored because a document holds the same content; they go with it.
    CREATE TABLE IF NOT EXISTS fourfold.twin_file (
      collection integer NOT NULL REFERENCES fourfold.collection ON DELETE CASCADE,
      path text NOT NULL,
      document uuid NOT NULL REFERENCES fourfold.document ON DELETE CASCADE,
      size_bytes double precision NOT NULL,
      modified_ms double precision,
      sha256 text NOT NULL,
      warning text NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS twin_by_path ON fourfold.twin_file (collection, md5(path));
    CREATE INDEX IF NOT EXISTS twin_of_document ON fourfold.twin_file (document);

    -- A document keeps its id, and so its tags, when its file changes.
    CREATE TABLE IF NOT EXISTS fourfold.document_tag (
      document uuid NOT NULL REFERENCES fourfold.document ON DELETE CASCADE,
      tag text NOT NULL,
      PRIMARY KEY (document, tag)
    );
  `);
  await client.query("COMMIT");
}

/** Tables of one collection: apart from others, so that its vectors have one length and an HNSW index of their own. */
export const chunkTable = (collectionNumber: number): string => `fourfold.chunk_${collectionNumber}`;
export const wordTable = (collectionNumber: number): string => `fourfold.word_${collectionNumber}`;

export async function makeCollectionTables(client: ClientBase, number: number, dimensions: number): Promise<void> {
  const chunk = chunkTable(number);
  await client.query(`
    CREATE TABLE ${chunk} (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      document uuid NOT NULL REFERENCES fourfold.document ON DELETE CASCADE,
      start_offset integer NOT NULL,     -- UTF-16 offsets into the document's text
      end_offset integer NOT NULL,
      page integer,
      heading text,
      text text NOT NULL,
      token_count integer NOT NULL,
      rectangles text NOT NULL,          -- JSON: PageRectangle[]
      word_count integer NOT NULL,       -- of heading and text, for BM25
      content_hash text NOT NULL,        -- of exactly the text that was embedded
      context text NOT NULL,             -- embedded before the text, no part of it
      embedding vector(${dimensions}) NOT NULL
    );
    CREATE INDEX ON ${chunk} (document);
    CREATE INDEX ON ${chunk} (content_hash);
    CREATE INDEX ON ${chunk} USING hnsw (embedding vector_ip_ops) ${HNSW};

    -- Which chunks hold a word, and how often: what BM25 is computed from.
    CREATE TABLE ${wordTable(number)} (
      word text NOT NULL,
      chunk bigint NOT NULL REFERENCES ${chunk} ON DELETE CASCADE,
      frequency integer NOT NULL,
      PRIMARY KEY (word, chunk)
    );
    CREATE INDEX ON ${wordTable(number)} (chunk);
  `);
}

export async function dropCollectionTables(client: ClientBase, number: number): Promise<void> {
  await client.query(`DROP TABLE ${wordTable(number)}, ${chunkTable(number)}`);
  await client.query("DELETE FROM fourfold.collection WHERE number = $1", [number]);
}
