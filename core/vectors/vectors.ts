import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type ChildOptions, type ChildStatus, SupervisedChild } from "../children/supervised-child.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { NearestChunks } from "./collection-store.ts";
import { HNSW_FROM_CHUNKS, type IndexState } from "./collection-vectors.ts";
import type { IndexHost } from "./index-host.ts";
import { similarityOf } from "./similarity.ts";
import { type RestingCollection, restingIndexState, whyNoHnswlib } from "./resting-index.ts";

export interface VectorsOptions extends Pick<ChildOptions, "onLog" | "onCrash"> {
  workspace: string;
  /** Collections of at least this many chunks get an HNSW index. */
  hnswFromChunks?: number;
  /** Throws when an embedder's files are no longer those its vectors were made with. */
  verifyEmbedder?: (embedder: EmbedderIdentity) => Promise<void>;
}

interface HnswAvailability {
  available: boolean;
  reason: string | null;
}

interface Searchable {
  id: string;
  embedder: EmbedderIdentity;
}

/** Texts become vectors, and vectors are found again: the engine's side of the index host. */
export class Vectors implements AsyncDisposable {
  readonly host: SupervisedChild<IndexHost>;
  readonly #indexFolder: string;
  readonly #verifyEmbedder: NonNullable<VectorsOptions["verifyEmbedder"]>;
  readonly #hnswFrom: number;
  /** Why there is no HNSW here; null when there is. */
  #hnswReason = whyNoHnswlib();

  constructor({ workspace, hnswFromChunks, verifyEmbedder, ...hooks }: VectorsOptions) {
    this.#verifyEmbedder = verifyEmbedder ?? (async () => {});
    this.#indexFolder = indexFolderOf(workspace);
    this.#hnswFrom = hnswFromChunks ?? HNSW_FROM_CHUNKS;
    this.host = new SupervisedChild<IndexHost>({
      name: "the index host",
      program: new URL("./index-host.ts", import.meta.url),
      env: {
        FOURFOLD_WORKSPACE_OPEN: workspace,
        FOURFOLD_INDEX_FOLDER: this.#indexFolder,
        ...(hnswFromChunks === undefined ? {} : { FOURFOLD_HNSW_FROM_CHUNKS: String(hnswFromChunks) }),
      },
      ...hooks,
    });
  }

  get status(): ChildStatus {
    return this.host.status;
  }

  /** @returns one unit-length vector per text, in order */
  async embedPassages(
    embedder: EmbedderIdentity,
    texts: string[],
    options: { signal?: AbortSignal | undefined; onProgress?: (done: number) => void } = {},
  ): Promise<Float32Array[]> {
    if (texts.length === 0) return [];
    await this.#verifyEmbedder(embedder);
    const rows = await this.host.call("embed", { embedder, texts, kind: "passage" }, options);
    return texts.map((_, row) => rows.subarray(row * embedder.dimensions, (row + 1) * embedder.dimensions));
  }

  /**
   * Open an embedder that is not known yet and embed one text: that it works, and how long its vectors are, is known with it.
   *
   * @throws embedder_failed, child_crashed, file_quarantined
   */
  tryEmbedder(embedder: EmbedderIdentity, text: string, signal?: AbortSignal): Promise<Float32Array> {
    return this.host.call("tryEmbedder", { embedder, text }, { signal, suspect: embedder.file ?? embedder.folder });
  }

  /**
   * The chunks nearest to a question, nearest first, over exactly the rows the store holds now.
   *
   * @param options.within  only these chunks may be found; all when null
   * @param options.exact   compare everything, though there is an index
   * @returns               also the question's own vector, of unit length
   */
  async search(
    collection: Searchable,
    question: string,
    k: number,
    options: { signal?: AbortSignal | undefined; within?: readonly number[] | null; exact?: boolean } = {},
  ): Promise<NearestChunks> {
    await this.#verifyEmbedder(collection.embedder);
    const { signal, within = null, exact = false } = options;
    const ids = within === null ? null : Uint32Array.from(within);
    return this.host.call("search", { ...refOf(collection), question, k, within: ids, exact }, { signal });
  }

  /** @returns shape (dimensions,), unit length */
  async embedQuestion(embedder: EmbedderIdentity, question: string, signal?: AbortSignal): Promise<Float32Array> {
    await this.#verifyEmbedder(embedder);
    return this.host.call("embed", { embedder, texts: [question], kind: "query" }, { signal });
  }

  /** @returns the cosine of the question with each text, −1 to 1 */
  async likeness(
    embedder: EmbedderIdentity,
    question: string,
    texts: string[],
    signal?: AbortSignal,
  ): Promise<number[]> {
    const query = await this.embedQuestion(embedder, question, signal);
    return (await this.embedPassages(embedder, texts, { signal })).map((text) => similarityOf(text, query));
  }

  /** Asked while the index host rests, the answer comes from what lies on disk: starting it would take half a second. */
  indexState(collection: Searchable & RestingCollection): Promise<IndexState> {
    if (this.host.isRunning) return this.host.call("state", refOf(collection));
    return restingIndexState(collection, this.#indexFolder, this.#hnswFrom, this.#hnswReason);
  }

  /** Wait until the collection's index is built and written. */
  settle(collection: Searchable): Promise<IndexState> {
    return this.host.call("settle", refOf(collection));
  }

  /** Whether HNSW serves here; loading the library says so for certain, in the host and nowhere else. */
  async hnsw(): Promise<HnswAvailability> {
    const answer = await this.host.call("hnsw", {});
    this.#hnswReason = answer.reason;
    return answer;
  }

  /** The same without starting the index host: what it said last, or whether the compiled library is there. */
  async hnswAtRest(): Promise<HnswAvailability> {
    if (this.host.isRunning) return this.hnsw();
    return { available: this.#hnswReason === null, reason: this.#hnswReason };
  }

  /** Forget a removed collection, on disk too. */
  async forget(collectionId: string): Promise<void> {
    if (this.host.isRunning) await this.host.call("forget", { collectionId });
    for (const suffix of ["", ".json"])
      await rm(join(this.#indexFolder, `${collectionId}.hnsw${suffix}`), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Give a pending index file the moment it needs; a lost one is only rebuilt.
    if (this.host.isRunning) await this.host.call("close", {}, { timeLimitMs: 3000 }).catch(() => {});
    await this.host[Symbol.asyncDispose]();
  }
}

export const indexFolderOf = (workspace: string): string => join(workspace, "index");

const refOf = ({ id, embedder }: Searchable): { collectionId: string; embedder: EmbedderIdentity } => ({
  collectionId: id,
  embedder,
});
