import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readDocx } from "../../core/documents/read-docx.ts";
import { defaultReadLimits } from "../../core/documents/read-limits.ts";
import { docxOf } from "../support/zip.ts";

const fixture = readFileSync("test/fixtures/documents/table.docx");

describe("a Word document", () => {
  test("gives headings under its title, tables with their cells apart, and lists", async () => {
    const { text, headings } = await readDocx("table.docx", fixture, defaultReadLimits);

    expect(text).toBe(
      [
        "Pump Handbook",
        "This handbook is for the workshop.",
        "Prices",
        "Model | Price | Stock\n-|-|-\nTW-20 | 545 | 12\nTW-30 | 690 | 7",
        "Care",
        "- Clean the filter.\n- Empty the tank.",
        "Never run it without water.",
      ].join("\n\n"),
    );
    expect(headings.map(({ level, title }) => ({ level, title }))).toEqual([
      { level: 1, title: "Pump Handbook" },
      { level: 2, title: "Prices" },
      { level: 3, title: "Care" },
    ]);
  });

  test("leaves out what was deleted with changes tracked", async () => {
    const body =
      "<w:p><w:r><w:t xml:space='preserve'>It costs </w:t></w:r>" +
      "<w:del w:id='1'><w:r><w:delText>545</w:delText></w:r></w:del><w:ins w:id='2'><w:r><w:t>690</w:t></w:r></w:ins></w:p>";

    expect((await readDocx("changed.docx", docxOf(body), defaultReadLimits)).text).toBe("It costs 690");
  });
});
