/** One line on the error stream that rewrites itself; silent where nobody watches. */
export class ProgressLine {
  readonly #isShown: boolean;
  #length = 0;

  constructor(isShown = process.stderr.isTTY === true) {
    this.#isShown = isShown;
  }

  show(text: string): void {
    if (!this.#isShown) return;
    const line = text.slice(0, (process.stderr.columns ?? 80) - 1);
    process.stderr.write(`\r${line.padEnd(this.#length)}`);
    this.#length = line.length;
  }

  clear(): void {
    if (!this.#isShown || this.#length === 0) return;
    process.stderr.write(`\r${" ".repeat(this.#length)}\r`);
    this.#length = 0;
  }
}
