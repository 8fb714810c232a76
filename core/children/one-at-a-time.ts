import { stoppedError } from "./supervised-child.ts";

/**
 * Run tasks one after the other, in the order they came.
 *
 * One model answers one arm at a time: side by side they would be slower on a processor and, worse,
 * could change each other's tokens through the shapes of shared batches.
 */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** @throws stopped  at once when the signal says so while it waits; those behind it keep their order */
  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    // Who comes next waits for all before, also when this one leaves the queue early.
    this.#last = Promise.all([before, promise]);
    try {
      await unlessStopped(before, signal);
      return await task();
    } finally {
      resolve();
    }
  }
}

async function unlessStopped(turn: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  const { promise: stop, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(stoppedError());
  if (signal?.aborted) throw stoppedError();
  signal?.addEventListener("abort", leave, { once: true });
  try {
    await Promise.race([turn, stop]);
  } finally {
    signal?.removeEventListener("abort", leave);
  }
}
