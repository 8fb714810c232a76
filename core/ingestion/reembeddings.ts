import { setImmediate as nextTurn } from "node:timers/promises";
import { FourfoldError, type Failure, isFourfoldError } from "../contract/failures.ts";
import { embeddedText } from "../documents/embedded-text.ts";
import { type EmbedderIdentity, findCollection, type StoredCollection } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import {
  beginReembedding,
  chunksToEmbed,
  findNextEmbedder,
  findReembedding,
  listReembeddings,
  removeCopied,
  removeReembedding,
  saveNextEmbeddings,
  saveReembeddingState,
  type StoredReembedding,
  switchEmbedder,
} from "../store/reembeddings.ts";
import type { Vectors } from "../vectors/vectors.ts";
import type { Imports } from "./imports.ts";

/** Chunks per step: what a kill costs. */
const STEP = 64;
/** Vectors removed at once after a collection has gone over: some ten milliseconds. */
const REMOVED_AT_ONCE = 1000;
/** Windows are told how far it is about this often. */
const TELL_EVERY_MS = 300;

export interface ReembeddingsOptions {
  db: WritableDb;
  vectors: Vectors;
  imports: Imports;
  /** How far a collection is, or that it has gone over. */
  onChange: () => void;
  onDefect: (error: unknown) => void;
}

/**
 * Collections on their way to another embedder, in the background: the old vectors answer until every chunk has a new
 * one, then all change at once. Documents may come and go meanwhile.
 */
export class Reembeddings implements AsyncDisposable {
  readonly #options: ReembeddingsOptions;
  readonly #running = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  readonly #failures = new Map<string, Failure>();
  #isClosing = false;
  #tidying = Promise.resolve();

  constructor(options: ReembeddingsOptions) {
    this.#options = options;
  }

  /** Go on with what was under way when the engine ended. */
  start(): void {
    this.#tidyUp();
    for (const { collectionId, state } of listReembeddings(this.#options.db))
      if (state === "running") this.#run(collectionId);
  }

  /** Why it rests, when that was not the user's will. */
  failureOf(collectionId: string): Failure | null {
    return this.#failures.get(collectionId) ?? null;
  }

  /**
   * Set out for another embedder. The chunks stay as they are, so they go on being counted in the tokens of the
   * embedder they were split for.
   *
   * @throws embedder_too_short  its texts would be cut
   */
  begin(collection: StoredCollection, embedder: EmbedderIdentity): void {
    const { id, embedder: before } = collection;
    if (embedder.id === before.id) {
      this.cancel(id);
      return;
    }
    if (embedder.maxTokens < before.chunkSize) throw tooShort(embedder, before.chunkSize);
    const { chunkSize, chunkOverlap } = before;
    const tokensOf = before.tokensOf ?? before.id;
    this.#halt(id);
    beginReembedding(this.#options.db, id, { ...embedder, chunkSize, chunkOverlap, tokensOf });
    this.#run(id);
  }

  /** @throws reembedding_not_found */
  pause(collectionId: string): void {
    this.#require(collectionId);
    saveReembeddingState(this.#options.db, collectionId, "paused");
    this.#halt(collectionId);
    this.#options.onChange();
  }

  /** @throws reembedding_not_found */
  resume(collectionId: string): void {
    this.#require(collectionId);
    saveReembeddingState(this.#options.db, collectionId, "running");
    if (!this.#running.has(collectionId)) this.#run(collectionId);
  }

  /** Stay with the old embedder; what was made for the new one goes. */
  cancel(collectionId: string): boolean {
    this.#halt(collectionId);
    this.#failures.delete(collectionId);
    const removed = removeReembedding(this.#options.db, collectionId);
    this.#options.onChange();
    return removed;
  }

  /** Settles when nothing is under way for the collection. */
  async settled(collectionId: string): Promise<void> {
    await this.#running.get(collectionId)?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort();
    await Promise.all([...running.map(({ ended }) => ended), this.#tidying]);
  }

  #halt(collectionId: string): void {
    this.#running.get(collectionId)?.stop.abort();
    this.#running.delete(collectionId);
  }

  #run(collectionId: string): void {
    if (this.#isClosing) return;
    this.#failures.delete(collectionId);
    const stop = new AbortController();
    const ended = this.#work(collectionId, stop.signal)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        if (!isFourfoldError(error)) return this.#options.onDefect(error);
        this.#failures.set(collectionId, error.failure);
        saveReembeddingState(this.#options.db, collectionId, "paused");
      })
      .finally(() => {
        if (this.#running.get(collectionId)?.stop === stop) this.#running.delete(collectionId);
        if (!this.#isClosing) this.#options.onChange();
      });
    this.#running.set(collectionId, { stop, ended });
    this.#options.onChange();
  }

  async #work(collectionId: string, signal: AbortSignal): Promise<void> {
    const { db, vectors, imports, onChange } = this.#options;
    let toldAt = performance.now();
    let lastId = 0;
    while (!signal.aborted) {
      const embedder = findNextEmbedder(db, collectionId);
      if (embedder === null) return;
      const chunks = chunksToEmbed(db, collectionId, STEP, lastId);
      if (chunks.length === 0) {
        // Between two imports, so that none is on its way with vectors of the old embedder.
        const isDone = await imports.inTurn(async () => switchEmbedder(db, collectionId), signal);
        if (isDone) this.#tidyUp();
        if (isDone || findCollection(db, collectionId) === null) return;
        lastId = 0;
        continue;
      }
      const texts = chunks.map(({ heading, context, text }) =>
        embeddedText({ headingPath: heading === null ? [] : [heading], context }, text),
      );
      const embeddings = await vectors.embedPassages(embedder, texts, { signal });
      saveNextEmbeddings(
        db,
        collectionId,
        embedder.id,
        chunks.map(({ id }, index) => ({ chunkId: id, embedding: embeddings[index]! })),
      );
      lastId = chunks.at(-1)!.id;
      if (performance.now() - toldAt < TELL_EVERY_MS) continue;
      toldAt = performance.now();
      onChange();
    }
  }

  /** What a switch left behind goes a little at a time, between other work; a kill leaves it for the next start. */
  #tidyUp(): void {
    const { db, onDefect } = this.#options;
    this.#tidying = this.#tidying.then(async () => {
      try {
        while (!this.#isClosing && removeCopied(db, REMOVED_AT_ONCE)) await nextTurn();
      } catch (error) {
        // On a full disk it waits for the next start.
        if (!isFourfoldError(error)) onDefect(error);
      }
    });
  }

  #require(collectionId: string): StoredReembedding {
    const going = findReembedding(this.#options.db, collectionId);
    if (going !== null) return going;
    throw new FourfoldError({
      code: "reembedding_not_found",
      message: "This collection is not on its way to another embedder.",
      action: "Choose another embedder for it first.",
      details: { collection: collectionId },
    });
  }
}

function tooShort({ name, maxTokens }: EmbedderIdentity, chunkSize: number): FourfoldError {
  return new FourfoldError({
    code: "embedder_too_short",
    message: `${name} reads ${maxTokens} tokens at once; the chunks of this collection have up to ${chunkSize}.`,
    action:
      "Choose an embedder with a longer context, or import the documents into a new collection made for this one.",
    details: { embedder: name, maxTokens, chunkSize },
  });
}
