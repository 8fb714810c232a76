import { describe, expect, test } from "vitest";
import { contextNote, threadLimit } from "../../renderer/panels/models/load-limits.ts";

describe("what may be chosen before a model is loaded", () => {
  test("one thread per core, within what the contract allows", () => {
    expect([0, 1, 12, 512].map(threadLimit)).toEqual([1, 1, 12, 256]);
  });

  test("a context beyond the model's training is said to be cut to it", () => {
    expect(contextNote(8192, 2048)).toBe("This model is trained for 2,048 tokens, so 2,048 is used.");
  });

  test("nothing is said where the context fits, nothing is asked for, or the file is silent", () => {
    expect([contextNote(2048, 2048), contextNote(null, 2048), contextNote(8192, null)]).toEqual([null, null, null]);
  });
});
