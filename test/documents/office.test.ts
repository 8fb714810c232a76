import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPptx } from "../../core/documents/read-pptx.ts";
import { readXlsx } from "../../core/documents/read-xlsx.ts";
import { defaultReadLimits } from "../../core/documents/read-limits.ts";
import { workbookOf, zipOf } from "../support/zip.ts";

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/documents/${name}`);

describe("a presentation", () => {
  test("gives each slide as a page under its title, with lists, tables and the speaker's notes", () => {
    const { text, pages, headings } = readPptx("slides.pptx", fixture("slides.pptx"), defaultReadLimits);

    expect(pages.map((page) => [page.page, page.width, page.height, text.slice(page.start, page.end)])).toEqual([
      [1, 720, 540, "Pump Service 2026\n\nWhat changes for the workshop"],
      [
        2,
        720,
        540,
        "Intervals\n\n- Filters every three months\n  - Paper filters sooner\n- Seals once a year\n\n" +
          "Notes: Say that the interval was six months before.",
      ],
      [3, 720, 540, "Prices\n\nModel | Price | Stock\n-|-|-\n| TW-20 | 545 |  |\nTW-30 | 690 | 7"],
    ]);
    expect(headings.map(({ level, title }) => [level, title])).toEqual([
      [1, "Pump Service 2026"],
      [1, "Intervals"],
      [1, "Prices"],
    ]);
  });

  test("without slides is refused in words", () => {
    expect(() => readPptx("a.pptx", zipOf({ "ppt/presentation.xml": "<p/>" }), defaultReadLimits)).toThrow(/no slides/);
  });

  test("nested a hundred thousand deep is refused at once", () => {
    const deep = zipOf({ "ppt/presentation.xml": "<a>".repeat(100_000) });

    expect(() => readPptx("a.pptx", deep, defaultReadLimits)).toThrow(/nested more than 1000 deep/);
  });
});

describe("a workbook", () => {
  test("gives its sheets as headings and their rows as records, with dates, times, shares and truth as shown", () => {
    const { text, headings, blocks } = readXlsx("prices.xlsx", fixture("prices.xlsx"), defaultReadLimits);

    expect(text).toBe(
      [
        "Prices",
        "Price list, valid from May",
        "Model: TW-20\nPrice: 545\nDiscount: 5 %\nSince: 2026-05-01",
        "Model: TW-30\nPrice: 690.5\nDiscount: 0 %\nSince: 2026-05-04 13:30\nNote: Runs quietly, also at night",
        // A formula that no program has computed has no value.
        "Model: TW-45\nNote: new",
        "Staff & shifts",
        "Name: Ana\nBegins: 06:45\nTrained: TRUE",
        "Name: Björn\nBegins: 14:00\nTrained: FALSE",
      ].join("\n\n"),
    );
    expect(headings.map(({ title }) => title)).toEqual(["Prices", "Staff & shifts"]);
    expect(blocks.filter(({ kind }) => kind === "record")).toHaveLength(5);
  });

  test("keeps the name of a column that has no neighbours and the last place Excel has", () => {
    const rows =
      '<row r="1"><c r="A1" t="inlineStr"><is><t>Part</t></is></c><c r="XFD1" t="str"><v>Shelf</v></c></row>' +
      '<row r="1048576"><c r="A1048576" t="str"><v>Seal</v></c><c r="XFD1048576"><v>0.10000000000000001</v></c></row>';

    expect(readXlsx("wide.xlsx", workbookOf(rows), defaultReadLimits).text).toBe("Sheet\n\nPart | Shelf\n\nSeal | 0.1");
  });

  test("knows numbers from before 1900's leap day that never was, and of old Macs", () => {
    const rows = '<row r="1"><c r="A1" s="1"><v>45413</v></c><c r="B1" s="1"><v>45413.5</v></c></row>';

    expect(readXlsx("a.xlsx", workbookOf(rows), defaultReadLimits).text).toBe("Sheet\n\n2024-05-01 | 2024-05-01 12:00");
    expect(readXlsx("mac.xlsx", workbookOf(rows, "<workbookPr date1904='1'/>"), defaultReadLimits).text).toBe(
      "Sheet\n\n2028-05-02 | 2028-05-02 12:00",
    );
  });

  test("too long for one document is read as far as the limit, and says so", () => {
    const rows = Array.from({ length: 5000 }, (_, row) => `<row r="${row + 1}"><c><v>${row}</v></c></row>`).join("");
    const { text, warnings } = readXlsx("long.xlsx", workbookOf(rows), { ...defaultReadLimits, tableCharacters: 2000 });

    expect(text.length).toBeLessThan(4000);
    expect(warnings).toEqual([
      {
        code: "text_shortened",
        message: expect.stringMatching(/Only the first \d+ rows of sheet “Sheet” can be searched/),
      },
    ]);
  });

  test("does not take the entities a file declares for text", () => {
    const bomb =
      '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>' +
      '<worksheet><row r="1"><c t="str"><v>&b;&c;</v></c></row></worksheet>';

    expect(readXlsx("bomb.xlsx", workbookOf(bomb), defaultReadLimits).text).not.toMatch(/haha|root:/);
  });
});
