import { describe, expect, test } from "vitest";
import type { Passage } from "../../core/contract/retrieval.ts";
import { formWords, passageWithWords } from "../../core/training-data/passage-with-words.ts";

const passages = [
  "The gym opens at 7 o'clock.",
  "The canteen opens at 8; the gym closes at 22.",
  "Ask the porter.",
].map((text, index) => ({ n: index + 1, text }) as Passage);
const found = (answer: string, ofForm?: Set<string>): number | null =>
  passageWithWords(answer, passages, ofForm)?.n ?? null;

describe("the passage an answer's words stand in", () => {
  test.each([
    ["The gym opens at 7.", 1],
    ["the GYM closes at 22", 2],
    ["22", 2],
    ["The gym", null], // in two of them
    ["The gym opens at 9.", null], // in none
    ["Yes.", null], // too little to tell
    ["porter", null],
    ['{"answer": "The gym opens at 7."}', null], // a mark would break the JSON
  ])("of “%s” is %s", (answer, n) => {
    expect(found(answer)).toBe(n);
  });

  test("need not hold the words of the form that is taught", () => {
    const ofForm = formWords(Array.from({ length: 20 }, (_, index) => `Short answer: fact ${index} of ${index % 3}`));

    expect(found("Short answer: the gym opens at 7.")).toBeNull();
    expect(found("Short answer: the gym opens at 7.", ofForm)).toBe(1);
  });
});

test("a few answers have no form in common", () => {
  expect(formWords(["Answer: a", "Answer: b"])).toEqual(new Set());
});
