import type { ClientBase } from "pg";
import type { KnownFile } from "../../store/known-files.ts";
import type { TwinFile } from "../../store/twin-files.ts";
import { chunkTable } from "./schema.ts";
import { sharedDocumentId } from "./shared-document-id.ts";
import { factsOf } from "./write-document.ts";

/** Every file of a collection by path, documents and their twins. */
export async function readKnownFiles(
  client: ClientBase,
  collectionNumber: number,
  collectionId: string,
): Promise<Map<string, KnownFile>> {
  const documents = await client.query<{
    id: string;
    path: string;
    sha256: string;
    modified_ms: number | null;
    chunk_count: number;
    facts: string;
  }>("SELECT id, path, sha256, modified_ms, chunk_count, facts FROM fourfold.document WHERE collection = $1", [
    collectionNumber,
  ]);
  const files = new Map(
    documents.rows.map((row): [string, KnownFile] => {
      const { sizeBytes, warnings } = factsOf(row);
      const { sha256, modified_ms: modifiedMs, chunk_count: chunkCount } = row;
      const documentId = sharedDocumentId(collectionId, row.id);
      return [row.path, { documentId, sha256, sizeBytes, modifiedMs, chunkCount, warnings, isTwin: false }];
    }),
  );
  const twins = await client.query<{
    path: string;
    document: string;
    sha256: string;
    size_bytes: number;
    modified_ms: number | null;
    chunk_count: number;
    warning: string;
  }>(
    `SELECT twin.path, document, twin.sha256, size_bytes, twin.modified_ms, chunk_count, warning
     FROM fourfold.twin_file AS twin JOIN fourfold.document ON document.id = twin.document WHERE twin.collection = $1`,
    [collectionNumber],
  );
  for (const row of twins.rows) {
    files.set(row.path, {
      documentId: sharedDocumentId(collectionId, row.document),
      sha256: row.sha256,
      sizeBytes: row.size_bytes,
      modifiedMs: row.modified_ms,
      chunkCount: row.chunk_count,
      warnings: [{ code: "duplicate", message: row.warning }],
      isTwin: true,
    });
  }
  return files;
}

/** Word-shingle signatures of a collection's documents. */
export async function readSignatures(
  client: ClientBase,
  collectionNumber: number,
): Promise<{ path: string; signature: Uint32Array }[]> {
  const { rows } = await client.query<{ path: string; signature: Buffer }>(
    "SELECT path, signature FROM fourfold.document WHERE collection = $1 AND signature IS NOT NULL",
    [collectionNumber],
  );
  // Copied, so that the numbers are aligned.
  return rows.map(({ path, signature }) => ({ path, signature: new Uint32Array(new Uint8Array(signature).buffer) }));
}

/** The vectors held for these content hashes. */
export async function findEmbeddings(
  client: ClientBase,
  collectionNumber: number,
  hashes: string[],
): Promise<Map<string, Float32Array>> {
  const { rows } = await client.query<{ content_hash: string; embedding: string }>(
    `SELECT DISTINCT ON (content_hash) content_hash, embedding FROM ${chunkTable(collectionNumber)}
     WHERE content_hash = ANY ($1) ORDER BY content_hash, id`,
    [hashes],
  );
  return new Map(
    rows.map(({ content_hash: hash, embedding }) => [hash, Float32Array.from(JSON.parse(embedding) as number[])]),
  );
}

/** @param documentId  on the server */
export async function writeTwinFile(
  client: ClientBase,
  collectionNumber: number,
  { path, sizeBytes, modifiedMs, sha256, warning }: Omit<TwinFile, "collectionId" | "documentId">,
  documentId: string,
): Promise<void> {
  await client.query(
    `INSERT INTO fourfold.twin_file (collection, path, document, size_bytes, modified_ms, sha256, warning)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (collection, md5(path)) DO UPDATE SET document = $3, size_bytes = $4, modified_ms = $5, sha256 = $6,
       warning = $7`,
    [collectionNumber, path, documentId, sizeBytes, modifiedMs, sha256, warning],
  );
}

/** The file was touched, its bytes are the same: the next look is a matter of size and time again. */
export async function writeModifiedMs(
  client: ClientBase,
  collectionNumber: number,
  path: string,
  modifiedMs: number | null,
): Promise<void> {
  for (const table of ["document", "twin_file"])
    await client.query(
      `UPDATE fourfold.${table} SET modified_ms = $3 WHERE collection = $1 AND md5(path) = md5($2) AND path = $2`,
      [collectionNumber, path, modifiedMs],
    );
}
