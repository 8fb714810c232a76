import type { Decision, DistillationDraft, DraftedPair } from "../contract/distillation.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

export type StoredDraft = Omit<DistillationDraft, "counts">;

/** A prompt before its turn. */
export type WaitingPrompt = Pick<DraftedPair, "position" | "line" | "messages">;

/** Write a new draft with all its prompts, or nothing. */
export function createDraft(db: WritableDb, draft: StoredDraft, prompts: readonly WaitingPrompt[]): void {
  const insert = db.prepare(
    `INSERT INTO distillation_pair (draft_id, position, line, messages, decision, is_cut, passages)
     VALUES (?, ?, ?, ?, 'open', 0, '[]')`,
  );
  inTransaction(db, () => {
    db.prepare("INSERT INTO distillation_draft (id, created_at, body) VALUES (?, ?, ?)").run(
      draft.id,
      draft.createdAt,
      JSON.stringify(draft),
    );
    for (const { position, line, messages } of prompts) insert.run(draft.id, position, line, JSON.stringify(messages));
  });
}

export function saveDraft(db: WritableDb, draft: StoredDraft): void {
  db.prepare("UPDATE distillation_draft SET body = ? WHERE id = ?").run(JSON.stringify(draft), draft.id);
}

/** Newest first. */
export function listDrafts(db: ReadableDb): DistillationDraft[] {
  return db
    .prepare<[], { body: string }>("SELECT body FROM distillation_draft ORDER BY created_at DESC, id")
    .all()
    .map(({ body }) => withCounts(db, fromJson<StoredDraft>(body)));
}

export function findDraft(db: ReadableDb, id: string): DistillationDraft | null {
  const row = db.prepare<[string], { body: string }>("SELECT body FROM distillation_draft WHERE id = ?").get(id);
  return row === undefined ? null : withCounts(db, fromJson<StoredDraft>(row.body));
}

export function removeDraft(db: WritableDb, id: string): boolean {
  return db.prepare("DELETE FROM distillation_draft WHERE id = ?").run(id).changes > 0;
}

function withCounts(db: ReadableDb, draft: StoredDraft): DistillationDraft {
  const counts = db
    .prepare<[string], DistillationDraft["counts"]>(
      `SELECT count(*) AS prompts,
         count(answer) AS answered,
         count(failure) FILTER (WHERE answer IS NULL) AS failed,
         count(*) FILTER (WHERE answer IS NOT NULL AND decision = 'open') AS open,
         count(*) FILTER (WHERE decision = 'accepted') AS accepted,
         count(*) FILTER (WHERE decision = 'rejected') AS rejected,
         count(*) FILTER (WHERE answer IS NOT drafted) AS edited,
         count(*) FILTER (WHERE is_cut = 1) AS cut
       FROM distillation_pair WHERE draft_id = ?`,
    )
    .get(draft.id)!;
  return { ...draft, counts };
}

interface PairRow {
  position: number;
  line: number;
  messages: string;
  drafted: string | null;
  answer: string | null;
  decision: Decision;
  is_cut: 0 | 1;
  passages: string;
  failure: string | null;
}

const fromRow = ({ is_cut, messages, passages, failure, ...row }: PairRow): DraftedPair => ({
  ...row,
  messages: fromJson(messages),
  isCut: is_cut === 1,
  passages: fromJson(passages),
  failure: failure === null ? null : fromJson(failure),
});

const columns = "position, line, messages, drafted, answer, decision, is_cut, passages, failure";

export function listPairs(db: ReadableDb, draftId: string): DraftedPair[] {
  return db
    .prepare<[string], PairRow>(`SELECT ${columns} FROM distillation_pair WHERE draft_id = ? ORDER BY position`)
    .all(draftId)
    .map(fromRow);
}

/** The next prompt without an answer from a position on; null when there is none. */
export function nextWaiting(db: ReadableDb, draftId: string, from: number): DraftedPair | null {
  const row = db
    .prepare<[string, number], PairRow>(
      `SELECT ${columns} FROM distillation_pair
       WHERE draft_id = ? AND position >= ? AND answer IS NULL ORDER BY position LIMIT 1`,
    )
    .get(draftId, from);
  return row === undefined ? null : fromRow(row);
}

/** What the teacher made of a prompt; an answer that somebody wrote meanwhile stays. */
export function saveDrafted(
  db: WritableDb,
  draftId: string,
  { position, drafted, isCut, passages, failure }: DraftedPair,
): void {
  db.prepare(
    `UPDATE distillation_pair SET drafted = ?, answer = ?, is_cut = ?, passages = ?, failure = ?
     WHERE draft_id = ? AND position = ? AND answer IS NULL`,
  ).run(
    drafted,
    drafted,
    Number(isCut),
    JSON.stringify(passages),
    failure === null ? null : JSON.stringify(failure),
    draftId,
    position,
  );
}

export interface Review {
  position: number;
  decision: Decision;
  /** Replaces the answer. */
  answer?: string | undefined;
}

/** All of the decisions or none; what has no answer yet cannot be decided on. */
export function saveReviews(db: WritableDb, draftId: string, reviews: readonly Review[]): void {
  const update = db.prepare(
    `UPDATE distillation_pair SET decision = ?, answer = coalesce(?, answer)
     WHERE draft_id = ? AND position = ? AND (answer IS NOT NULL OR ? IS NOT NULL)`,
  );
  inTransaction(db, () => {
    for (const { position, decision, answer = null } of reviews) {
      update.run(decision, answer, draftId, position, answer);
    }
  });
}

export function acceptWholeAnswers(db: WritableDb, draftId: string): void {
  db.prepare(
    `UPDATE distillation_pair SET decision = 'accepted'
     WHERE draft_id = ? AND decision = 'open' AND answer IS NOT NULL AND (is_cut = 0 OR answer IS NOT drafted)`,
  ).run(draftId);
}
