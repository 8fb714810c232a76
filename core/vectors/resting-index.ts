import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { exactState, hnswState, type IndexState } from "./collection-vectors.ts";
import { readIndexManifest } from "./hnsw-index.ts";

export interface RestingCollection {
  id: string;
  generation: number;
  chunkCount: number;
}

/** Why HNSW cannot serve, as far as one sees without loading native code; null when its library is there. */
export function whyNoHnswlib(): string | null {
  try {
    const main = createRequire(import.meta.url).resolve("hnswlib-node");
    const compiled = join(dirname(main), "..", "build", "Release", "addon.node");
    return existsSync(compiled) ? null : "hnswlib-node is not built on this machine";
  } catch {
    return "hnswlib-node is not installed on this machine";
  }
}

/**
 * How a search would run, told from the store's counts and the index file, without starting the index host.
 *
 * @param hnswReason  why there is no HNSW here; null when there is
 */
export async function restingIndexState(
  { id, generation, chunkCount }: RestingCollection,
  indexFolder: string,
  hnswFrom: number,
  hnswReason: string | null,
): Promise<IndexState> {
  if (hnswReason !== null) return { kind: "exact", reason: `Exact search serves: ${hnswReason}.` };
  if (chunkCount < hnswFrom) return exactState(chunkCount);
  const manifest = await readIndexManifest(join(indexFolder, `${id}.hnsw`));
  if (manifest?.generation === generation) return hnswState(chunkCount);
  return { kind: "building", reason: "The index is built from the next search on; exact search serves meanwhile." };
}
