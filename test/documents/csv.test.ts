import { describe, expect, test } from "vitest";
import { openTokenCounter } from "../../core/documents/count-tokens.ts";
import { embeddedText } from "../../core/documents/embedded-text.ts";
import { readCsv } from "../../core/documents/read-csv.ts";
import { defaultReadLimits } from "../../core/documents/read-limits.ts";
import { splitIntoChunks } from "../../core/documents/split.ts";

const read = (source: string, limits = defaultReadLimits) => readCsv("table.csv", source, limits);

describe("a table of values", () => {
  test.each([
    ["commas", "Model,Price\nTW-20,545\nTW-30,690\n"],
    ["semicolons", 'Model;Price\r\n"TW-20";545\r\n"TW-30";690'],
    ["tabs", "Model\tPrice\nTW-20\t545\nTW-30\t690"],
    ["bars", "Model|Price\nTW-20|545\nTW-30|690"],
    ["semicolons, named as Excel does", "sep=;\nModel;Price\nTW-20;545\nTW-30;690"],
  ])("divided by %s becomes records with the names of their columns", (_name, source) => {
    expect(read(source).text).toBe("Model: TW-20\nPrice: 545\n\nModel: TW-30\nPrice: 690");
  });

  test("keeps separators and line ends that are quoted, and leaves empty cells out", () => {
    expect(read('Name,Note,Place\n"Müller, Ana","first\nsecond",\nBo,,Hof').text).toBe(
      "Name: Müller, Ana\nNote: first second\n\nName: Bo\nPlace: Hof",
    );
  });

  test("without names for its columns is kept row by row", () => {
    expect(read("1,2\n3,4").text).toBe("1 | 2\n3 | 4");
  });

  test("below its title keeps both, and a second table below an empty line has its own names", () => {
    expect(read("Prices of May\nModel,Price\nTW-20,545\n\nTown,Hours\nHof,8\nSelb,9").text).toBe(
      "Prices of May\n\nModel: TW-20\nPrice: 545\n\nTown: Hof\nHours: 8\n\nTown: Selb\nHours: 9",
    );
  });

  test("with an open quotation mark is read all the same", () => {
    expect(read('Model,Size\nTW-20,"3 inch\nTW-30,4 inch').text).toBe(
      'Model: TW-20\nSize: "3 inch\n\nModel: TW-30\nSize: 4 inch',
    );
  });

  test("too long for one document is read as far as the limit, and says so", () => {
    const { warnings, text } = read(`Model,Price\n${"TW-20,545\n".repeat(1000)}`, {
      ...defaultReadLimits,
      tableCharacters: 1000,
    });

    expect(text.length).toBeLessThan(1100);
    expect(warnings).toEqual([{ code: "text_shortened", message: expect.stringMatching(/Only the first \d+ rows/) }]);
  });

  test("cuts no record that fits into a chunk, and a piece of one that does not carries its first field", () => {
    const counter = openTokenCounter("models/embedder");
    const source = read(
      `Model,Colour,Remark\nTW-20,blue,short\nTW-30,red,${"a very long remark of many words ".repeat(6)}\nTW-45,grey,short`,
    );
    const chunks = [...splitIntoChunks(source, counter, { chunkSize: 32, chunkOverlap: 0 })];
    const texts = chunks.map((chunk) => embeddedText(chunk, source.text.slice(chunk.start, chunk.end)));

    expect(texts[0]).toBe("Model: TW-20\nColour: blue\nRemark: short\n\nModel: TW-30\nColour: red");
    expect(texts.slice(1, -1).every((text) => text.startsWith("Model: TW-30"))).toBe(true);
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.at(-1)).toContain("Model: TW-45\nColour: grey\nRemark: short");
  });
});
