import { randomUUID } from "node:crypto";
import type { ImportJob } from "../contract/documents.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

type JobRow = Omit<ImportJob, "paths"> & { paths: string };

const selected = `SELECT import_job.id, collection_id AS collectionId, collection.name AS collection, paths, state, done,
    total, begun_at AS begunAt
  FROM import_job JOIN collection ON collection.id = collection_id`;

const fromRow = ({ paths, ...row }: JobRow): ImportJob => ({ ...row, paths: fromJson<string[]>(paths) });

export function listImportJobs(db: ReadableDb): ImportJob[] {
  return db.prepare<[], JobRow>(`${selected} ORDER BY begun_at`).all().map(fromRow);
}

export function findImportJob(db: ReadableDb, id: string): ImportJob | null {
  const row = db.prepare<[string], JobRow>(`${selected} WHERE import_job.id = ?`).get(id);
  return row === undefined ? null : fromRow(row);
}

/** Note an import before it begins, so that a crash does not forget it. One of the same paths before it is superseded. */
export function addImportJob(db: WritableDb, collectionId: string, paths: string[]): string {
  return inTransaction(db, () => {
    const id = randomUUID();
    const written = JSON.stringify(paths);
    db.prepare("DELETE FROM import_job WHERE collection_id = ? AND paths = ? AND state = 'interrupted'").run(
      collectionId,
      written,
    );
    db.prepare("INSERT INTO import_job (id, collection_id, paths, state, begun_at) VALUES (?, ?, ?, 'running', ?)").run(
      id,
      collectionId,
      written,
      new Date().toISOString(),
    );
    return id;
  });
}

export function saveImportJobState(db: WritableDb, id: string, state: ImportJob["state"]): void {
  inTransaction(db, () => db.prepare("UPDATE import_job SET state = ? WHERE id = ?").run(state, id));
}

export function saveImportJobCount(db: WritableDb, id: string, done: number, total: number): void {
  inTransaction(db, () => db.prepare("UPDATE import_job SET done = ?, total = ? WHERE id = ?").run(done, total, id));
}

export function removeImportJob(db: WritableDb, id: string): boolean {
  return inTransaction(db, () => db.prepare("DELETE FROM import_job WHERE id = ?").run(id).changes > 0);
}

/** What ran or paused when the engine ended was interrupted by that. */
export function interruptImportJobs(db: WritableDb): void {
  inTransaction(db, () => db.prepare("UPDATE import_job SET state = 'interrupted'").run());
}
