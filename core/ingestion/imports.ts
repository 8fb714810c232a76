import { OneAtATime } from "../children/one-at-a-time.ts";
import type { ImportResult } from "../contract/documents.ts";
import { type EmbedderIdentity, ensureCollection, findCollection, removeCollection } from "../store/collections.ts";
import { importDocuments, type ImportOptions, type ImportParts } from "./import-documents.ts";

/** The imports of a workspace, one after the other: side by side they would only compete for the same embedder. */
export class Imports {
  readonly #parts: ImportParts;
  readonly #embedder: EmbedderIdentity;
  readonly #queue = new OneAtATime();
  /** Those that run or wait their turn. */
  readonly #open = new Set<{ collectionId: string; stop: AbortController }>();

  /** @param embedder  of collections that are made for an import */
  constructor(parts: ImportParts, embedder: EmbedderIdentity) {
    this.#parts = parts;
    this.#embedder = embedder;
  }

  /** Import into a collection by id or name; one that does not exist yet is made, and goes again when nothing came of it. */
  async run(idOrName: string, paths: string[], options: ImportOptions = {}): Promise<ImportResult> {
    const { db } = this.#parts;
    const known = findCollection(db, idOrName);
    const collection = known ?? ensureCollection(db, idOrName, this.#embedder);
    const own = { collectionId: collection.id, stop: new AbortController() };
    const signal = AbortSignal.any([own.stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    this.#open.add(own);
    try {
      return await this.#queue.run(
        () => importDocuments(this.#parts, collection, paths, { ...options, signal }),
        signal,
      );
    } catch (error) {
      this.#open.delete(own);
      if (known === null) this.#removeIfUnused(collection.id);
      throw error;
    } finally {
      this.#open.delete(own);
    }
  }

  /** Remove a collection with all that is in it; what is being imported into it stops, for it has nowhere to go. */
  async removeCollection(id: string): Promise<boolean> {
    for (const { collectionId, stop } of this.#open) if (collectionId === id) stop.abort();
    return this.#queue.run(async () => {
      const removed = removeCollection(this.#parts.db, id);
      if (removed) await this.#parts.vectors.forget(id);
      return removed;
    });
  }

  /** A collection that was made for an import of which nothing came would only stand in the way. */
  #removeIfUnused(collectionId: string): void {
    const { db } = this.#parts;
    const isAwaited = [...this.#open].some((other) => other.collectionId === collectionId);
    if (!isAwaited && db.open && findCollection(db, collectionId)?.documentCount === 0)
      removeCollection(db, collectionId);
  }
}
