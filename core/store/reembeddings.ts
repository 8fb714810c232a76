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

const selected = `SELECT collection_id AS collectionId, embedder, state,
    (SELECT count(*) FROM next_embedding WHERE collection_id = reembedding.collection_id) AS done,
    (SELECT count(*) FROM chunk WHERE collection_id = reembedding.collection_id) AS total
  FROM reembedding`;

const fromRow = (row: ReembeddingRow): StoredReembedding => ({
  ...row,
  embedder: fromJson<EmbedderIdentity>(row.embedder),
});

export function listReembeddings(db: ReadableDb): StoredReembedding[] {
  return db.prepare<[], ReembeddingRow>(`${selected} ORDER BY begun_at`).all().map(fromRow);
}

export function findReembedding(db: ReadableDb, collectionId: string): StoredReembedding | null {
  const row = db.prepare<[string], ReembeddingRow>(`${selected} WHERE collection_id = ?`).get(collectionId);
  return row === undefined ? null : fromRow(row);
}

/** Set out for another embedder; what was made for a third one goes. */
export function beginReembedding(db: WritableDb, collectionId: string, embedder: EmbedderIdentity): void {
  inTransaction(db, () => {
    const before = findReembedding(db, collectionId);
    if (before?.embedder.id !== embedder.id)
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
  return inTransaction(
    db,
    () => db.prepare("DELETE FROM reembedding WHERE collection_id = ?").run(collectionId).changes > 0,
  );
}

/** Chunks that have no vector of the new embedder yet, also those that came in meanwhile. */
export function chunksToEmbed(db: ReadableDb, collectionId: string, limit: number): ChunkToEmbed[] {
  return db
    .prepare<[string, number], ChunkToEmbed>(
      `SELECT id, heading, context, text FROM chunk
       WHERE collection_id = ? AND NOT EXISTS (SELECT 1 FROM next_embedding WHERE chunk_id = chunk.id)
       ORDER BY id LIMIT ?`,
    )
    .all(collectionId, limit);
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
    if (findReembedding(db, collectionId)?.embedder.id !== embedderId) return;
    const insert = db.prepare(
      `INSERT OR REPLACE INTO next_embedding (chunk_id, collection_id, embedding)
       SELECT id, collection_id, ? FROM chunk WHERE id = ? AND collection_id = ?`,
    );
    for (const { chunkId, embedding } of embeddings) insert.run(toBlob(embedding), chunkId, collectionId);
  });
}

/**
 * Go over to the new embedder, if every chunk has its vector: all vectors and the collection's embedder change in one
 * transaction, so that no moment knows both.
 *
 * @returns false when a chunk still lacks one
 */
export function switchEmbedder(db: WritableDb, collectionId: string): boolean {
  return inTransaction(db, () => {
    const going = findReembedding(db, collectionId);
    if (going === null || chunksToEmbed(db, collectionId, 1).length > 0) return false;
    db.prepare(
      `UPDATE chunk SET embedding = (SELECT embedding FROM next_embedding WHERE chunk_id = chunk.id) WHERE collection_id = ?`,
    ).run(collectionId);
    db.prepare("UPDATE collection SET embedder = ? WHERE id = ?").run(JSON.stringify(going.embedder), collectionId);
    db.prepare("DELETE FROM reembedding WHERE collection_id = ?").run(collectionId);
    bumpGeneration(db, collectionId);
    return true;
  });
}
