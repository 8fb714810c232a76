import { randomUUID } from "node:crypto";
import type { ClientBase } from "pg";
import type { Document } from "../../contract/documents.ts";
import { headingText, type NewDocument } from "../../store/documents.ts";
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
}

export const documentColumns = "id, path, name, sha256, chunk_count, facts";

export const toDocument = (
  { id, path, name, sha256, chunk_count: chunkCount, facts }: DocumentRow,
  collectionId: string,
): Document => ({
  id: sharedDocumentId(collectionId, id),
  collectionId,
  path,
  name,
  sha256,
  chunkCount,
  ...(JSON.parse(facts) as Facts),
});

/** Write a document with its chunks, words and vectors into an open transaction, in place of its older version. */
export async function writeDocument(
  client: ClientBase,
  collectionNumber: number,
  document: Omit<NewDocument, "collectionId">,
): Promise<string> {
  const id = randomUUID();
  await client.query("DELETE FROM fourfold.document WHERE collection = $1 AND md5(path) = md5($2) AND path = $2", [
    collectionNumber,
    document.path,
  ]);
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
    `INSERT INTO fourfold.document (id, collection, path, name, sha256, chunk_count, facts, pages, headings, text)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      collectionNumber,
      document.path,
      document.name,
      document.sha256,
      document.chunks.length,
      JSON.stringify(facts),
      JSON.stringify(document.pages),
      JSON.stringify(document.headings),
      storable(document.text),
    ],
  );
  for (let from = 0; from < document.chunks.length; from += CHUNKS_EACH) {
    await writeChunks(client, collectionNumber, id, document, document.chunks.slice(from, from + CHUNKS_EACH));
  }
  return id;
}

async function writeChunks(
  client: ClientBase,
  collectionNumber: number,
  documentId: string,
  document: Pick<NewDocument, "text">,
  chunks: NewDocument["chunks"],
): Promise<void> {
  const headings = chunks.map(({ headingPath }) => nullable(headingText(headingPath)));
  const texts = chunks.map(({ start, end }) => storable(document.text.slice(start, end)));
  const words = texts.map((text, index) => countWords(`${headings[index] ?? ""} ${text}`));
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ${chunkTable(collectionNumber)} (document, start_offset, end_offset, page, heading, text, token_count,
                                                  rectangles, word_count, embedding)
     SELECT $1, start_offset, end_offset, page, heading, text, token_count, rectangles, word_count, embedding::vector
     FROM unnest($2::integer[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::text[],
                 $9::integer[], $10::text[])
          WITH ORDINALITY AS chunk (start_offset, end_offset, page, heading, text, token_count, rectangles, word_count,
                                    embedding, position)
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
const storable = (text: string): string => text.replaceAll("\0", "\uFFFD");

const nullable = (text: string | null): string | null => (text === null ? null : storable(text));
