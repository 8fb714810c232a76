import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Citation } from "../../core/contract/index.ts";
import { splitCitations } from "../../renderer/panels/comparison/split-citations.ts";

const citation = (n: number, markStart: number, markEnd: number): Citation => ({
  n,
  documentId: "d",
  document: "handbook.md",
  page: null,
  start: 0,
  end: 10,
  markStart,
  markEnd,
});

describe("an answer cut at its citations", () => {
  test("puts each mark where it stood", () => {
    const first = citation(1, 8, 11);
    const second = citation(2, 11, 14);

    expect(splitCitations("30 days [1][2].", [second, first])).toEqual([
      { kind: "text", text: "30 days " },
      { kind: "citation", citation: first },
      { kind: "citation", citation: second },
      { kind: "text", text: "." },
    ]);
  });

  test("is one piece without citations, and none when it is empty", () => {
    expect(splitCitations("30 days.", [])).toEqual([{ kind: "text", text: "30 days." }]);
    expect(splitCitations("", [])).toEqual([]);
  });

  test("leaves marks as text that lie outside of it or inside another", () => {
    const good = citation(1, 0, 3);

    expect(splitCitations("[1] yes", [good, citation(2, 1, 2), citation(3, 6, 99), citation(4, 5, 5)])).toEqual([
      { kind: "citation", citation: good },
      { kind: "text", text: " yes" },
    ]);
  });

  test("never loses or doubles a character, whatever the marks say", () => {
    const marks = fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -3, max: 40 })));
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), marks, (text, spans) => {
        const pieces = splitCitations(
          text,
          spans.filter(([start]) => start >= 0).map(([start, end]) => citation(1, start, end)),
        );
        const joined = pieces.map((piece) =>
          piece.kind === "text" ? piece.text : text.slice(piece.citation.markStart, piece.citation.markEnd),
        );

        expect(joined.join("")).toBe(text);
      }),
      { seed: 4 },
    );
  });
});
