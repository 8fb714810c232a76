import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pipeline } from "node:stream/promises";
import type { HierarchicalNSW } from "hnswlib-node";
import { z } from "zod";
import type { Neighbour, VectorMatrix } from "./vector-matrix.ts";

/** Links per node and build effort, as in hnswlib's ALGO_PARAMS.md: its recommendation for text embeddings. */
const M = 16;
const EF_CONSTRUCTION = 200;
/**
 * Search effort: with 400 the index finds 0.98 and more of the ten nearest also for a question that nothing stored is near
 * to, where 100 found 0.90; it costs half a millisecond. hnswlib forgets it on saving and falls back to 10.
 */
export const EF_SEARCH = 400;
/** A fixed seed, so that the same rows give the same index. */
const RANDOM_SEED = 100;

/** What stands beside an index file and must be true of it before it is opened: a damaged one can crash the process. */
const Manifest = z.object({
  sha256: z.string(),
  dimensions: z.int(),
  count: z.int(),
  /** Of the rows it was built from. */
  generation: z.int(),
  embedderId: z.string(),
  M: z.literal(M),
  efConstruction: z.literal(EF_CONSTRUCTION),
});

export interface IndexOrigin {
  generation: number;
  embedderId: string;
}

type Hnswlib = typeof import("hnswlib-node");

/** hnswlib-node is compiled when Fourfold is set up; without a compiler there is none, and exact search serves. */
export function loadHnswlib(): { hnswlib: Hnswlib; reason: null } | { hnswlib: null; reason: string } {
  try {
    return { hnswlib: createRequire(import.meta.url)("hnswlib-node") as Hnswlib, reason: null };
  } catch (error) {
    const firstLine = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    return { hnswlib: null, reason: `hnswlib-node is not built on this machine (${firstLine.slice(0, 160)})` };
  }
}

/**
 * An approximate index over one collection: a cache that can always be made again from SQLite.
 *
 * Labels are chunk ids (below 2^32, as hnswlib requires; SQLite counts them from 1 and never reuses one).
 */
export class HnswIndex {
  readonly #index: HierarchicalNSW;
  readonly dimensions: number;
  #capacity: number;
  /** Labels marked deleted; hnswlib goes on counting them. */
  deletedCount = 0;

  private constructor(index: HierarchicalNSW, dimensions: number, capacity: number) {
    this.#index = index;
    this.dimensions = dimensions;
    this.#capacity = capacity;
  }

  static create(hnswlib: Hnswlib, dimensions: number, capacity: number): HnswIndex {
    const index = new hnswlib.HierarchicalNSW("ip", dimensions);
    index.initIndex({ maxElements: capacity, m: M, efConstruction: EF_CONSTRUCTION, randomSeed: RANDOM_SEED });
    index.setEf(EF_SEARCH);
    return new HnswIndex(index, dimensions, capacity);
  }

  /** Vectors that a search can find. */
  get count(): number {
    return this.#index.getCurrentCount() - this.deletedCount;
  }

  add(chunkId: number, embedding: Float32Array): void {
    if (this.#index.getCurrentCount() >= this.#capacity) {
      this.#capacity *= 2;
      this.#index.resizeIndex(this.#capacity);
    }
    // hnswlib-node takes plain arrays only, and aborts the process on anything in them that is no number.
    this.#index.addPoint(Array.from(embedding), chunkId);
  }

  remove(chunkId: number): void {
    this.#index.markDelete(chunkId);
    this.deletedCount += 1;
  }

  /** Nearest first; similarity is 1 − inner-product distance, the cosine of unit vectors. */
  search(query: Float32Array, k: number, within?: ReadonlySet<number>): Neighbour[] {
    const wanted = Math.min(k, within?.size ?? this.count);
    if (wanted === 0) return [];
    const filter = within === undefined ? undefined : (chunkId: number): boolean => within.has(chunkId);
    const { neighbors, distances } = this.#index.searchKnn(Array.from(query), wanted, filter);
    return neighbors.map((chunkId, i) => ({ chunkId, similarity: 1 - distances[i]! }));
  }

  /**
   * Write the index and its manifest, each under a temporary name, synced and renamed: a kill leaves
   * the old pair, or a pair whose hashes disagree, which `open` refuses.
   */
  async save(path: string, origin: IndexOrigin): Promise<void> {
    const temporary = `${path}.writing`;
    // The synchronous writer: the asynchronous one tears the file when a point is added meanwhile.
    this.#index.writeIndexSync(temporary);
    // It reports success even when the disk is full, so what is on disk is looked at, not what it said.
    const { size } = await stat(temporary);
    if (size === 0) throw new Error(`writing ${path} left an empty file`);
    const manifest: z.infer<typeof Manifest> = {
      sha256: await sha256Of(temporary),
      dimensions: this.dimensions,
      count: this.count,
      ...origin,
      M,
      efConstruction: EF_CONSTRUCTION,
    };
    await sync(temporary);
    await writeFile(`${path}.json.writing`, JSON.stringify(manifest));
    await sync(`${path}.json.writing`);
    await rename(temporary, path);
    await rename(`${path}.json.writing`, `${path}.json`);
  }

  /** Open a saved index, or null when it is not exactly the one that belongs to these rows. */
  static async open(
    hnswlib: Hnswlib,
    path: string,
    matrix: VectorMatrix,
    origin: IndexOrigin,
  ): Promise<HnswIndex | null> {
    try {
      const manifest = await readIndexManifest(path);
      const belongs =
        manifest !== null &&
        manifest.generation === origin.generation &&
        manifest.embedderId === origin.embedderId &&
        manifest.dimensions === matrix.dimensions &&
        manifest.count === matrix.chunkIds.length;
      // The hash comes before the library: it searches a file with flipped bytes and dies of it.
      if (!belongs || manifest.sha256 !== (await sha256Of(path))) return null;
      const index = new hnswlib.HierarchicalNSW("ip", matrix.dimensions);
      await index.readIndex(path);
      index.setEf(EF_SEARCH);
      const opened = new HnswIndex(index, matrix.dimensions, index.getMaxElements());
      opened.deletedCount = index.getCurrentCount() - manifest.count;
      return opened;
    } catch {
      return null;
    }
  }

  static async removeFiles(path: string): Promise<void> {
    await Promise.all([rm(path, { force: true }), rm(`${path}.json`, { force: true })]);
  }
}

/** What is said of an index file; null when it is missing, half-written or not JSON: all the same, it is built again. */
export async function readIndexManifest(path: string): Promise<z.infer<typeof Manifest> | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(`${path}.json`, "utf8")));
  } catch {
    return null;
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
