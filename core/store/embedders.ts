import type { EmbedderIdentity } from "./collections.ts";
import { listCollections } from "./collections.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

/** An embedder the workspace knows; its files stay where the user has them. */
export interface StoredEmbedder {
  identity: EmbedderIdentity;
  files: { path: string; sha256: string; sizeBytes: number; modifiedMs: number }[];
  bundled: boolean;
}

interface EmbedderRow {
  identity: string;
  files: string;
  bundled: number;
}

const fromRow = (row: EmbedderRow): StoredEmbedder => ({
  identity: fromJson<EmbedderIdentity>(row.identity),
  files: fromJson<StoredEmbedder["files"]>(row.files),
  bundled: row.bundled === 1,
});

/** Bundled ones first, then as they came. */
export function listEmbedders(db: ReadableDb): StoredEmbedder[] {
  return db.prepare<[], EmbedderRow>("SELECT * FROM embedder ORDER BY bundled DESC, added_at").all().map(fromRow);
}

export function findEmbedder(db: ReadableDb, id: string): StoredEmbedder | null {
  const row = db.prepare<[string], EmbedderRow>("SELECT * FROM embedder WHERE id = ?").get(id);
  return row === undefined ? null : fromRow(row);
}

/** Add an embedder, or bring the place of a known one up to date. */
export function saveEmbedder(db: WritableDb, { identity, files, bundled }: StoredEmbedder): StoredEmbedder {
  inTransaction(db, () =>
    db
      .prepare(
        `INSERT INTO embedder (id, identity, files, bundled, added_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET identity = excluded.identity, files = excluded.files, bundled = excluded.bundled`,
      )
      .run(identity.id, JSON.stringify(identity), JSON.stringify(files), bundled ? 1 : 0, new Date().toISOString()),
  );
  return findEmbedder(db, identity.id)!;
}

export function removeEmbedder(db: WritableDb, id: string): boolean {
  return inTransaction(db, () => db.prepare("DELETE FROM embedder WHERE id = ? AND bundled = 0").run(id).changes > 0);
}

/** Names of the collections that could not be searched or filled without it. */
export function collectionsUsing(db: ReadableDb, embedderId: string): string[] {
  const goingTo = new Set(
    db
      .prepare<[string], string>("SELECT collection_id FROM reembedding WHERE json_extract(embedder, '$.id') = ?")
      .pluck()
      .all(embedderId),
  );
  return listCollections(db)
    .filter(({ id, embedder }) => embedder.id === embedderId || embedder.tokensOf === embedderId || goingTo.has(id))
    .map(({ name }) => name);
}

/** The folder of the tokenizer in whose tokens a collection's chunks are counted. */
export function tokenizerFolderOf(db: ReadableDb, identity: EmbedderIdentity): string {
  const counting = identity.tokensOf === undefined ? null : findEmbedder(db, identity.tokensOf);
  return counting?.identity.folder ?? identity.folder;
}
