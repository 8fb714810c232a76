import { OneAtATime } from "../children/one-at-a-time.ts";
import type { ImportResult } from "../contract/documents.ts";
import {
  type EmbedderIdentity,
  findCollection,
  removeCollection,
  type StoredCollection,
} from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import { importDocuments, type ImportOptions, type ImportParts } from "./import-documents.ts";

/** The imports of a workspace, one after the other: side by side they would only compete for the same embedder. */
export class Imports {
  readonly #parts: ImportParts & { db: WritableDb };
  readonly #embedder: EmbedderIdentity;
  readonly #queue = new OneAtATime();
  /** Those that run or wait their turn. */
  readonly #open = new Set<{ collectionId: string; stop: AbortController }>();

  /** @param embedder  of collections that are made for an import */
  constructor(parts: ImportParts & { db: WritableDb }, embedder: EmbedderIdentity) {
    this.#parts = parts;
    this.#embedder = embedder;
  }

  /**
   * Import into a collection by id or name; one that does not exist yet is made, and goes again when nothing came of it.
   *
   * @throws collection_elsewhere, embedding_mismatch, server_…  for a collection on a server
   */
  async run(
    idOrName: string,
    paths: string[],
    { server, ...options }: ImportOptions & { server?: string | undefined } = {},
  ): Promise<ImportResult> {
    const { db, stores } = this.#parts;
    const known = findCollection(db, idOrName);
    const collection = await stores.ensure(known?.name ?? idOrName, this.#embedder, server);
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
      if (known === null) this.#removeIfUnused(collection);
      throw error;
    } finally {
      this.#open.delete(own);
    }
  }

  /**
   * Remove a collection with all that is in it; what is being imported into it stops, for it has nowhere to go.
   *
   * @param fromServer  a shared one only leaves this workspace otherwise: others work with it
   */
  async removeCollection(id: string, fromServer = false): Promise<boolean> {
    for (const { collectionId, stop } of this.#open) if (collectionId === id) stop.abort();
    return this.#queue.run(async () => {
      const { db, stores } = this.#parts;
      const collection = findCollection(db, id);
      if (collection?.id !== id) return false;
      if (collection.shared === null || fromServer) await stores.of(collection).remove();
      return collection.shared === null || removeCollection(db, id);
    });
  }

  /** A collection that was made for an import of which nothing came would only stand in the way. */
  #removeIfUnused({ id, shared }: StoredCollection): void {
    const { db } = this.#parts;
    const isAwaited = [...this.#open].some(({ collectionId }) => collectionId === id);
    // A shared one may have been joined, and others may know it by now.
    if (isAwaited || shared !== null || !db.open) return;
    if (findCollection(db, id)?.documentCount === 0) removeCollection(db, id);
  }
}
