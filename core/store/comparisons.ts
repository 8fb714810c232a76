import type { ArmAnswer, Comparison } from "../contract/comparison.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

/** Store a comparison before its first arm runs, so that a kill keeps every arm that finished. */
export function startComparison(db: WritableDb, comparison: Comparison): void {
  const { arms: _, ...body } = comparison;
  const { id, threadId, turn, askedAt } = comparison;
  inTransaction(db, () =>
    db
      .prepare("INSERT INTO comparison (id, thread_id, turn, asked_at, body) VALUES (?, ?, ?, ?, ?)")
      .run(id, threadId, turn, askedAt, JSON.stringify(body)),
  );
}

/** Note what retrieval found for a comparison that has started. */
export function saveRetrieval(db: WritableDb, comparison: Comparison): void {
  const { arms: _, ...body } = comparison;
  inTransaction(db, () =>
    db.prepare("UPDATE comparison SET body = ? WHERE id = ?").run(JSON.stringify(body), comparison.id),
  );
}

/** @param determinants  hash under which the answer may be reused; null when it must not be */
export function saveAnswer(
  db: WritableDb,
  comparisonId: string,
  position: number,
  determinants: string | null,
  answer: ArmAnswer,
): void {
  inTransaction(db, () =>
    db
      .prepare(
        "INSERT OR REPLACE INTO answer (comparison_id, arm, position, determinants, body) VALUES (?, ?, ?, ?, ?)",
      )
      .run(comparisonId, answer.arm, position, determinants, JSON.stringify(answer)),
  );
}

/** The newest stored answer that the same determinants gave. */
export function findReusableAnswer(db: ReadableDb, determinants: string): ArmAnswer | null {
  const row = db
    .prepare<[string], { body: string }>(
      `SELECT answer.body FROM answer JOIN comparison ON comparison.id = comparison_id
       WHERE determinants = ? ORDER BY asked_at DESC LIMIT 1`,
    )
    .get(determinants);
  return row === undefined ? null : fromJson<ArmAnswer>(row.body);
}

function withArms(db: ReadableDb, rows: { id: string; body: string }[]): Comparison[] {
  const answers = db.prepare<[string], { body: string }>(
    "SELECT body FROM answer WHERE comparison_id = ? ORDER BY position",
  );
  return rows.map(({ id, body }) => ({
    ...fromJson<Omit<Comparison, "arms">>(body),
    arms: answers.all(id).map((row) => fromJson<ArmAnswer>(row.body)),
  }));
}

export function findComparison(db: ReadableDb, id: string): Comparison | null {
  const rows = db
    .prepare<[string], { id: string; body: string }>("SELECT id, body FROM comparison WHERE id = ?")
    .all(id);
  return withArms(db, rows)[0] ?? null;
}

/** Newest first. */
export function listComparisons(db: ReadableDb, limit: number, threadId?: string): Comparison[] {
  const rows = db
    .prepare<[string | null, string | null, number], { id: string; body: string }>(
      `SELECT id, body FROM comparison WHERE ? IS NULL OR thread_id = ? ORDER BY asked_at DESC, turn DESC LIMIT ?`,
    )
    .all(threadId ?? null, threadId ?? null, limit);
  return withArms(db, rows);
}

/** The turns of a thread, oldest first: what a follow-up continues. Replays are repeats, not turns. */
export function readThread(db: ReadableDb, threadId: string): Comparison[] {
  const rows = db
    .prepare<[string], { id: string; body: string }>(
      `SELECT id, body FROM comparison WHERE thread_id = ? AND json_extract(body, '$.replayOf') IS NULL ORDER BY turn`,
    )
    .all(threadId);
  return withArms(db, rows);
}
