import { randomUUID } from "node:crypto";
import type { ClientBase } from "pg";
import type { Document } from "../../contract/documents.ts";
import { headingText } from "../../store/heading-text.ts";
import { matchChunks } from "../../store/match-chunks.ts";
import type { NewChunk, NewDocument, SavedDocument } from "../../store/save-document.ts";
import { chunkTable, wordTable } from "./schema.ts";
import { sharedDocumentId } from "./shared-document-id.ts";
import { countWords } from "./words.ts";

/** Chunks per statement: some megabytes of text at most. */
const CHUNKS_EACH = 500;

/** What is stored of a document as JSON: nothing on the server asks for it. */
type Facts = Pick<Document, "format" | "sizeBytes" | "encoding" | "language" | "pageCount" | "warnings" | "importedAt">;

export interface DocumentRow {
  id: string;
  path: string;
  name: string;
  sha256: string;
  chunk_count: number;
  facts: string;
  tags: string[];
}

/** Of `fourfold.document` by its own name. */
export const documentColumns = `id, path, name, sha256, chunk_count, facts,
  ARRAY(SELECT tag FROM fourfold.document_tag AS given WHERE given.document = document.id ORDER BY tag COLLATE "C") AS tags`;

export const factsOf = ({ facts }: Pick<DocumentRow, "facts">): Facts => JSON.parse(facts) as Facts;

export const toDocument = (row: DocumentRow, collectionId: string): Document => ({
  id: sharedDocumentId(collectionId, row.id),
  collectionId,
  path: row.path,
  name: row.name,
  sha256: row.sha256,
  chunkCount: row.chunk_count,
  tags: row.tags,
  ...factsOf(row),
});

/**
 * Write a document with its chunks, words and vectors into an open transaction, in place of its older version: chunks
 * that are the same keep id, words and vector and move to their new place.
 */
export async function writeDocument(
  client: ClientBase,
  collectionNumber: number,
  given: Omit<NewDocument, "collectionId">,
): Promise<SavedDocument> {
  const document = storable(given);
  const place = [collectionNumber, document.path];
  const found = await client.query<{ id: string; sha256: string }>(
    "SELECT id, sha256 FROM fourfold.document WHERE collection = $1 AND md5(path) = md5($2) AND path = $2",
    place,
  );
  const known = found.rows[0];
  const id = known?.id ?? randomUUID();
  // The file itself may have been another one's twin before.
  await client.query("DELETE FROM fourfold.twin_file WHERE collection = $1 AND md5(path) = md5($2)", place);
  await writeDocumentRow(client, collectionNumber, id, document);
  const fresh = known === undefined ? document.chunks : await keepChunks(client, collectionNumber, id, document);
  for (let from = 0; from < fresh.length; from += CHUNKS_EACH)
    await writeChunks(client, collectionNumber, id, document.text, fresh.slice(from, from + CHUNKS_EACH));
  const saved = { documentId: id, kept: document.chunks.length - fresh.length };
  if (known === undefined || known.sha256 === document.sha256) return { ...saved, formerTwins: [] };
  const twins = await client.query<{ path: string }>(
    "DELETE FROM fourfold.twin_file WHERE document = $1 RETURNING path",
    [id],
  );
  return { ...saved, formerTwins: twins.rows.map(({ path }) => path) };
}

async function writeDocumentRow(
  client: ClientBase,
  collectionNumber: number,
  id: string,
  document: Omit<NewDocument, "collectionId">,
): Promise<void> {
  const facts: Facts = {
    format: document.format,
    sizeBytes: document.sizeBytes,
    encoding: document.encoding,
    language: document.language,
    pageCount: document.pages.length === 0 ? null : document.pages.length,
    warnings: document.warnings,
    importedAt: new Date().toISOString(),
  };
  await client.query(
    `INSERT INTO fourfold.document (id, collection, path, name, sha256, text_sha256, signature, modified_ms,
                                    chunk_count, facts, pages, headings, text)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (id) DO UPDATE SET name = $4, sha256 = $5, text_sha256 = $6, signature = $7, modified_ms = $8,
       chunk_count = $9, facts = $10, pages = $11, headings = $12, text = $13`,
    [
      id,
      collectionNumber,
      document.path,
      document.name,
      document.sha256,
      document.textSha256,
      document.signature === null ? null : Buffer.from(document.signature.buffer),
      document.modifiedMs,
      document.chunks.length,
      JSON.stringify(facts),
      JSON.stringify(document.pages),
      JSON.stringify(document.headings),
      document.text,
    ],
  );
}

/** Move the chunks that stay, and remove those that go; returns those that are new. */
async function keepChunks(
  client: ClientBase,
  collectionNumber: number,
  documentId: string,
  document: Pick<NewDocument, "text" | "chunks">,
): Promise<NewChunk[]> {
  const table = chunkTable(collectionNumber);
  const { rows } = await client.query<{ id: string; content_hash: string; heading: string | null; text: string }>(
    `SELECT id, content_hash, heading, text FROM ${table} WHERE document = $1 ORDER BY id DESC`,
    [documentId],
  );
  const before = rows.map((row) => ({ ...row, id: Number(row.id) }));
  const { kept, fresh, gone } = matchChunks(before, document);
  await client.query(
    `UPDATE ${table} AS chunk SET start_offset = moved.start_offset, end_offset = moved.end_offset, page = moved.page,
                                  token_count = moved.token_count, rectangles = moved.rectangles
     FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::text[])
          AS moved (id, start_offset, end_offset, page, token_count, rectangles)
     WHERE chunk.id = moved.id`,
    [
      kept.map(({ id }) => id),
      kept.map(({ chunk }) => chunk.start),
      kept.map(({ chunk }) => chunk.end),
      kept.map(({ chunk }) => chunk.page),
      kept.map(({ chunk }) => chunk.tokenCount),
      kept.map(({ chunk }) => JSON.stringify(chunk.rectangles)),
    ],
  );
  await client.query(`DELETE FROM ${table} WHERE id = ANY ($1)`, [gone]);
  return fresh;
}

async function writeChunks(
  client: ClientBase,
  collectionNumber: number,
  documentId: string,
  text: string,
  chunks: NewChunk[],
): Promise<void> {
  const headings = chunks.map(({ headingPath }) => headingText(headingPath));
  const texts = chunks.map(({ start, end }) => text.slice(start, end));
  const words = texts.map((each, index) => countWords(`${headings[index] ?? ""} ${each}`));
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ${chunkTable(collectionNumber)} (document, start_offset, end_offset, page, heading, text, token_count,
                                                  rectangles, word_count, content_hash, context, embedding)
     SELECT $1, start_offset, end_offset, page, heading, text, token_count, rectangles, word_count, content_hash, context,
            embedding::vector
     FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::text[],
                 $9::integer[], $10::text[], $11::text[], $12::text[])
          WITH ORDINALITY AS chunk (start_offset, end_offset, page, heading, text, token_count, rectangles, word_count,
                                    content_hash, context, embedding, position)
     ORDER BY position RETURNING id`,
    [
      documentId,
      chunks.map(({ start }) => start),
      chunks.map(({ end }) => end),
      chunks.map(({ page }) => page),
      headings,
      texts,
      chunks.map(({ tokenCount }) => tokenCount),
      chunks.map(({ rectangles }) => JSON.stringify(rectangles)),
      words.map(({ total }) => total),
      chunks.map(({ contentHash }) => contentHash),
      chunks.map(({ context }) => context),
      chunks.map(({ embedding }) => toVector(embedding)),
    ],
  );
  const held = words.flatMap(({ counts }, index) =>
    [...counts].map(([word, frequency]) => ({ word, frequency, chunk: rows[index]!.id })),
  );
  await client.query(
    `INSERT INTO ${wordTable(collectionNumber)} (word, chunk, frequency)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::integer[])`,
    [held.map(({ word }) => word), held.map(({ chunk }) => chunk), held.map(({ frequency }) => frequency)],
  );
}

/** A vector as pgvector reads it. */
export const toVector = (embedding: Float32Array): string => `[${embedding.join(",")}]`;

/** PostgreSQL keeps no NUL in a text; the replacement character is as long, so that every offset stays right. */
export const withoutNul = (text: string): string => text.replaceAll("\0", "\uFFFD");

const storable = <Given extends Pick<NewDocument, "text" | "chunks">>(document: Given): Given => ({
  ...document,
  text: withoutNul(document.text),
  chunks: document.chunks.map((chunk) => ({
    ...chunk,
    headingPath: chunk.headingPath.map(withoutNul),
    context: withoutNul(chunk.context),
  })),
});
