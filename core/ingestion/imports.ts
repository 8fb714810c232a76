import { randomUUID } from "node:crypto";
import { OneAtATime } from "../children/one-at-a-time.ts";
import type { ImportProgress, ImportResult } from "../contract/documents.ts";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import {
  type EmbedderIdentity,
  findCollection,
  removeCollection,
  type StoredCollection,
} from "../store/collections.ts";
import {
  addImportJob,
  findImportJob,
  interruptImportJobs,
  removeImportJob,
  saveImportJobCount,
  saveImportJobState,
} from "../store/import-jobs.ts";
import { importDocuments, type ImportOptions, type ImportParts } from "./import-documents.ts";
import { ImportJob } from "./import-job.ts";

/** How often the store learns how far an import is; a crash loses no more than this of the count. */
const COUNT_EVERY_MS = 500;

/** The imports of a workspace, one after the other: side by side they would only compete for the same embedder. */
export class Imports {
  readonly #parts: ImportParts;
  readonly #embedder: EmbedderIdentity;
  readonly #onChange: () => void;
  readonly #queue = new OneAtATime();
  /** Those that run, pause or wait their turn. */
  readonly #jobs = new Map<string, { job: ImportJob; result: Promise<ImportResult> }>();
  #closing = false;

  /**
   * @param embedder  of collections that are made for an import
   * @param onChange  an import began, paused, went on or ended
   */
  constructor(parts: ImportParts, embedder: EmbedderIdentity, onChange: () => void) {
    this.#parts = parts;
    this.#embedder = embedder;
    this.#onChange = onChange;
    interruptImportJobs(parts.db);
  }

  /**
   * Import into a collection by id or name; one that does not exist yet is made, and goes again when nothing came of it.
   *
   * When `signal` stops it, the import is kept as interrupted, to be resumed.
   *
   * @param options.isListed  false for one that comes again by itself, such as a linked folder's
   * @param options.server    address of the shared server that keeps the collection, when it is made now
   * @throws collection_elsewhere, embedding_mismatch, server_…  for a collection on a server
   */
  async run(
    idOrName: string,
    paths: string[],
    { isListed = true, server, ...options }: ImportOptions & { isListed?: boolean; server?: string | undefined } = {},
  ): Promise<ImportResult> {
    const { db, stores } = this.#parts;
    const known = findCollection(db, idOrName);
    const collection = await stores.ensure(known?.name ?? idOrName, this.#embedder, server);
    const id = isListed ? addImportJob(db, collection.id, paths) : randomUUID();
    const job = new ImportJob(id, collection.id, paths);
    try {
      return await this.#follow(job, this.#begin(job, options), options);
    } catch (error) {
      if (known === null) this.#removeIfUnused(collection);
      throw error;
    }
  }

  /** @returns false when no import of that id is running */
  pause(importId: string): boolean {
    const live = this.#jobs.get(importId);
    if (live === undefined || live.job.isPaused) return false;
    live.job.pause();
    saveImportJobState(this.#parts.db, importId, "paused");
    this.#onChange();
    return true;
  }

  /**
   * Go on with an import that pauses, or begin an interrupted one again; what it had stored is passed over.
   *
   * @throws import_not_found
   */
  async resume(importId: string, options: ImportOptions = {}): Promise<ImportResult> {
    const { db } = this.#parts;
    const live = this.#jobs.get(importId);
    if (live === undefined) {
      const stored = findImportJob(db, importId);
      if (stored === null) throw importNotFound(importId);
      const job = new ImportJob(importId, stored.collectionId, stored.paths);
      saveImportJobState(db, importId, "running");
      return this.#follow(job, this.#begin(job, options), options);
    }
    if (live.job.isPaused) {
      saveImportJobState(db, importId, "running");
      live.job.resume();
      this.#onChange();
    }
    return this.#follow(live.job, live.result, options);
  }

  /** @returns false when there is none of that id */
  cancel(importId: string): boolean {
    const live = this.#jobs.get(importId);
    live?.job.end(true);
    const isKnown = live !== undefined || removeImportJob(this.#parts.db, importId);
    this.#onChange();
    return isKnown;
  }

  /** Wait for the imports before, then run `work` with none beside it. */
  inTurn<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#queue.run(work, signal);
  }

  /**
   * Remove a collection with all that is in it; what is being imported into it stops, for it has nowhere to go.
   *
   * @param fromServer  a shared one only leaves this workspace otherwise: others work with it
   */
  async removeCollection(id: string, fromServer = false): Promise<boolean> {
    for (const { job } of this.#jobs.values()) if (job.collectionId === id) job.end(true);
    return this.#queue.run(async () => {
      const { db, stores } = this.#parts;
      const collection = findCollection(db, id);
      if (collection?.id !== id) return false;
      if (collection.shared === null || fromServer) await stores.of(collection).remove();
      return collection.shared === null || removeCollection(db, id);
    });
  }

  /** Let every import go; each is offered again at the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { job } of this.#jobs.values()) job.end(false);
    await Promise.allSettled([...this.#jobs.values()].map(({ result }) => result));
  }

  #begin(job: ImportJob, options: ImportOptions): Promise<ImportResult> {
    if (this.#closing) job.end(false);
    const result = this.#work(job, options).finally(() => {
      this.#jobs.delete(job.id);
      this.#settle(job);
      this.#onChange();
    });
    // Whoever follows is told; until then a failure must not count as unhandled.
    result.catch(() => {});
    this.#jobs.set(job.id, { job, result });
    this.#onChange();
    return result;
  }

  async #work(job: ImportJob, { exclude }: ImportOptions): Promise<ImportResult> {
    const { db } = this.#parts;
    let countedAt = 0;
    const onProgress = (progress: ImportProgress): void => {
      job.report(progress);
      if (!("done" in progress) || performance.now() - countedAt < COUNT_EVERY_MS) return;
      countedAt = performance.now();
      ifPossible(() => saveImportJobCount(db, job.id, progress.done, progress.total));
    };
    return job.run((signal) =>
      this.#queue.run(async () => {
        // Read in its turn: the collection may have gone over to another embedder while this import waited.
        const collection = findCollection(db, job.collectionId);
        if (collection === null) throw collectionGone(job.collectionId);
        return importDocuments(this.#parts, collection, job.paths, {
          signal,
          onProgress,
          memory: job.memory,
          ...(exclude && { exclude }),
        });
      }, signal),
    );
  }

  async #follow(
    job: ImportJob,
    result: Promise<ImportResult>,
    { signal, onProgress }: ImportOptions,
  ): Promise<ImportResult> {
    const leave = job.follow(onProgress ?? (() => {}));
    const end = (): void => job.end(false);
    onProgress?.({ type: "begun", importId: job.id });
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
    try {
      return await result;
    } finally {
      leave();
      signal?.removeEventListener("abort", end);
    }
  }

  /** What ended by itself or by the user's will is forgotten; what was cut off is kept, to be offered again. */
  #settle(job: ImportJob): void {
    const { db } = this.#parts;
    if (!db.open) return;
    const isCutOff = job.isEnded && !job.isCancelled;
    ifPossible(() => {
      if (!isCutOff) removeImportJob(db, job.id);
      else saveImportJobState(db, job.id, "interrupted");
    });
  }

  /** A collection that was made for an import of which nothing came would only stand in the way. */
  #removeIfUnused({ id, shared }: StoredCollection): void {
    const { db } = this.#parts;
    const isAwaited = [...this.#jobs.values()].some(({ job }) => job.collectionId === id);
    // A shared one may have been joined, and others may know it by now.
    if (this.#closing || isAwaited || shared !== null || !db.open) return;
    if (findCollection(db, id)?.documentCount === 0) removeCollection(db, id);
  }
}

/** On a full disk the documents already say so; the note about their import must not hide that. */
function ifPossible(note: () => void): void {
  try {
    note();
  } catch (error) {
    if (!isFourfoldError(error)) throw error;
  }
}

function importNotFound(importId: string): FourfoldError {
  return new FourfoldError({
    code: "import_not_found",
    message: "This import has ended, or was cancelled.",
    action: "Import the files again; what is stored already is passed over.",
    details: { importId },
  });
}

function collectionGone(collection: string): FourfoldError {
  return new FourfoldError({
    code: "collection_not_found",
    message: "The collection was removed before its import could begin.",
    action: "Import the files into another collection.",
    details: { collection },
  });
}
