import { bumpGeneration, type EmbedderIdentity } from "./collections.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";
import { toBlob } from "./vector-blob.ts";

/** A collection on its way to another embedder, beside the vectors that still answer. */
export interface StoredReembedding {
  collectionId: string;
  embedder: EmbedderIdentity;
  state: "running" | "paused";
  /** Chunks that have a vector of the new embedder, and all of them. */
  done: number;
  total: number;
}

export interface ChunkToEmbed {
  id: number;
  heading: string | null;
  context: string;
  text: string;
}

interface ReembeddingRow extends Omit<StoredReembedding, "embedder"> {
  embedder: string;
}

/** Where the collection has its embedder already, only vectors that were copied are still to be removed. */
const selected = `SELECT collection_id AS collectionId, embedder, state,
    (SELECT count(*) FROM next_embedding WHERE collection_id = reembedding.collection_id) AS done,
    (SELECT count(*) FROM chunk WHERE collection_id = reembedding.collection_id) AS total
  FROM reembedding
  WHERE json_extract(embedder, '$.id') IS NOT
        (SELECT json_extract(embedder, '$.id') FROM collection WHERE id = reembedding.collection_id)`;

const fromRow = (row: ReembeddingRow): StoredReembedding => ({
  ...row,
  embedder: fromJson<EmbedderIdentity>(row.embedder),
});

export function listReembeddings(db: ReadableDb): StoredReembedding[] {
  return db.prepare<[], ReembeddingRow>(`${selected} ORDER BY begun_at`).all().map(fromRow);
}

export function findReembedding(db: ReadableDb, collectionId: string): StoredReembedding | null {
  const row = db.prepare<[string], ReembeddingRow>(`${selected} AND collection_id = ?`).get(collectionId);
  return row === undefined ? null : fromRow(row);
}

/** The embedder a collection is on its way to; counts nothing. */
export function findNextEmbedder(db: ReadableDb, collectionId: string): EmbedderIdentity | null {
  const row = db
    .prepare<[string], { next: string; current: string }>(
      `SELECT reembedding.embedder AS next, collection.embedder AS current
       FROM reembedding JOIN collection ON collection.id = collection_id WHERE collection_id = ?`,
    )
    .get(collectionId);
  if (row === undefined) return null;
  const next = fromJson<EmbedderIdentity>(row.next);
  return next.id === fromJson<EmbedderIdentity>(row.current).id ? null : next;
}

/** Set out for another embedder; what was made for a third one goes. */
export function beginReembedding(db: WritableDb, collectionId: string, embedder: EmbedderIdentity): void {
  inTransaction(db, () => {
    if (findNextEmbedder(db, collectionId)?.id !== embedder.id)
      db.prepare("DELETE FROM reembedding WHERE collection_id = ?").run(collectionId);
    db.prepare(
      `INSERT INTO reembedding (collection_id, embedder, state, begun_at) VALUES (?, ?, 'running', ?)
       ON CONFLICT (collection_id) DO UPDATE SET state = 'running'`,
    ).run(collectionId, JSON.stringify(embedder), new Date().toISOString());
  });
}

export function saveReembeddingState(db: WritableDb, collectionId: string, state: StoredReembedding["state"]): void {
  inTransaction(db, () =>
    db.prepare("UPDATE reembedding SET state = ? WHERE collection_id = ?").run(state, collectionId),
  );
}

/** Give it up; the vectors made so far go with it. */
export function removeReembedding(db: WritableDb, collectionId: string): boolean {
  return inTransaction(db, () => {
    if (findNextEmbedder(db, collectionId) === null) return false;
    db.prepare("DELETE FROM reembedding WHERE collection_id = ?").run(collectionId);
    return true;
  });
}

/**
 * Chunks that have no vector of the new embedder yet, ascending by id, also those that came in meanwhile.
 *
 * @param afterId  those up to here are done: looking through them again would take longer with each step
 */
export function chunksToEmbed(db: ReadableDb, collectionId: string, limit: number, afterId = 0): ChunkToEmbed[] {
  return db
    .prepare<[string, number, number], ChunkToEmbed>(
      `SELECT id, heading, context, text FROM chunk
       WHERE collection_id = ? AND id > ? AND NOT EXISTS (SELECT 1 FROM next_embedding WHERE chunk_id = chunk.id)
       ORDER BY id LIMIT ?`,
    )
    .all(collectionId, afterId, limit);
}

/** Keep vectors of the new embedder; chunks that were removed meanwhile are left out. */
export function saveNextEmbeddings(
  db: WritableDb,
  collectionId: string,
  embedderId: string,
  embeddings: { chunkId: number; embedding: Float32Array }[],
): void {
  inTransaction(db, () => {
    // Given up, or bound for another one meanwhile: these vectors have nowhere to go.
    if (findNextEmbedder(db, collectionId)?.id !== embedderId) return;
    const insert = db.prepare(
      `INSERT OR REPLACE INTO next_embedding (chunk_id, collection_id, embedding)
       SELECT id, collection_id, ? FROM chunk WHERE id = ? AND collection_id = ?`,
    );
    for (const { chunkId, embedding } of embeddings) insert.run(toBlob(embedding), chunkId, collectionId);
  });
}

/**
 * Go over to the new embedder, if every chunk has its vector: all vectors and the collection's embedder change in one
 * transaction, so that no moment knows both. The engine stands still meanwhile, so what can be done afterwards is:
 * the vectors were copied, and `removeCopied` takes them away.
 *
 * @returns false when a chunk still lacks one
 */
export function switchEmbedder(db: WritableDb, collectionId: string): boolean {
  return inTransaction(db, () => {
    const embedder = findNextEmbedder(db, collectionId);
    if (embedder === null || !areAllEmbedded(db, collectionId)) return false;
    db.prepare(
      `UPDATE chunk SET embedding = (SELECT embedding FROM next_embedding WHERE chunk_id = chunk.id) WHERE collection_id = ?`,
    ).run(collectionId);
    db.prepare("UPDATE collection SET embedder = ? WHERE id = ?").run(JSON.stringify(embedder), collectionId);
    bumpGeneration(db, collectionId);
    return true;
  });
}

/** A vector is only kept for a chunk there is, and goes with it, so the numbers tell. */
const areAllEmbedded = (db: ReadableDb, collectionId: string): boolean =>
  db
    .prepare<{ id: string }, number>(
      `SELECT (SELECT count(*) FROM chunk WHERE collection_id = @id) =
              (SELECT count(*) FROM next_embedding WHERE collection_id = @id)`,
    )
    .pluck()
    .get({ id: collectionId }) === 1;

/**
 * Remove some of the vectors that collections took over, and with the last of a collection the note that it was on its way.
 *
 * @returns whether there may be more
 */
export function removeCopied(db: WritableDb, limit: number): boolean {
  return inTransaction(db, () => {
    const id = db
      .prepare<[], string>(
        `SELECT collection_id FROM reembedding JOIN collection ON collection.id = collection_id
         WHERE json_extract(reembedding.embedder, '$.id') = json_extract(collection.embedder, '$.id') LIMIT 1`,
      )
      .pluck()
      .get();
    if (id === undefined) return false;
    const { changes } = db
      .prepare(
        "DELETE FROM next_embedding WHERE chunk_id IN (SELECT chunk_id FROM next_embedding WHERE collection_id = ? LIMIT ?)",
      )
      .run(id, limit);
    if (changes < limit) db.prepare("DELETE FROM reembedding WHERE collection_id = ?").run(id);
    return true;
  });
}
