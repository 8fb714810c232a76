import type { Part } from "./answer-reader.ts";

/** About 30 messages a second: faster than anyone reads, and each one crosses two processes. */
const INTERVAL_MS = 33;

/** Joins the small pieces of an answer into fewer messages. */
export class Deltas {
  readonly #report: (part: Part) => void;
  #waiting: Part | null = null;
  #sentAt = -Infinity;

  constructor(report: (part: Part) => void) {
    this.#report = report;
  }

  add(parts: Part[]): void {
    for (const part of parts) {
      if (this.#waiting !== null && this.#waiting.type !== part.type) this.flush();
      this.#waiting = { type: part.type, delta: (this.#waiting?.delta ?? "") + part.delta };
    }
    if (performance.now() - this.#sentAt >= INTERVAL_MS) this.flush();
  }

  flush(): void {
    if (this.#waiting === null) return;
    this.#report(this.#waiting);
    this.#waiting = null;
    this.#sentAt = performance.now();
  }
}
