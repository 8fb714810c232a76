import { serveChild } from "../children/serve-child.ts";
import type { Handler } from "../children/wire.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import { openStoreForReading } from "../store/open-store.ts";
import type { ReadableDb } from "../store/db.ts";
import { CollectionVectors, type IndexState } from "./collection-vectors.ts";
import { Embedder, type EncodingTime } from "./embedder.ts";
import { loadHnswlib } from "./hnsw-index.ts";
import type { NearestChunks } from "./collection-store.ts";

/**
 * The index host: embedder and HNSW in a process of their own, because both block their thread for as
 * long as they work, and both can abort.
 */

const workspace = process.env["FOURFOLD_WORKSPACE_OPEN"]!;
const indexFolder = process.env["FOURFOLD_INDEX_FOLDER"]!;
const hnswFrom = process.env["FOURFOLD_HNSW_FROM_CHUNKS"];

interface CollectionRef {
  collectionId: string;
  embedder: EmbedderIdentity;
}

let db: ReadableDb | null = null;
const embedders = new Map<string, Promise<Embedder>>();
const collections = new Map<string, CollectionVectors>();

function embedderOf(identity: EmbedderIdentity): Promise<Embedder> {
  const opened = embedders.get(identity.id) ?? Embedder.open(identity);
  embedders.set(identity.id, opened);
  // A failed opening is tried again at the next call: the files may have been restored.
  opened.catch(() => embedders.delete(identity.id));
  return opened;
}

function vectorsOf({ collectionId, embedder }: CollectionRef): CollectionVectors {
  db ??= openStoreForReading(workspace);
  const known = collections.get(collectionId);
  if (known?.embedderId === embedder.id) return known;
  // The collection has gone over to another embedder: its old vectors are no longer there.
  void known?.close();
  const vectors = new CollectionVectors(
    db,
    collectionId,
    embedder,
    indexFolder,
    hnswFrom === undefined ? undefined : Number(hnswFrom),
  );
  collections.set(collectionId, vectors);
  return vectors;
}

export interface IndexHost {
  [call: string]: Handler<any, any, any>;
  embed: Handler<{ embedder: EmbedderIdentity; texts: string[]; kind: "query" | "passage" }, Float32Array, number>;
  /** Embed a question and find its nearest chunks, in one message. */
  search: Handler<
    CollectionRef & { question: string; k: number; within: Uint32Array | null; exact: boolean },
    NearestChunks
  >;
  /** Open an embedder that is not known yet, and make one vector. */
  tryEmbedder: Handler<{ embedder: EmbedderIdentity; text: string }, Float32Array>;
  /** How long the model itself has worked so far. */
  encoding: Handler<{ embedder: EmbedderIdentity }, EncodingTime>;
  state: Handler<CollectionRef, IndexState>;
  settle: Handler<CollectionRef, IndexState>;
  forget: Handler<{ collectionId: string }, void>;
  hnsw: Handler<Record<string, never>, { available: boolean; reason: string | null }>;
  close: Handler<Record<string, never>, void>;
}

const host: IndexHost = {
  embed: async ({ embedder, texts, kind }, { signal, report }) =>
    (await embedderOf(embedder)).embed(texts, kind, { signal, onProgress: report }),
  search: async ({ question, k, within, exact, ...ref }) => {
    const query = await (await embedderOf(ref.embedder)).embed([question], "query");
    const scope = { exact, within: within === null ? undefined : new Set(within) };
    return { ...(await vectorsOf(ref).search(query, k, scope)), query };
  },
  tryEmbedder: async ({ embedder, text }) => {
    const opened = await Embedder.open(embedder);
    try {
      return await opened.encodeOne(text);
    } finally {
      await opened.dispose();
    }
  },
  encoding: async ({ embedder }) => (await embedderOf(embedder)).encoding,
  state: async (ref) => {
    const vectors = vectorsOf(ref);
    await vectors.refresh();
    return vectors.state;
  },
  settle: async (ref) => {
    const vectors = vectorsOf(ref);
    await vectors.settle();
    return vectors.state;
  },
  forget: async ({ collectionId }) => {
    await collections.get(collectionId)?.close();
    collections.delete(collectionId);
  },
  hnsw: () => {
    const { hnswlib, reason } = loadHnswlib();
    return { available: hnswlib !== null, reason };
  },
  close: async () => {
    for (const vectors of collections.values()) await vectors.close();
  },
};

serveChild(host);
