import { randomUUID } from "node:crypto";
import { sep } from "node:path";
import type { LinkedFolder } from "../contract/folders.ts";
import { inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

export type StoredFolder = Pick<LinkedFolder, "id" | "collectionId" | "path" | "watch" | "syncedAt">;

const columns = "id, collection_id AS collectionId, path, watch, synced_at AS syncedAt";

export function listLinkedFolders(db: ReadableDb): StoredFolder[] {
  return db.prepare<[], StoredFolder>(`SELECT ${columns} FROM linked_folder ORDER BY linked_at, path`).all();
}

export function findLinkedFolder(db: ReadableDb, id: string): StoredFolder | null {
  return db.prepare<[string], StoredFolder>(`SELECT ${columns} FROM linked_folder WHERE id = ?`).get(id) ?? null;
}

/** Link a folder, or change how a linked one is watched. */
export function saveLinkedFolder(
  db: WritableDb,
  collectionId: string,
  path: string,
  watch: StoredFolder["watch"],
): StoredFolder {
  return inTransaction(db, () => {
    const row = db
      .prepare<[string, string, string, string, string], StoredFolder>(
        `INSERT INTO linked_folder (id, collection_id, path, watch, linked_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (collection_id, path) DO UPDATE SET watch = excluded.watch RETURNING ${columns}`,
      )
      .get(randomUUID(), collectionId, path, watch, new Date().toISOString())!;
    // Linking says that all of it is wanted.
    for (const excluded of readExcludedFiles(db, collectionId))
      if (isInside(path, excluded)) allowFile(db, collectionId, excluded);
    return row;
  });
}

export function saveSyncedAt(db: WritableDb, id: string): void {
  inTransaction(db, () =>
    db.prepare("UPDATE linked_folder SET synced_at = ? WHERE id = ?").run(new Date().toISOString(), id),
  );
}

export function removeLinkedFolder(db: WritableDb, id: string): boolean {
  return inTransaction(db, () => db.prepare("DELETE FROM linked_folder WHERE id = ?").run(id).changes > 0);
}

export const isInside = (folder: string, path: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/** Documents of a collection whose files lie in a folder. */
export function documentsInside(db: ReadableDb, collectionId: string, folder: string): { id: string; path: string }[] {
  return db
    .prepare<[string], { id: string; path: string }>("SELECT id, path FROM document WHERE collection_id = ?")
    .all(collectionId)
    .filter(({ path }) => isInside(folder, path));
}

/** The same for files another document stands for. */
export function forgetTwin(db: WritableDb, collectionId: string, path: string): void {
  inTransaction(db, () =>
    db.prepare("DELETE FROM twin_file WHERE collection_id = ? AND path = ?").run(collectionId, path),
  );
}

export function twinsInside(db: ReadableDb, collectionId: string, folder: string): string[] {
  return db
    .prepare<[string], string>("SELECT path FROM twin_file WHERE collection_id = ?")
    .pluck()
    .all(collectionId)
    .filter((path) => isInside(folder, path));
}

/** Files the user took out of a collection by hand, which a linked folder does not bring back. */
export function readExcludedFiles(db: ReadableDb, collectionId: string): Set<string> {
  return new Set(
    db.prepare<[string], string>("SELECT path FROM excluded_file WHERE collection_id = ?").pluck().all(collectionId),
  );
}

/** Exclude a file if a linked folder of its collection would bring it back. */
export function excludeFile(db: WritableDb, collectionId: string, path: string): void {
  const isFollowed = listLinkedFolders(db).some((f) => f.collectionId === collectionId && isInside(f.path, path));
  if (!isFollowed) return;
  inTransaction(db, () =>
    db.prepare("INSERT OR IGNORE INTO excluded_file (collection_id, path) VALUES (?, ?)").run(collectionId, path),
  );
}

function allowFile(db: WritableDb, collectionId: string, path: string): void {
  db.prepare("DELETE FROM excluded_file WHERE collection_id = ? AND path = ?").run(collectionId, path);
}
