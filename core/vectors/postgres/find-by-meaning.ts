import type { ClientBase } from "pg";
import type { NearestChunks } from "../collection-store.ts";
import { HNSW_FROM_CHUNKS } from "../collection-vectors.ts";
import { EF_SEARCH } from "../hnsw-index.ts";
import { chunkTable } from "./schema.ts";
import { toVector } from "./write-document.ts";

/**
 * The chunks nearest to an embedded question; null when the collection is gone.
 *
 * @param documentIds  their ids on the server; a narrowed search is exact, because an index would find neighbours first
 *                     and throw most of them away
 */
export async function findByMeaning(
  client: ClientBase,
  collectionNumber: number,
  query: Float32Array,
  limit: number,
  { documentIds, exact = false }: { documentIds?: string[] | undefined; exact?: boolean | undefined } = {},
): Promise<Omit<NearestChunks, "query"> | null> {
  const table = chunkTable(collectionNumber);
  const collection = await client.query<{ generation: string; is_large: boolean }>(
    `SELECT generation, EXISTS (SELECT FROM ${table} OFFSET ${HNSW_FROM_CHUNKS - 1}) AS is_large
     FROM fourfold.collection WHERE number = $1`,
    [collectionNumber],
  );
  const found = collection.rows[0];
  if (found === undefined) return null;
  const kind = found.is_large && documentIds === undefined && !exact ? "hnsw" : "exact";
  // Said, not left to the planner: what a search reports is what it did.
  await client.query(
    kind === "hnsw"
      ? `SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL hnsw.ef_search = ${Math.max(EF_SEARCH, limit)}`
      : "SET LOCAL enable_indexscan = off",
  );
  // `<#>` is the negative inner product: of unit vectors, the negative cosine.
  const { rows } = await client.query<{ id: string; distance: number }>(
    `SELECT id, embedding <#> $1 AS distance FROM ${table}
     ${documentIds === undefined ? "" : "WHERE document = ANY ($3)"} ORDER BY embedding <#> $1 LIMIT $2`,
    documentIds === undefined ? [toVector(query), limit] : [toVector(query), limit, documentIds],
  );
  const neighbours = rows.map(({ id, distance }) => ({ chunkId: Number(id), similarity: -distance }));
  return { neighbours, kind, generation: Number(found.generation) };
}
