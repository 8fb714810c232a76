import type { ClientBase } from "pg";
import { type DocumentFacts, textShareOf } from "../../store/document-use.ts";
import { type SectionChunk, sectionAround } from "../../store/sections.ts";
import type { WholeDocument } from "../../store/whole-documents.ts";
import { chunkTable } from "./schema.ts";
import { sharedDocumentId } from "./shared-document-id.ts";
import { type DocumentRow, documentColumns, factsOf } from "./write-document.ts";

/** Characters of a document that travel to say how much of it is text; fewer than in a workspace, for the network's sake. */
const SAMPLED = 2000;

/** The chunks under the same heading of the same document that follow one another around a chunk. */
export async function readSection(
  client: ClientBase,
  collectionNumber: number,
  chunkId: number,
): Promise<SectionChunk[]> {
  const table = chunkTable(collectionNumber);
  const { rows } = await client.query<{
    id: string;
    start_offset: number;
    end_offset: number;
    token_count: number;
    is_same: boolean;
  }>(
    `SELECT other.id, other.start_offset, other.end_offset, other.token_count,
            other.heading IS NOT DISTINCT FROM own.heading AS is_same
     FROM ${table} AS own JOIN ${table} AS other ON other.document = own.document
     WHERE own.id = $1 ORDER BY other.start_offset, other.id`,
    [chunkId],
  );
  const chunks = rows.map((row) => ({
    id: Number(row.id),
    start: row.start_offset,
    end: row.end_offset,
    tokenCount: row.token_count,
    isSame: row.is_same,
  }));
  return sectionAround(chunks, chunkId);
}

/** A span of a document's text; null when it is gone. */
export async function readTextSlice(
  client: ClientBase,
  documentOnServer: string,
  start: number,
  end: number,
): Promise<string | null> {
  // PostgreSQL counts characters, spans count UTF-16 units: only JavaScript cuts at the right place.
  const { rows } = await client.query<{ text: string }>("SELECT text FROM fourfold.document WHERE id = $1", [
    documentOnServer,
  ]);
  return rows[0]?.text.slice(start, end) ?? null;
}

/** @param documentsOnServer  absent, all that have chunks */
export async function countCharacters(
  client: ClientBase,
  collectionNumber: number,
  documentsOnServer?: string[],
): Promise<{ documents: number; characters: number }> {
  const { rows } = await client.query<{ documents: number; characters: string }>(
    `SELECT count(*)::integer AS documents, coalesce(sum(char_length(text)), 0)::bigint AS characters
     FROM fourfold.document WHERE ${condition(documentsOnServer)}`,
    parameters(collectionNumber, documentsOnServer),
  );
  return { documents: rows[0]!.documents, characters: Number(rows[0]!.characters) };
}

/** By name, with the first of their chunks. */
export async function readWholeDocuments(
  client: ClientBase,
  collectionNumber: number,
  collectionId: string,
  documentsOnServer?: string[],
): Promise<WholeDocument[]> {
  const { rows } = await client.query<{ id: string; name: string; text: string; chunk: string }>(
    `SELECT id, name, text, (SELECT min(chunk.id) FROM ${chunkTable(collectionNumber)} AS chunk
                             WHERE chunk.document = document.id) AS chunk
     FROM fourfold.document WHERE ${condition(documentsOnServer)} ORDER BY name, path`,
    parameters(collectionNumber, documentsOnServer),
  );
  return rows.map(({ id, name, text, chunk }) => ({
    documentId: sharedDocumentId(collectionId, id),
    document: name,
    chunkId: Number(chunk),
    text,
  }));
}

/** What each document is worth before anybody asks, by name. */
export async function readDocumentFacts(
  client: ClientBase,
  collectionNumber: number,
  collectionId: string,
): Promise<DocumentFacts[]> {
  const { rows } = await client.query<DocumentRow & { tokens: number; sample: string }>(
    `SELECT ${documentColumns}, left(text, ${SAMPLED}) AS sample, coalesce(tokens, 0)::integer AS tokens
     FROM fourfold.document LEFT JOIN (
       SELECT document AS counted, sum(token_count) AS tokens FROM ${chunkTable(collectionNumber)} GROUP BY document
     ) AS sizes ON counted = document.id
     WHERE collection = $1 ORDER BY name, path`,
    [collectionNumber],
  );
  return rows.map((row) => {
    const { format, importedAt } = factsOf(row);
    const { name, path, tags, tokens } = row;
    const documentId = sharedDocumentId(collectionId, row.id);
    const textShare = textShareOf(row.sample);
    return { documentId, name, path, format, importedAt, tags, chunks: row.chunk_count, tokens, textShare };
  });
}

const condition = (documentsOnServer: string[] | undefined): string =>
  `collection = $1 AND chunk_count > 0${documentsOnServer === undefined ? "" : " AND id = ANY ($2)"}`;

const parameters = (collectionNumber: number, documentsOnServer: string[] | undefined): unknown[] =>
  documentsOnServer === undefined ? [collectionNumber] : [collectionNumber, documentsOnServer];
