import { randomUUID } from "node:crypto";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

/** What makes two vectors comparable: the same files, used the same way. */
export interface EmbedderIdentity {
  /** First 16 hex digits of the hash over the embedder's files. */
  id: string;
  name: string;
  /** Absent in collections of older versions, which knew ONNX only. */
  runtime?: "onnx" | "gguf";
  /** ONNX: the folder with config.json, tokenizer.json and onnx/. GGUF: the folder the file lies in. */
  folder: string;
  /** GGUF only. */
  file?: string;
  /** GGUF only, as the file names it. */
  architecture?: string;
  /** The embedder in whose tokens chunks are counted, by id, where it is not this one. */
  tokensOf?: string;
  dtype: "fp32" | "q8" | "fp16";
  dimensions: number;
  pooling: "mean" | "cls" | "last";
  /** A table of vectors and no network: some hundred texts take milliseconds. Absent where that is not known. */
  isStatic?: boolean;
  normalize: boolean;
  queryPrefix: string;
  passagePrefix: string;
  maxTokens: number;
  /** ISO 639-1 codes of the languages it was trained on. */
  languages: string[];
  /** Tokens of the embedder's own tokenizer. */
  chunkSize: number;
  chunkOverlap: number;
}

/** How a PostgreSQL server is reached; its password is kept elsewhere (`server-passwords.ts`). */
export interface ServerAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  /** `unverified` hides the traffic from listeners; `verified` also proves whose server it is. */
  encryption: "off" | "unverified" | "verified";
}

/** Where a collection lives that several workspaces share. */
export interface SharedPlace {
  server: ServerAddress;
  /** Its number on the server. */
  collectionNumber: number;
}

export interface StoredCollection {
  id: string;
  name: string;
  embedder: EmbedderIdentity;
  /** Null: its documents are in this store. Otherwise the three counts below are those last heard of. */
  shared: SharedPlace | null;
  /** Counts every change of its documents. */
  generation: number;
  documentCount: number;
  chunkCount: number;
}

interface CollectionRow {
  id: string;
  name: string;
  embedder: string;
  shared: string | null;
  generation: number;
}

/** How much a collection holds, at one generation. */
export interface Counts {
  generation: number;
  documentCount: number;
  chunkCount: number;
}

function fromRow(db: ReadableDb, row: CollectionRow): StoredCollection {
  const shared = row.shared === null ? null : fromJson<SharedPlace & { lastHeard: Counts }>(row.shared);
  return {
    id: row.id,
    name: row.name,
    embedder: fromJson<EmbedderIdentity>(row.embedder),
    shared: shared && { server: shared.server, collectionNumber: shared.collectionNumber },
    ...(shared?.lastHeard ?? countsOf(db, row)),
  };
}

/** What was counted, per store and collection: every question asks, and counting a million chunks takes longer than a search. */
const known = new WeakMap<ReadableDb, Map<string, Counts>>();

function countsOf(db: ReadableDb, { id, generation }: CollectionRow): Counts {
  const ofStore = known.get(db) ?? new Map<string, Counts>();
  known.set(db, ofStore);
  const before = ofStore.get(id);
  if (before?.generation === generation) return before;
  const counts = db
    .prepare<{ id: string; generation: number }, Counts>(
      `SELECT @generation AS generation,
              (SELECT count(*) FROM document WHERE collection_id = @id) AS documentCount,
              (SELECT count(*) FROM chunk WHERE collection_id = @id) AS chunkCount`,
    )
    .get({ id, generation })!;
  // A transaction may still be undone, and counts the change of its rows last.
  if (!db.inTransaction) ofStore.set(id, counts);
  return counts;
}

const selected = "SELECT id, name, embedder, shared, generation FROM collection";

export function listCollections(db: ReadableDb): StoredCollection[] {
  return db
    .prepare<[], CollectionRow>(`${selected} ORDER BY created_at, name`)
    .all()
    .map((row) => fromRow(db, row));
}

/** Find a collection by id or by name; ids win. */
export function findCollection(db: ReadableDb, idOrName: string): StoredCollection | null {
  const row = db
    .prepare<[string, string, string], CollectionRow>(
      `${selected} WHERE id = ? OR name = ? ORDER BY id = ? DESC LIMIT 1`,
    )
    .get(idOrName, idOrName, idOrName);
  return row === undefined ? null : fromRow(db, row);
}

/**
 * The collection of that name, made now if there is none.
 *
 * @param shared  where it is kept, for one on a server, and what the server says of it
 */
export function ensureCollection(
  db: WritableDb,
  name: string,
  embedder: EmbedderIdentity,
  shared: (SharedPlace & { lastHeard: Counts }) | null = null,
): StoredCollection {
  const place = shared === null ? null : JSON.stringify(shared);
  inTransaction(db, () =>
    db
      .prepare(
        "INSERT INTO collection (id, name, embedder, shared, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING",
      )
      .run(randomUUID(), name, JSON.stringify(embedder), place, new Date().toISOString()),
  );
  return findCollection(db, name)!;
}

/** Keep what a server said last, so that its collection can be listed while it is away. */
export function rememberCounts(db: WritableDb, { id, shared, ...known }: StoredCollection, lastHeard: Counts): void {
  if (known.generation === lastHeard.generation) return;
  db.prepare("UPDATE collection SET shared = ? WHERE id = ?").run(JSON.stringify({ ...shared, lastHeard }), id);
}

/**
 * An embedder's files move, with the installation or by their user, and that it is static was not always known; everything
 * else of its identity is fixed.
 */
export function relocateEmbedder(db: WritableDb, { id, folder, file, isStatic }: EmbedderIdentity): void {
  for (const collection of listCollections(db)) {
    const { embedder } = collection;
    if (embedder.id !== id) continue;
    if (embedder.folder === folder && embedder.file === file && embedder.isStatic === isStatic) continue;
    const moved: EmbedderIdentity = {
      ...embedder,
      folder,
      ...(file !== undefined && { file }),
      ...(isStatic !== undefined && { isStatic }),
    };
    db.prepare("UPDATE collection SET embedder = ? WHERE id = ?").run(JSON.stringify(moved), collection.id);
  }
}

export function removeCollection(db: WritableDb, id: string): boolean {
  return inTransaction(db, () => db.prepare("DELETE FROM collection WHERE id = ?").run(id).changes > 0);
}

export function bumpGeneration(db: WritableDb, id: string): void {
  db.prepare("UPDATE collection SET generation = generation + 1 WHERE id = ?").run(id);
}
