import { describe, expect, test } from "vitest";
import type { DraftedPair } from "../../core/contract/index.ts";
import {
  commandOf,
  countPairs,
  neighbour,
  type ReviewFilter,
  shownPairs,
  withDecided,
} from "../../renderer/panels/distillation/review-state.ts";
import { afterProgress, beforeWriting } from "../../renderer/panels/distillation/writing-state.ts";

const pair = (position: number, more: Partial<DraftedPair> = {}): DraftedPair => ({
  position,
  line: position + 1,
  messages: [{ role: "user", content: `Question ${position}` }],
  drafted: `Answer ${position}`,
  answer: `Answer ${position}`,
  decision: "open",
  isCut: false,
  passages: [],
  failure: null,
  ...more,
});
const failure = { code: "stopped", message: "", action: "", details: {} } as const;
const pairs = [
  pair(0),
  pair(1, { decision: "accepted", answer: "Mended" }),
  pair(2, { decision: "rejected" }),
  pair(3, { isCut: true }),
  pair(4, { drafted: null, answer: null, failure }),
  pair(5, { drafted: null, answer: null }),
];
const positions = (shown: readonly DraftedPair[]): number[] => shown.map(({ position }) => position);

describe("drafted answers under review", () => {
  test.each<[ReviewFilter, number[]]>([
    ["all", [0, 1, 2, 3, 4]],
    ["open", [0, 3]],
    ["accepted", [1]],
    ["rejected", [2]],
    ["edited", [1]],
    ["problems", [3, 4]],
  ])("filtered by %s are %j, and those whose turn has not come never", (filter, expected) => {
    expect(positions(shownPairs(pairs, filter, ""))).toEqual(expected);
    expect(countPairs(pairs, filter)).toBe(expected.length);
  });

  test("are found by words of prompt or answer, whatever their case", () => {
    expect(positions(shownPairs(pairs, "all", " MENDED "))).toEqual([1]);
    expect(positions(shownPairs(pairs, "all", "question 3"))).toEqual([3]);
  });

  test("show a decision before the engine has said so", () => {
    const decided = withDecided(pairs, new Map([[3, { decision: "accepted" as const, answer: "Whole again" }]]));

    expect(positions(shownPairs(decided, "open", ""))).toEqual([0]);
    expect(positions(shownPairs(decided, "problems", ""))).toEqual([4]);
  });

  test("are walked to both ends, also when the one looked at has left the list", () => {
    const open = shownPairs(pairs, "open", "");

    expect(neighbour(open, null, 1)).toBe(0);
    expect(neighbour(open, 0, 1)).toBe(3);
    expect(neighbour(open, 3, 1)).toBe(3);
    expect(neighbour(open, 0, -1)).toBe(0);
    expect(neighbour(open, 1, 0)).toBe(3);
    expect(neighbour(open, 9, 0)).toBe(3);
    expect(neighbour([], 0, 1)).toBeNull();
  });
});

describe("the keys of the review", () => {
  const key = (name: string, more: object = {}) => ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...more,
  });

  test.each([
    ["j", "next"],
    ["ArrowUp", "previous"],
    ["a", "accept"],
    ["A", "accept"],
    ["r", "reject"],
    ["e", "edit"],
    ["o", "reopen"],
    ["x", null],
  ])("%s means %s", (name, command) => {
    expect(commandOf(key(name), false)).toBe(command);
  });

  test("mean nothing while something is typed, or with a modifier", () => {
    expect(commandOf(key("a"), true)).toBeNull();
    expect(commandOf(key("r", { ctrlKey: true }), false)).toBeNull();
  });
});

test("the words of an answer come together, and the next answer begins anew", () => {
  const written = [
    { type: "text", position: 0, delta: "Hel" } as const,
    { type: "text", position: 0, delta: "lo" } as const,
    { type: "answered", pair: pair(0), done: 1, prompts: 2, etaMs: 500 } as const,
  ].reduce(afterProgress, beforeWriting);

  expect(written).toMatchObject({ text: "Hello", done: 1, prompts: 2, etaMs: 500 });
  expect(afterProgress(written, { type: "text", position: 1, delta: "New" }).text).toBe("New");
});
