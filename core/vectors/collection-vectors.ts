import { join } from "node:path";
import { FourfoldError } from "../contract/failures.ts";
import type { ReadableDb } from "../store/db.ts";
import { forEachEmbedding, readChunkIds, readGeneration } from "../store/chunks.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import { HnswIndex, loadHnswlib } from "./hnsw-index.ts";
import type { NearestChunks } from "./collection-store.ts";
import { VectorMatrix } from "./vector-matrix.ts";

/** Below this many chunks comparing all of them takes a millisecond or two and building an index is not worth it. */
export const HNSW_FROM_CHUNKS = 2000;
/** Up to this many chunks a filter's own are compared one by one; an index that skips most of what it meets finds less. */
const EXACT_WITHIN = 20_000;
/** Rows per slice when an index is built, so that searches and embeddings get their turn in between. */
const BUILD_SLICE = 16;
/** An index that carries this share of deleted vectors is built anew. */
const MOST_DELETED = 0.3;
/** Changes come in bursts (a folder is imported file by file); the index is written when they pause. */
const SAVE_AFTER_MS = 2000;

export interface SearchScope {
  /** Only these chunks may be found; all when absent. */
  within?: ReadonlySet<number> | undefined;
  /** Compare everything, though there is an index. */
  exact?: boolean | undefined;
}

/** How a search would run, and why. */
export interface IndexState {
  kind: "exact" | "hnsw" | "building";
  reason: string;
}

export const exactState = (chunkCount: number): IndexState => ({
  kind: "exact",
  reason: `Exact search: with ${chunkCount} chunks it is as fast as an index, and always right.`,
});

export const hnswState = (chunkCount: number): IndexState => ({
  kind: "hnsw",
  reason: `HNSW index over ${chunkCount} chunks.`,
});

/**
 * One collection's vectors as they are searched: always equal to what SQLite holds at the moment of a search.
 *
 * Exact search answers until the approximate index has caught up, so a search never waits for a build
 * and never sees less than all.
 */
export class CollectionVectors {
  readonly #db: ReadableDb;
  readonly #collectionId: string;
  readonly #embedder: EmbedderIdentity;
  readonly #path: string;
  readonly #hnswFrom: number;
  #matrix: VectorMatrix;
  #generation = -1;
  #hnsw: HnswIndex | null = null;
  #building: Promise<void> | null = null;
  #saveTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    db: ReadableDb,
    collectionId: string,
    embedder: EmbedderIdentity,
    indexFolder: string,
    hnswFrom = HNSW_FROM_CHUNKS,
  ) {
    this.#db = db;
    this.#collectionId = collectionId;
    this.#embedder = embedder;
    this.#path = join(indexFolder, `${collectionId}.hnsw`);
    this.#hnswFrom = hnswFrom;
    this.#matrix = new VectorMatrix(embedder.dimensions);
  }

  get embedderId(): string {
    return this.#embedder.id;
  }

  get state(): IndexState {
    const count = this.#matrix.chunkIds.length;
    const { hnswlib, reason } = loadHnswlib();
    if (hnswlib === null) return { kind: "exact", reason: `Exact search serves: ${reason}.` };
    if (count < this.#hnswFrom) return exactState(count);
    if (this.#hnsw === null)
      return { kind: "building", reason: "The index is being built; exact search serves meanwhile." };
    return hnswState(count);
  }

  /**
   * The `k` nearest chunks, nearest first, over exactly the rows SQLite holds now.
   *
   * @param within  narrows the search to these chunks. That is exact: hnswlib would walk most of its index to find the
   *                few it may return, calling back for each, which is slower than comparing them all (and an exception
   *                in that callback ends the process).
   * @param exact   compare all vectors, though there is an index
   */
  async search(
    query: Float32Array,
    k: number,
    { within, exact = false }: SearchScope = {},
  ): Promise<Omit<NearestChunks, "query">> {
    await this.refresh();
    const generation = this.#generation;
    const isSelective = within !== undefined && within.size <= EXACT_WITHIN;
    if (this.#hnsw === null || exact || isSelective)
      return { neighbours: this.#matrix.search(query, k, within), kind: "exact", generation };
    return { neighbours: this.#hnsw.search(query, k, within), kind: "hnsw", generation };
  }

  /** Wait until the approximate index, if this collection has one, has been built and written. */
  async settle(): Promise<void> {
    await this.refresh();
    await this.#building;
    if (this.#saveTimer !== null) await this.#save();
  }

  /** Take over what changed in SQLite since the last look. */
  async refresh(): Promise<void> {
    const now = readGeneration(this.#db, this.#collectionId);
    if (now.generation === this.#generation && now.embedderId === this.#embedder.id) return;
    const { generation, embedderId, ids } = readChunkIds(this.#db, this.#collectionId);
    if (embedderId !== null && embedderId !== this.#embedder.id) throw embeddingMismatch(embedderId, this.#embedder.id);
    if (generation === this.#generation) return;
    const isFirstLook = this.#generation === -1;
    const removed = this.#matrix.retain(new Set(ids));
    const firstNew = this.#matrix.chunkIds.length;
    forEachEmbedding(this.#db, this.#collectionId, this.#matrix.lastChunkId, (id, embedding) =>
      this.#matrix.append(id, embedding),
    );
    this.#generation = generation;

    if (this.#matrix.chunkIds.length < this.#hnswFrom) {
      this.#hnsw = null;
      if (!isFirstLook) await HnswIndex.removeFiles(this.#path);
    } else if (this.#hnsw !== null) {
      for (const id of removed) this.#hnsw.remove(id);
      for (let row = firstNew; row < this.#matrix.chunkIds.length; row++) {
        this.#hnsw.add(this.#matrix.chunkIds[row]!, this.#matrix.row(row));
      }
      if (this.#hnsw.deletedCount > MOST_DELETED * this.#matrix.chunkIds.length) this.#hnsw = null;
      else this.#saveSoon();
    }
    if (this.#hnsw === null && this.#matrix.chunkIds.length >= this.#hnswFrom) this.#building ??= this.#openOrBuild();
  }

  async #openOrBuild(): Promise<void> {
    const { hnswlib } = loadHnswlib();
    try {
      if (hnswlib === null) return;
      const origin = { generation: this.#generation, embedderId: this.#embedder.id };
      const opened = await HnswIndex.open(hnswlib, this.#path, this.#matrix, origin);
      if (opened !== null && this.#generation === origin.generation) {
        this.#hnsw = opened;
        return;
      }
      await this.#build(hnswlib);
    } finally {
      this.#building = null;
    }
  }

  async #build(hnswlib: NonNullable<ReturnType<typeof loadHnswlib>["hnswlib"]>): Promise<void> {
    for (;;) {
      const generation = this.#generation;
      const count = this.#matrix.chunkIds.length;
      const index = HnswIndex.create(hnswlib, this.#matrix.dimensions, Math.ceil(count * 1.5));
      let row = 0;
      // Rows move when documents are removed; then the build starts over on the new rows.
      while (row < count && generation === this.#generation && !this.#closed) {
        for (const end = Math.min(row + BUILD_SLICE, count); row < end; row++) {
          index.add(this.#matrix.chunkIds[row]!, this.#matrix.row(row));
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.#closed) return;
      if (generation !== this.#generation) continue;
      this.#hnsw = index;
      this.#saveSoon();
      return;
    }
  }

  #saveSoon(): void {
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => void this.#save(), SAVE_AFTER_MS);
  }

  async #save(): Promise<void> {
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    this.#saveTimer = null;
    const origin = { generation: this.#generation, embedderId: this.#embedder.id };
    // A cache that cannot be written costs a rebuild at the next start, nothing else.
    await this.#hnsw
      ?.save(this.#path, origin)
      .catch((error: unknown) => console.error(`index not saved: ${String(error)}`));
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#saveTimer !== null) await this.#save();
  }
}

/** Said of a search that was on its way while its collection went over to another embedder. */
function embeddingMismatch(indexedWith: string, loaded: string): FourfoldError {
  return new FourfoldError({
    code: "embedding_mismatch",
    message: `The collection is indexed with the embedder ${indexedWith} now; the question was embedded with ${loaded}.`,
    action: "Ask again.",
    details: { indexedWith, loaded },
  });
}
