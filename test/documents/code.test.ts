import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openTokenCounter } from "../../core/documents/count-tokens.ts";
import { readCode } from "../../core/documents/read-code.ts";
import { readNotebook } from "../../core/documents/read-notebook.ts";
import { splitIntoChunks } from "../../core/documents/split.ts";

const blocksOf = (source: string): string[] =>
  readCode(source).blocks.map(({ start, end }) => source.slice(start, end));

describe("source code", () => {
  test("is cut before its functions and classes, with the comments above them", () => {
    const source = [
      "import os",
      "",
      "# How much water",
      "# per minute.",
      "def flow(litres, minutes):",
      "    if minutes == 0:",
      "        return 0",
      "",
      "    return litres / minutes",
      "",
      "class Pump:",
      "    def start(self):",
      "        self.on = True",
      "",
      "    def stop(self):",
      "        self.on = False",
    ].join("\n");

    expect(blocksOf(source)).toEqual([
      "import os",
      "# How much water\n# per minute.\ndef flow(litres, minutes):\n    if minutes == 0:\n        return 0\n\n    return litres / minutes",
      "class Pump:",
      "    def start(self):\n        self.on = True",
      "    def stop(self):\n        self.on = False",
    ]);
  });

  test.each([
    [
      "a method's first line ends with a bracket",
      "class A {\n  run(one) {\n    go();\n  }\n\n  stop() {\n    end();\n  }\n}",
    ],
    ["a function is a constant", "const run = async (one) => {\n  go();\n};\nconst stop = () => {\n  end();\n};"],
    ["a Rust function is public", "pub fn run(one: u8) -> u8 {\n    one\n}\npub(crate) fn stop() {\n    end();\n}"],
  ])("is cut there too where %s", (_where, source) => {
    expect(blocksOf(source).some((block) => /^\s*(?:const |pub\(crate\) fn )?stop/.test(block))).toBe(true);
  });

  test("tells a chunk from the middle of a function the first lines it lies in, and cuts no line", () => {
    const lines = Array.from({ length: 30 }, (_, line) => `        self.measure_${line} = litres * ${line}`);
    const source = readCode(`class Pump:\n    def calibrate(self, litres):\n${lines.join("\n")}\n`);
    const chunks = [
      ...splitIntoChunks(source, openTokenCounter("models/embedder"), { chunkSize: 64, chunkOverlap: 0 }),
    ];

    expect(chunks.length).toBeGreaterThan(3);
    for (const chunk of chunks.slice(1)) expect(chunk.context).toBe("class Pump:\n    def calibrate(self, litres):");
    for (const chunk of chunks)
      for (const line of source.text.slice(chunk.start, chunk.end).split("\n"))
        expect(source.text.split("\n").map((one) => one.trim())).toContain(line.trim());
  });
});

describe("a notebook", () => {
  test("gives its texts with their headings, its code, and the beginning of what it printed", () => {
    const { text, headings } = readNotebook(
      "analysis.ipynb",
      readFileSync("test/fixtures/documents/analysis.ipynb", "utf8"),
    );

    expect(text).toBe(
      [
        "# Pump flow\n\nFlow was measured in the cellar.",
        "def flow(litres, minutes):\n    return litres / minutes\n\nflow(120, 8)",
        "Output: 15.0",
        "## Result\n\nFifteen litres per minute.",
        "for n in range(100): print(n)",
        `Output: ${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].join("\n")} …`,
      ].join("\n\n"),
    );
    expect(headings.map(({ level, title }) => [level, title])).toEqual([
      [1, "Pump flow"],
      [2, "Result"],
    ]);
  });

  test.each([
    ["cut off", '{"cells": [{"cell_type": "mark', /no JSON/],
    ["other JSON", '{"cells": 3}', /not a Jupyter notebook/],
  ])("that is %s is refused in words", (_what, source, message) => {
    expect(() => readNotebook("a.ipynb", source)).toThrow(message);
  });
});
