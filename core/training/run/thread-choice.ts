/** A speed that differs by less says nothing. */
const NOTICEABLE = 1.1;
/** Slower than this share of its own best, and somebody else wants the cores. */
const COLLAPSED = 0.5;
/** Micro-batches after which more threads are tried again: whoever took the cores may be gone. */
const TRY_AGAIN_AFTER = 200;

/**
 * How many threads to compute with, found while computing. Results do not depend on it.
 *
 * ggml's threads wait for each other in a loop, hundreds of times per pass. While another program holds one core of
 * them, all wait: three threads on two busy cores were seen to take two thousand times as long as one.
 */
export class ThreadChoice {
  readonly #most: number;
  #threads: number;
  #isSettled: boolean;
  /** Speed with each number that was tried since the last settling began. */
  readonly #tried = new Map<number, number>();
  #best = 0;
  #runs = 0;

  /** @param isFixed  the user chose the number */
  constructor(most: number, isFixed: boolean) {
    this.#most = most;
    this.#threads = most;
    this.#isSettled = isFixed || most === 1;
    if (this.#isSettled) this.#best = Infinity;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** For the next micro-batch. */
  get threads(): number {
    return this.#threads;
  }

  /** @param speed  tokens per second of the last micro-batch, computed with `threads` */
  note(speed: number): void {
    if (this.#best === Infinity) return;
    if (this.#isSettled) this.#watch(speed);
    else this.#settle(speed);
  }

  /** Half as many each time, until that is slower; then the fastest. */
  #settle(speed: number): void {
    this.#tried.set(this.#threads, speed);
    const fastest = [...this.#tried].reduce((best, entry) => (entry[1] > best[1] * NOTICEABLE ? entry : best));
    const isWorse = speed * NOTICEABLE < fastest[1];
    if (this.#threads > 1 && !isWorse) {
      this.#threads = Math.ceil(this.#threads / 2);
      return;
    }
    [this.#threads, this.#best] = fastest;
    this.#isSettled = true;
    this.#runs = 0;
  }

  #watch(speed: number): void {
    this.#runs += 1;
    const hasCollapsed = speed < this.#best * COLLAPSED && this.#threads > 1;
    const mayDoBetter = this.#runs >= TRY_AGAIN_AFTER && this.#threads < this.#most;
    this.#best = Math.max(this.#best, speed);
    if (!hasCollapsed && !mayDoBetter) return;
    this.#tried.clear();
    this.#isSettled = false;
    // After a collapse the same number is not tried first again.
    this.#threads = hasCollapsed ? Math.ceil(this.#threads / 2) : Math.min(this.#most, this.#threads * 2);
  }
}
