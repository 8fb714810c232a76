import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { FollowedJob, type JobContext } from "../children/followed-job.ts";
import { requireCollection } from "../comparison/ask.ts";
import type { DistillationDraft, DistillationProgress, DraftedPair, Teaching } from "../contract/distillation.ts";
import { type Failure, isFourfoldError } from "../contract/failures.ts";
import { requireModel } from "../models/load-model.ts";
import {
  acceptWholeAnswers,
  createDraft,
  findDraft,
  listDrafts,
  listPairs,
  nextWaiting,
  removeDraft,
  type Review,
  saveDraft,
  saveDrafted,
  saveReviews,
} from "../store/distillation-drafts.ts";
import { fileNameOf } from "../training/file-name.ts";
import { distillationBusy, draftNotFound, draftingStopped, nothingAccepted } from "./distillation-failures.ts";
import { draftAnswer, type DraftParts } from "./draft-answer.ts";
import { writeDataset } from "./write-dataset.ts";
import { readPrompts } from "./read-prompts.ts";

export interface DistillationParts extends DraftParts {
  workspace: string;
  onChange: () => void;
}

type NewDraft = Teaching & { path: string; name: string };

type Progress = DistillationProgress;

/** What is wrong with one prompt, or with the moment; anything else would be wrong with the next prompt too. */
const ofOnePrompt: readonly Failure["code"][] = ["context_overflow", "generation_failed", "child_stuck"];

/** A small teacher answers many times a second; windows that list drafts need not ask as often. */
const SAY_EVERY_MS = 500;

/**
 * Drafts of answers by a larger model of the user's own, one at a time, reviewed before anything is trained on them.
 *
 * A draft goes on when its window closes; every answer is stored as soon as it is written, and after a restart the
 * draft is there as paused.
 */
export class Distillations implements AsyncDisposable {
  readonly #parts: DistillationParts;
  #active: FollowedJob<Progress, DistillationDraft> | null = null;

  constructor(parts: DistillationParts) {
    this.#parts = parts;
    for (const draft of listDrafts(parts.db)) {
      // It was written when the engine was last open.
      if (draft.state === "running") saveDraft(parts.db, { ...draft, state: "paused" });
    }
  }

  list(): DistillationDraft[] {
    return listDrafts(this.#parts.db);
  }

  pairs(draftId: string): DraftedPair[] {
    this.#require(draftId);
    return listPairs(this.#parts.db, draftId);
  }

  /**
   * Read the prompts and begin to draft their answers. Leaving by the signal ends the following, not the draft.
   *
   * @throws distillation_busy, prompts_unusable, model_not_found, collection_not_found
   */
  async start(
    { path, name, ...teaching }: NewDraft,
    signal?: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<DistillationDraft> {
    this.#refuseWhenBusy();
    const { db } = this.#parts;
    const teacher = requireModel(db, teaching.teacherId, "base");
    const collection = teaching.collectionId === null ? null : requireCollection(db, teaching.collectionId);
    const { prompts, malformed } = await readPrompts(path, signal);
    this.#refuseWhenBusy();
    const id = randomUUID();
    createDraft(
      db,
      {
        id,
        name,
        promptsPath: path,
        teaching,
        teacher: teacher.name,
        collection: collection?.name ?? null,
        state: "running",
        createdAt: new Date().toISOString(),
        malformed,
        failure: null,
      },
      prompts.map(({ line, messages }, position) => ({ position, line, messages })),
    );
    return this.#begin(id).follow(signal, onProgress);
  }

  /** Go on with a draft, prompts that failed included, or watch the one that is being written. */
  async resume(
    draftId: string,
    signal?: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<DistillationDraft> {
    if (this.#active?.id === draftId) return this.#active.follow(signal, onProgress);
    this.#refuseWhenBusy();
    this.#require(draftId);
    return this.#begin(draftId).follow(signal, onProgress);
  }

  async pause(draftId: string): Promise<DistillationDraft> {
    if (this.#active?.id === draftId) await this.#active.stop();
    return this.#require(draftId);
  }

  async remove(draftId: string): Promise<boolean> {
    if (this.#active?.id === draftId) await this.#active.stop();
    const removed = removeDraft(this.#parts.db, draftId);
    this.#parts.onChange();
    return removed;
  }

  review(draftId: string, reviews: readonly Review[]): DistillationDraft {
    this.#require(draftId);
    saveReviews(this.#parts.db, draftId, reviews);
    this.#parts.onChange();
    return this.#require(draftId);
  }

  acceptAll(draftId: string): DistillationDraft {
    this.#require(draftId);
    acceptWholeAnswers(this.#parts.db, draftId);
    this.#parts.onChange();
    return this.#require(draftId);
  }

  /**
   * Write the accepted pairs as JSONL, whole or not at all.
   *
   * @param path  absent: a file in the workspace, named after the draft
   * @throws nothing_accepted, disk_full
   */
  async export(draftId: string, path?: string): Promise<{ path: string; pairs: number }> {
    const { id, name, counts } = this.#require(draftId);
    const accepted = this.pairs(id).filter(({ decision }) => decision === "accepted");
    if (accepted.length === 0) throw nothingAccepted(id, counts.open);
    const folder = join(this.#parts.workspace, "datasets");
    if (path === undefined) await mkdir(folder, { recursive: true });
    const target = path ?? join(folder, `${fileNameOf(name, "dataset")}-${id.slice(0, 8)}.jsonl`);
    await writeDataset(target, accepted);
    return { path: target, pairs: accepted.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#active?.stop();
  }

  #begin(id: string): FollowedJob<Progress, DistillationDraft> {
    const job = new FollowedJob<Progress, DistillationDraft>(id, (context) =>
      this.#write(id, context).finally(() => {
        this.#active = null;
        this.#parts.onChange();
      }),
    );
    this.#active = job;
    return job;
  }

  async #write(id: string, { signal, report, announce }: JobContext<Progress>): Promise<DistillationDraft> {
    const { db, onChange } = this.#parts;
    const change = (changes: Partial<DistillationDraft>): DistillationDraft => {
      saveDraft(db, { ...this.#require(id), ...changes });
      const draft = this.#require(id);
      announce({ type: "draft", draft });
      onChange();
      return draft;
    };
    const { teaching, counts } = change({ state: "running", failure: null });
    const waiting = counts.prompts - counts.answered;
    const started = performance.now();
    let done = 0;
    let saidAt = started;
    try {
      for (let pair = nextWaiting(db, id, 0); pair !== null; pair = nextWaiting(db, id, pair.position + 1)) {
        if (signal.aborted) throw draftingStopped();
        const drafted = await draftAnswer(this.#parts, teaching, pair, { signal, report }).catch(orFailed(pair));
        saveDrafted(db, id, drafted);
        done += 1;
        const etaMs = ((performance.now() - started) / done) * (waiting - done);
        const { prompts, answered, failed } = this.#require(id).counts;
        report({ type: "answered", pair: drafted, done: answered + failed, prompts, etaMs });
        if (performance.now() - saidAt > SAY_EVERY_MS) {
          onChange();
          saidAt = performance.now();
        }
      }
    } catch (error) {
      // A draft removed meanwhile has nothing to be kept in.
      if (findDraft(db, id) !== null) {
        const failure = !signal.aborted && isFourfoldError(error) ? error.failure : null;
        change({ state: "paused", failure });
      }
      throw signal.aborted ? draftingStopped() : error;
    }
    return change({ state: "finished" });
  }

  #require(draftId: string): DistillationDraft {
    const draft = findDraft(this.#parts.db, draftId);
    if (draft === null) throw draftNotFound(draftId);
    return draft;
  }

  #refuseWhenBusy(): void {
    if (this.#active === null) return;
    const { id, name } = this.#require(this.#active.id);
    throw distillationBusy(id, name);
  }
}

/** A prompt that fails alone is marked with its failure. */
const orFailed =
  (pair: DraftedPair) =>
  (error: unknown): DraftedPair => {
    if (isFourfoldError(error) && ofOnePrompt.includes(error.failure.code)) return { ...pair, failure: error.failure };
    throw error;
  };
