import type { Token } from "node-llama-cpp";
import { describe, expect, test } from "vitest";
import { threadCandidates } from "../../core/runtime/calibrate.ts";
import { reusableTokens } from "../../core/runtime/prefill.ts";

const tokens = (count: number, differsAt = Infinity): Token[] =>
  Array.from({ length: count }, (_, index) => (index === differsAt ? 999 : index) as Token);

describe("what of an earlier prompt is reused", () => {
  test.each([
    ["everything whole, when the prompt goes on", tokens(32), tokens(50), 32],
    ["never the last token, which generation evaluates", tokens(32), tokens(32), 16],
    ["whole chunks before the first difference", tokens(48), tokens(60, 40), 32],
    ["nothing, when the first chunk differs", tokens(48), tokens(60, 3), 0],
    ["nothing of an empty cache", [], tokens(60), 0],
    ["nothing for a prompt shorter than a chunk", tokens(48), tokens(9), 0],
  ])("%s", (_, prefilled, prompt, expected) => {
    expect(reusableTokens(prefilled, prompt, 16)).toBe(expected);
  });
});

test.each([
  [1, [1]],
  [2, [1, 2]],
  [6, [1, 2, 4, 6]],
  [16, [1, 2, 4, 8, 16]],
])("on %d cores the thread counts %j are tried", (cores, expected) => {
  expect(threadCandidates(cores)).toEqual(expected);
});
