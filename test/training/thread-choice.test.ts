import { describe, expect, test } from "vitest";
import { ThreadChoice } from "../../core/training/run/thread-choice.ts";

/** Computes so many micro-batches at speeds that depend on the threads; which numbers were used. */
function compute(choice: ThreadChoice, count: number, speedWith: (threads: number) => number): number[] {
  return Array.from({ length: count }, () => {
    const { threads } = choice;
    choice.note(speedWith(threads));
    return threads;
  });
}

const free = (threads: number) => 100 * threads;
const busy = (threads: number) => (threads > 4 ? 1 : 100 * threads);

describe("the number of threads", () => {
  test("stays at the most when the cores are free", () => {
    expect(compute(new ThreadChoice(7, false), 5, free)).toEqual([7, 4, 7, 7, 7]);
  });

  test("falls to what the free cores carry", () => {
    expect(compute(new ThreadChoice(7, false), 6, busy)).toEqual([7, 4, 2, 4, 4, 4]);
  });

  test("falls when another program takes cores, and rises again when it is gone", () => {
    const choice = new ThreadChoice(8, false);
    compute(choice, 10, free);
    expect(choice.threads).toBe(8);
    compute(choice, 10, busy);
    expect(choice.threads).toBe(4);
    compute(choice, 210, free);

    expect(choice.threads).toBe(8);
  });

  test("is not touched when the user chose it", () => {
    expect(new Set(compute(new ThreadChoice(7, true), 20, busy))).toEqual(new Set([7]));
  });

  test("of one is left at one", () => {
    expect(new Set(compute(new ThreadChoice(1, false), 300, () => Math.random()))).toEqual(new Set([1]));
  });
});
