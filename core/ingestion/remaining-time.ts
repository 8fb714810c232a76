/** Estimates what is left of an import from the bytes behind it: files differ too much in size to be counted. */
export class RemainingTime {
  readonly #started = performance.now();
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  /** Milliseconds left while a file is done in part; null until there is something to go by. */
  atPart(fileBytes: number, fraction: number): number | null {
    const done = this.#doneBytes + fileBytes * fraction;
    if (done === 0) return null;
    return ((performance.now() - this.#started) / done) * Math.max(0, this.#totalBytes - done);
  }

  finish(fileBytes: number): void {
    this.#doneBytes += fileBytes;
  }
}
