export interface JobContext<Progress> {
  signal: AbortSignal;
  report: (progress: Progress) => void;
  /** The same, said to later followers as well. */
  announce: (progress: Progress) => void;
}

/**
 * A long job that depends on nobody looking: whoever follows it may leave, and who comes later is told first what the job
 * wants newcomers to know.
 */
export class FollowedJob<Progress, Output> {
  readonly #controller = new AbortController();
  readonly #followers = new Set<(progress: Progress) => void>();
  /** What a follower who comes later has to know first. */
  #latest: Progress | null = null;
  readonly id: string;
  readonly finished: Promise<Output>;

  constructor(id: string, run: (context: JobContext<Progress>) => Promise<Output>) {
    this.id = id;
    const report = (progress: Progress): void => {
      for (const follower of this.#followers) follower(progress);
    };
    const announce = (progress: Progress): void => {
      this.#latest = progress;
      report(progress);
    };
    this.finished = run({ signal: this.#controller.signal, report, announce });
    // Nobody may be following when it fails; the job itself keeps the failure.
    this.finished.catch(() => {});
  }

  /** Leaving by the signal ends the following, not the job. */
  async follow(signal?: AbortSignal, onProgress?: (progress: Progress) => void): Promise<Output> {
    if (onProgress !== undefined) {
      if (this.#latest !== null) onProgress(this.#latest);
      this.#followers.add(onProgress);
    }
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(new DOMException("The caller left.", "AbortError"));
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([this.finished, left.promise]);
    } finally {
      signal?.removeEventListener("abort", leave);
      if (onProgress !== undefined) this.#followers.delete(onProgress);
    }
  }

  /** Stop it and wait until it has put everything away. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.finished.catch(() => {});
  }
}
