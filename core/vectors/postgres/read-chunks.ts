import type { ClientBase } from "pg";
import type { PageRectangle } from "../../contract/documents.ts";
import { eachOnce, type StoredChunk } from "../../store/chunks.ts";
import { chunkTable } from "./schema.ts";
import { sharedDocumentId } from "./shared-document-id.ts";

interface ChunkRow {
  id: string;
  document: string;
  document_name: string;
  page: number | null;
  heading: string | null;
  text: string;
  start_offset: number;
  end_offset: number;
  token_count: number;
  rectangles: string;
}

/** Chunks by id; ids that are gone are left out. */
export async function readChunks(
  client: ClientBase,
  collectionNumber: number,
  collectionId: string,
  ids: number[],
): Promise<Map<number, StoredChunk>> {
  const { rows } = await client.query<ChunkRow>(
    `SELECT chunk.*, document.name AS document_name
     FROM ${chunkTable(collectionNumber)} AS chunk JOIN fourfold.document ON document.id = chunk.document
     WHERE chunk.id = ANY ($1)`,
    [ids],
  );
  return new Map(
    rows.map((row) => [
      Number(row.id),
      {
        id: Number(row.id),
        documentId: sharedDocumentId(collectionId, row.document),
        documentName: row.document_name,
        page: row.page,
        heading: row.heading,
        text: row.text,
        start: row.start_offset,
        end: row.end_offset,
        tokenCount: row.token_count,
        rectangles: JSON.parse(row.rectangles) as PageRectangle[],
      },
    ]),
  );
}

/** Vectors of chunks by id; ids that are gone are left out. */
export async function readEmbeddings(
  client: ClientBase,
  collectionNumber: number,
  ids: number[],
): Promise<Map<number, Float32Array>> {
  const { rows } = await client.query<{ id: string; embedding: string }>(
    `SELECT id, embedding FROM ${chunkTable(collectionNumber)} WHERE id = ANY ($1)`,
    [ids],
  );
  // pgvector writes a vector as JSON writes an array.
  return new Map(rows.map(({ id, embedding }) => [Number(id), Float32Array.from(JSON.parse(embedding) as number[])]));
}

/** Rectangles of the chunks that lie in or reach into a span of a document, in reading order, each once. */
export async function readRectangles(
  client: ClientBase,
  collectionNumber: number,
  documentOnServer: string,
  { start, end }: { start: number; end: number },
): Promise<PageRectangle[]> {
  const { rows } = await client.query<{ rectangles: string }>(
    `SELECT rectangles FROM ${chunkTable(collectionNumber)}
     WHERE document = $1 AND start_offset < $3 AND end_offset > $2 ORDER BY start_offset`,
    [documentOnServer, start, end],
  );
  return eachOnce(rows.flatMap(({ rectangles }) => JSON.parse(rectangles) as PageRectangle[]));
}
