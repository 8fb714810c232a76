import type { Change } from "./contract/workspace.ts";

/** What windows are told when something they may show has changed. */
export class Changes {
  readonly #followers = new Set<(change: Change | null) => void>();

  report(topic: Change["topic"], notice: string | null = null): void {
    for (const follower of this.#followers) follower({ topic, notice });
  }

  /** Every change from now on, until the caller leaves or the engine closes. */
  async *follow(signal?: AbortSignal): AsyncGenerator<Change, Record<string, never>, void> {
    const waiting: (Change | null)[] = [];
    let wake = (): void => {};
    const follower = (change: Change | null): void => {
      waiting.push(change);
      wake();
    };
    const leave = (): void => follower(null);
    if (signal?.aborted) return {};
    this.#followers.add(follower);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      for (;;) {
        while (waiting.length > 0) {
          const change = waiting.shift()!;
          if (change === null) return {};
          yield change;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#followers.delete(follower);
      signal?.removeEventListener("abort", leave);
    }
  }

  /** Let every follower go. */
  end(): void {
    for (const follower of this.#followers) follower(null);
  }
}
