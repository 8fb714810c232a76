import { FourfoldError } from "../contract/failures.ts";
import {
  type EmbedderIdentity,
  ensureCollection,
  findCollection,
  rememberCounts,
  type ServerAddress,
  type StoredCollection,
} from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import { findCollectionOfDocument } from "../store/documents.ts";
import { ServerPasswords } from "../store/server-passwords.ts";
import type { CollectionStore } from "./collection-store.ts";
import { LocalCollection } from "./local-collection.ts";
import { PostgresCollection } from "./postgres/postgres-collection.ts";
import { PostgresServer } from "./postgres/postgres-server.ts";
import { parseServerUrl, serverName } from "./postgres/server-url.ts";
import { sharedCollectionOf } from "./postgres/shared-document-id.ts";
import type { Vectors } from "./vectors.ts";

/** Opens every collection where it is kept: in the workspace, or on a server. */
export class CollectionStores implements AsyncDisposable {
  readonly #db: WritableDb;
  readonly #vectors: Vectors;
  readonly #passwords: ServerPasswords;
  /** By address; a newer password takes the place of an older one. */
  readonly #servers = new Map<string, PostgresServer>();
  /** All that were ever opened: an import may go on with the one that another has replaced. Idle ones hold no connection. */
  readonly #opened: PostgresServer[] = [];

  constructor(db: WritableDb, vectors: Vectors, workspace: string) {
    this.#db = db;
    this.#vectors = vectors;
    this.#passwords = new ServerPasswords(workspace);
  }

  of(collection: StoredCollection): CollectionStore {
    return collection.shared === null
      ? new LocalCollection(this.#db, this.#vectors, collection)
      : new PostgresCollection(this.#serverAt(collection.shared.server), collection, this.#vectors);
  }

  /** Where a document is kept; null when its collection is gone. */
  ofDocument(documentId: string): CollectionStore | null {
    const collectionId = sharedCollectionOf(documentId) ?? findCollectionOfDocument(this.#db, documentId);
    const collection = collectionId === null ? null : findCollection(this.#db, collectionId);
    return collection && this.of(collection);
  }

  /**
   * The collection of that name, made now if there is none; on a server it may be there already, and is joined.
   *
   * @param serverUrl  absent, a collection that is known is taken wherever it is kept, and a new one is kept here
   * @throws collection_elsewhere, embedding_mismatch, and whatever keeps a server from answering
   */
  async ensure(name: string, embedder: EmbedderIdentity, serverUrl?: string): Promise<StoredCollection> {
    const known = findCollection(this.#db, name);
    if (serverUrl === undefined) return known ?? ensureCollection(this.#db, name, embedder);
    const { address, password } = parseServerUrl(serverUrl);
    if (known !== null && !isSameDatabase(known.shared?.server, address)) throw elsewhere(known, address);
    // Another password needs connections of its own; the one that is known has some.
    const isKnown = password === null || password === this.#passwords.of(address);
    const server = isKnown ? this.#serverAt(address) : this.#open(address, password);
    const joined = await PostgresCollection.ensure(server, name, known?.embedder ?? embedder);
    // The server has accepted it.
    if (!isKnown) {
      this.#passwords.keep(address, password);
      this.#servers.set(JSON.stringify(address), server);
    }
    return ensureCollection(this.#db, name, embedder, {
      server: address,
      collectionNumber: joined.collectionNumber,
      lastHeard: joined.counts,
    });
  }

  /** Like its store's own, and remembered for a shared collection, for the time when its server is away. */
  async describe(collection: StoredCollection): ReturnType<CollectionStore["describe"]> {
    const described = await this.of(collection).describe();
    if (collection.shared !== null) {
      const { generation, documentCount, chunkCount } = described;
      rememberCounts(this.#db, collection, { generation, documentCount, chunkCount });
    }
    return described;
  }

  /** A collection with the counts it has now: another workspace may have changed a shared one. */
  async upToDate(collection: StoredCollection): Promise<StoredCollection> {
    if (collection.shared === null) return collection;
    const { generation, documentCount, chunkCount } = await this.describe(collection);
    return { ...collection, generation, documentCount, chunkCount };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#opened.map((server) => server[Symbol.asyncDispose]()));
  }

  #serverAt(address: ServerAddress): PostgresServer {
    const key = JSON.stringify(address);
    const server = this.#servers.get(key) ?? this.#open(address, this.#passwords.of(address));
    this.#servers.set(key, server);
    return server;
  }

  #open(address: ServerAddress, password: string | undefined): PostgresServer {
    const server = new PostgresServer(address, password);
    this.#opened.push(server);
    return server;
  }
}

const isSameDatabase = (one: ServerAddress | undefined, other: ServerAddress): boolean =>
  one?.host === other.host && one.port === other.port && one.database === other.database;

function elsewhere({ name, shared }: StoredCollection, asked: ServerAddress): FourfoldError {
  const kept = shared === null ? "this workspace" : serverName(shared.server);
  return new FourfoldError({
    code: "collection_elsewhere",
    message: `${name} is kept in ${kept} already, not on ${serverName(asked)}.`,
    action: "Choose another name, or remove the collection from this workspace first.",
    details: { collection: name, kept, asked: serverName(asked) },
  });
}
