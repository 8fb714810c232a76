import type { TrainingRun } from "../contract/training.ts";
import { fromJson, type ReadableDb, type WritableDb } from "./db.ts";

/** Write a run as it stands, new or known. */
export function saveTrainingRun(db: WritableDb, run: TrainingRun): void {
  db.prepare(
    `INSERT INTO training_run (id, created_at, body) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  ).run(run.id, run.createdAt, JSON.stringify(run));
}

/** Newest first. */
export function listTrainingRuns(db: ReadableDb): TrainingRun[] {
  return db
    .prepare<[], { body: string }>("SELECT body FROM training_run ORDER BY created_at DESC, id")
    .all()
    .map(({ body }) => fromJson<TrainingRun>(body));
}

export function findTrainingRun(db: ReadableDb, id: string): TrainingRun | null {
  const row = db.prepare<[string], { body: string }>("SELECT body FROM training_run WHERE id = ?").get(id);
  return row === undefined ? null : fromJson<TrainingRun>(row.body);
}

export function removeTrainingRun(db: WritableDb, id: string): boolean {
  return db.prepare("DELETE FROM training_run WHERE id = ?").run(id).changes > 0;
}
