import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerReader, type Part } from "../../core/runtime/answer-reader.ts";

const marks = { thought: { open: "<think>", close: "</think>" }, stops: ["### Human"] };

function readAll(pieces: string[], startsInThought = false) {
  const reader = new AnswerReader(marks, startsInThought);
  const parts: Part[] = [...pieces.flatMap((piece) => reader.read(piece)), ...reader.end()];
  const joined = (type: Part["type"]) => parts.flatMap((part) => (part.type === type ? [part.delta] : [])).join("");
  expect({ text: joined("text"), thoughts: joined("thought") }).toEqual({
    text: reader.text,
    thoughts: reader.thoughts,
  });
  return { text: reader.text, thoughts: reader.thoughts, isOver: reader.isOver };
}

describe("reading an answer in pieces", () => {
  test("tells thoughts from text", () => {
    expect(readAll(["<think>\nwhy", " not</think>", "\n\nYes."])).toEqual({
      thoughts: "why not",
      text: "Yes.",
      isOver: false,
    });
  });

  test("gives the same however it is cut", () => {
    const whole = "<think> a < b </thin </think> c <think> d ### Hum ### Human: never shown";
    const expected = readAll([whole]);

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }), (lengths) => {
        const pieces: string[] = [];
        for (let start = 0, i = 0; start < whole.length; i++) {
          pieces.push(whole.slice(start, (start += lengths[i % lengths.length]!)));
        }
        expect(readAll(pieces)).toEqual(expected);
      }),
      { seed: 1, numRuns: 200 },
    );
    expect(expected).toEqual({ thoughts: "a < b </thin", text: "c <think> d ### Hum", isOver: true });
  });

  test("shows what only began like a mark", () => {
    expect(readAll(["5 <", " 6 and #", "## Hu"]).text).toBe("5 < 6 and ### Hu");
  });

  test("can begin inside a thought", () => {
    expect(readAll(["hm</think>ok"], true)).toEqual({ thoughts: "hm", text: "ok", isOver: false });
  });
});
