import { stoppedError } from "../children/supervised-child.ts";

/**
 * Run tasks one after the other, in the order they came.
 *
 * One model answers one arm at a time: side by side they would be slower on a processor and, worse,
 * could change each other's tokens through the shapes of shared batches.
 */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    try {
      await before;
      if (signal?.aborted) throw stoppedError();
      return await task();
    } finally {
      resolve();
    }
  }
}
