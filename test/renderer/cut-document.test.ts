import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutDocument, headingPathAt } from "../../renderer/panels/documents/cut-document.ts";

const plain = (text: string) => ({ text, pages: [], headings: [] });
const joined = (blocks: ReturnType<typeof cutDocument>): string =>
  blocks.flatMap(({ pieces }) => pieces.map(({ text }) => text)).join("");
const marked = (blocks: ReturnType<typeof cutDocument>): string =>
  blocks.flatMap(({ pieces }) => pieces.filter(({ kind }) => kind === "mark").map(({ text }) => text)).join("");

describe("a document cut for display", () => {
  test("marks exactly the cited span, also across a heading", () => {
    const text = "Leave\nEmployees get 30 days.\n";

    expect(
      cutDocument(
        { text, pages: [], headings: [{ start: 0, end: 5, level: 1, title: "Leave" }] },
        { start: 6, end: 27 },
      ),
    ).toEqual([
      {
        start: 0,
        page: null,
        pieces: [
          { kind: "heading", text: "Leave" },
          { kind: "plain", text: "\n" },
          { kind: "mark", text: "Employees get 30 days" },
          { kind: "plain", text: ".\n" },
        ],
      },
    ]);
  });

  test("begins a block with each page", () => {
    const pages = [
      { page: 1, start: 0, end: 5, width: 595, height: 842 },
      { page: 2, start: 5, end: 10, width: 595, height: 842 },
    ];

    expect(
      cutDocument({ text: "onetwo and", pages, headings: [] }, null).map(({ start, page }) => ({ start, page })),
    ).toEqual([
      { start: 0, page: 1 },
      { start: 5, page: 2 },
    ]);
  });

  test("cuts long texts at line ends, so that no line is torn", () => {
    const text = "A line of some length, as in any document.\n".repeat(500);
    const blocks = cutDocument(plain(text), null);

    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.every(({ start }) => start === 0 || text[start - 1] === "\n")).toBe(true);
  });

  // A search for line breaks back to the text's start once made this quadratic: half a minute instead of a moment.
  test("takes no longer per character in a long text without a line break", () => {
    const text = "x".repeat(10_000_000);
    const started = performance.now();
    const blocks = cutDocument(plain(text), { start: 5_000_000, end: 5_000_100 });

    expect(performance.now() - started).toBeLessThan(3000);
    expect(blocks.length).toBeLessThan(4000);
    expect(marked(blocks)).toBe("x".repeat(100));
  });

  test("gives back the whole text and the whole span, whatever they are", () => {
    const line = fc.string({ maxLength: 400, unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), fc.nat(), fc.nat(), (lines, a, b) => {
        const text = lines.join("\n");
        const [start, end] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [number, number];
        const blocks = cutDocument(plain(text), { start, end });

        expect(joined(blocks)).toBe(text);
        expect(marked(blocks)).toBe(text.slice(start, end));
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});

describe("the headings above a position", () => {
  const headings = [
    { start: 0, end: 8, level: 1, title: "Handbook" },
    { start: 20, end: 25, level: 2, title: "Leave" },
    { start: 60, end: 66, level: 2, title: "Travel" },
  ];

  test("are named outermost first", () => {
    expect(headingPathAt(headings, 30)).toEqual(["Handbook", "Leave"]);
    expect(headingPathAt(headings, 70)).toEqual(["Handbook", "Travel"]);
  });

  test("are none before the first", () => {
    expect(headingPathAt(headings.slice(1), 3)).toEqual([]);
  });
});
