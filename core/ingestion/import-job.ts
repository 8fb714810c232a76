import type { ImportProgress, ImportResult } from "../contract/documents.ts";
import { emptyMemory, type ImportMemory } from "./import-documents.ts";

/** One import while it lives: who follows it, whether it rests, and what it has behind it. */
export class ImportJob {
  readonly id: string;
  readonly collectionId: string;
  readonly paths: string[];
  readonly memory: ImportMemory = emptyMemory();
  readonly #followers = new Set<(progress: ImportProgress) => void>();
  readonly #end = new AbortController();
  #pause = new AbortController();
  #resumed = Promise.withResolvers<void>();
  /** True when the user ended it; false when its caller or the engine went away. */
  isCancelled = false;

  constructor(id: string, collectionId: string, paths: string[]) {
    this.id = id;
    this.collectionId = collectionId;
    this.paths = paths;
  }

  get isPaused(): boolean {
    return this.#pause.signal.aborted;
  }

  get isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  /** Stops what runs now: at a pause, and at the end. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#end.signal, this.#pause.signal]);
  }

  pause(): void {
    if (this.isPaused || this.isEnded) return;
    this.#resumed = Promise.withResolvers<void>();
    this.#pause.abort();
    this.report({ type: "paused" });
  }

  resume(): void {
    if (!this.isPaused) return;
    this.#pause = new AbortController();
    this.report({ type: "resumed" });
    this.#resumed.resolve();
  }

  /** @param isCancelled  by the user, so that it is not offered again */
  end(isCancelled: boolean): void {
    this.isCancelled ||= isCancelled;
    this.#end.abort();
    this.#resumed.resolve();
  }

  /** Run legs of an import, resting in between, until one is not interrupted by a pause. */
  async run(leg: (signal: AbortSignal) => Promise<ImportResult>): Promise<ImportResult> {
    for (;;) {
      const pause = this.#pause.signal;
      const result = await leg(this.signal).catch((error: unknown) => {
        // A leg that a pause met before it had begun has nothing to show.
        if (pause.aborted && !this.isEnded) return null;
        throw error;
      });
      if (result !== null && (!result.stopped || this.isEnded)) return result;
      await this.#resumed.promise;
      if (this.isEnded && result !== null) return result;
    }
  }

  readonly report = (progress: ImportProgress): void => {
    for (const follower of this.#followers) follower(progress);
  };

  follow(follower: (progress: ImportProgress) => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}
