import type { Reading, ReadDocument, Splitting } from "../documents/reading.ts";

/** Reads the next file while the one before is embedded: the reader and the index host work side by side. */
export class ReadAhead {
  readonly #reading: Reading;
  readonly #splitting: Splitting;
  readonly #signal: AbortSignal | undefined;
  #next: { path: string; read: Promise<ReadDocument> } | null = null;

  constructor(reading: Reading, splitting: Splitting, signal: AbortSignal | undefined) {
    this.#reading = reading;
    this.#splitting = splitting;
    this.#signal = signal;
  }

  /** The file, read now or already. */
  take(path: string): Promise<ReadDocument> {
    const { read } = this.#next?.path === path ? this.#next : this.#begin(path);
    this.#next = null;
    return read;
  }

  /** Begin with the file that comes next, if there is one. */
  prepare(path: string | undefined): void {
    if (path !== undefined) this.#next = this.#begin(path);
  }

  #begin(path: string): { path: string; read: Promise<ReadDocument> } {
    const read = this.#reading.read(path, this.#splitting, { signal: this.#signal });
    // It is awaited later; until then a failure must not count as unhandled.
    read.catch(() => {});
    return { path, read };
  }
}
