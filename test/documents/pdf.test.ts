import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pageAt, rectanglesOf } from "../../core/documents/page-positions.ts";
import { readPdf } from "../../core/documents/read-pdf.ts";
import type { ReadText } from "../../core/documents/read-text.ts";

const read = (name: string): Promise<ReadText> =>
  readPdf(name, readFileSync(`test/fixtures/documents/${name}`), new AbortController().signal);

function spanOf({ text }: ReadText, part: string): { start: number; end: number } {
  expect(text).toContain(part);
  const start = text.indexOf(part);
  return { start, end: start + part.length };
}

describe("a PDF", () => {
  test("gives paragraphs of whole sentences, headings by their size, and tables row by row", async () => {
    const { text, headings } = await read("two-pages.pdf");

    expect(text).toBe(
      [
        "Water Pumps",
        "The first pump was built in 1988 by two sisters in a small workshop near the harbour. It moved ten litres of water a minute.",
        "A second paragraph begins after a gap.",
        "Prices",
        "Model | Price | Stock\n-|-|-\nTW-20 | 545 | 12\nTW-30 | 690 | 7",
        "Warranty",
        "Every pump has a warranty of 36 months.",
      ].join("\n\n"),
    );
    expect(headings.map(({ level, title }) => ({ level, title }))).toEqual([
      { level: 1, title: "Water Pumps" },
      { level: 2, title: "Prices" },
      { level: 2, title: "Warranty" },
    ]);
  });

  test("tells the size of its pages and which part of the text is on which", async () => {
    const { text, pages } = await read("two-pages.pdf");

    expect(pages.map(({ start, end, ...page }) => ({ ...page, ends: text.slice(start, end).slice(-7) }))).toEqual([
      { page: 1, width: 400, height: 600, ends: "690 | 7" },
      { page: 2, width: 400, height: 600, ends: "months." },
    ]);
    expect(pageAt(pages, text.indexOf("Every pump"))).toBe(2);
  });

  // The fixture draws it at x 50, 500 points above the foot of a page 600 high, in Helvetica of 10 points, whose
  // letters reach 7.18 above their line and 2.07 below: from 92.82 to 102.07 below the head of the page.
  test("knows where each line stands, in points from the top left", async () => {
    const pdf = await read("two-pages.pdf");

    expect(rectanglesOf(pdf, spanOf(pdf, "Every pump has a warranty of 36 months."))).toEqual([
      { page: 2, x: 50, y: 92.82, width: expect.closeTo(185.08, 1), height: 9.25 },
    ]);
    // Of a part of a line the place is estimated from how wide letters usually are; Helvetica's own widths give
    // x 275.1 and 24.4 for "small", and 66.6 for "workshop near".
    const [small, workshop] = rectanglesOf(pdf, spanOf(pdf, "small workshop near"));
    expect(Math.abs(small!.x - 275.1)).toBeLessThan(3);
    expect(Math.abs(small!.width - 24.4)).toBeLessThan(3);
    expect(workshop).toMatchObject({ page: 1, x: 50, y: 104.82, height: 9.25 });
    expect(Math.abs(workshop!.width - 66.6)).toBeLessThan(3);
    expect(rectanglesOf(pdf, spanOf(pdf, "TW-20 | 545 | 12"))).toEqual([
      { page: 1, x: 50, y: 236.82, width: expect.closeTo(211.12, 1), height: 9.25 },
    ]);
  });

  test("keeps the cells of a table under their names, empty ones too, and a wrapped cell in its row", async () => {
    const pdf = await read("tables.pdf");
    const table = pdf.blocks.find(({ kind }) => kind === "rows")!;

    expect(pdf.text.slice(table.start, table.end)).toBe(
      [
        "Part | Fits | Price | Stock",
        "-|-|-|-",
        "Seal ring | TW-20 | 4.50 | 120",
        "Filter | TW-20 |  | 14",
        "Pressure gauge | TW-30 | 89.00 | 3",
        "Hose |  | 12.75 | 40",
      ].join("\n"),
    );
    expect(table.heads!.map(({ start, end }) => pdf.text.slice(start, end))).toEqual(["Part | Fits | Price | Stock"]);
    // Both lines of the wrapped cell, the lower 14 points below the upper.
    const [row] = rectanglesOf(pdf, spanOf(pdf, "Pressure gauge | TW-30 | 89.00 | 3"));
    expect(row).toMatchObject({ page: 1, x: 40, height: expect.closeTo(23.25, 1) });
  });

  test("gives every run the characters it stands for", async () => {
    const { text, runs } = await read("two-pages.pdf");

    expect(runs.slice(0, 3).map((run) => text.slice(run.start, run.end))).toEqual([
      "Water Pumps",
      "The first pump was built in 1988 by two sisters in a small",
      "workshop near the harbour. It moved ten litres of water a minute.",
    ]);
    for (const [index, run] of runs.entries()) expect(run.start).toBeGreaterThanOrEqual(runs[index - 1]?.end ?? 0);
  });

  test("in two columns is read column by column, whatever was drawn first", async () => {
    const { text } = await read("two-columns.pdf");

    expect(text).toMatch(
      /^One Title Above Two Columns\n\nThe left column begins .* looks up again\.\n\nThe right column/s,
    );
  });

  test("turned by a quarter has its positions on the page as it is shown", async () => {
    const pdf = await read("rotated.pdf");

    expect(rectanglesOf(pdf, spanOf(pdf, "This page was turned by a quarter."))).toEqual([
      { page: 1, x: 50, y: 42.82, width: expect.closeTo(154.52, 1), height: 9.25 },
    ]);
  });

  test("has its running foot only once", async () => {
    const { text } = await read("running-foot.pdf");

    expect(text.match(/Pump manual, page/g)).toHaveLength(1);
    expect(text).toContain("What page 4 says is said only once.");
  });

  test("that only restricts printing is read", async () => {
    expect((await read("restricted.pdf")).text).toBe((await read("two-pages.pdf")).text);
  });

  test("says which of its pages are pictures", async () => {
    expect((await read("partly-scanned.pdf")).warnings).toEqual([
      { code: "pages_without_text", message: "Page 2 is a picture without text and cannot be searched." },
    ]);
  });
});
