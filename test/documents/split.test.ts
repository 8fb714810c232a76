import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText } from "../../core/documents/clean-text.ts";
import { openTokenCounter } from "../../core/documents/count-tokens.ts";
import { embeddedText } from "../../core/documents/embedded-text.ts";
import { readCode } from "../../core/documents/read-code.ts";
import { readMarkdown } from "../../core/documents/read-markdown.ts";
import { readPlainText } from "../../core/documents/read-plain-text.ts";
import type { ReadText } from "../../core/documents/read-text.ts";
import { type Chunk, type ChunkSettings, splitIntoChunks } from "../../core/documents/split.ts";
import { TextWriter } from "../../core/documents/text-writer.ts";
import { byteTokenizerFolder } from "../support/byte-tokenizer.ts";

const wordPieces = openTokenCounter("models/embedder");

const textsOf = (source: ReadText, settings: ChunkSettings): string[] =>
  [...splitIntoChunks(source, wordPieces, settings)].map((chunk) => source.text.slice(chunk.start, chunk.end));

describe("splitting", () => {
  test("keeps sentences whole and repeats the last ones that fit into the overlap", () => {
    const source = readPlainText(
      "Anna reads a long book. Ben cooks the hot soup. Clara sings a new song. David mends the old roof.",
    );

    expect(textsOf(source, { chunkSize: 16, chunkOverlap: 6 })).toEqual([
      "Anna reads a long book. Ben cooks the hot soup.",
      "Ben cooks the hot soup. Clara sings a new song.",
      "Clara sings a new song. David mends the old roof.",
    ]);
  });

  test("prefers the border between paragraphs to a fuller chunk", () => {
    const source = readPlainText(
      "One two three four five six. Seven eight nine ten.\n\nRed green blue. Black white grey pink.",
    );

    expect(textsOf(source, { chunkSize: 20, chunkOverlap: 0 })).toEqual([
      "One two three four five six. Seven eight nine ten.",
      "Red green blue. Black white grey pink.",
    ]);
  });

  test("never reaches across a heading, and tells each chunk the headings above it", () => {
    const source = readMarkdown("# Pumps\n\nThey move water.\n\n## Care\n\nClean it.\n\n# Valves\n\nThey stop it.");
    const chunks = [...splitIntoChunks(source, wordPieces, { chunkSize: 64, chunkOverlap: 8 })];

    expect(chunks.map((chunk) => [chunk.headingPath, source.text.slice(chunk.start, chunk.end)])).toEqual([
      [["Pumps"], "They move water."],
      [["Pumps", "Care"], "Clean it."],
      [["Valves"], "They stop it."],
    ]);
  });

  test("takes headings with nothing under them for content, together", () => {
    const source = readMarkdown("# Agenda\n\n## Budget\n\n## Hiring\n\n## Any other business\n\n# Minutes\n\nNone.");
    const chunks = [...splitIntoChunks(source, wordPieces, { chunkSize: 64, chunkOverlap: 0 })];

    expect(chunks.map((chunk) => [chunk.headingPath, source.text.slice(chunk.start, chunk.end)])).toEqual([
      [["Agenda"], "## Budget\n\n## Hiring\n\n## Any other business"],
      [["Minutes"], "None."],
    ]);
  });

  test("cuts tables between rows and code between lines", () => {
    const rows = Array.from({ length: 12 }, (_, row) => `| TW-${row} | ${row * 10} euros |`);
    const source = readMarkdown(["| Model | Price |", "| --- | --- |", ...rows].join("\n"));

    for (const text of textsOf(source, { chunkSize: 32, chunkOverlap: 8 })) {
      for (const line of text.split("\n")) expect(line).toMatch(/^\|.*\|$/);
    }
  });

  test("embeds each part of a table under the table's head, which stands in the span of the first alone", () => {
    const rows = Array.from({ length: 12 }, (_, row) => `| TW-${row} | ${row * 10} euros |`);
    const source = readMarkdown(["# Prices", "", "| Model | Price |", "| --- | --- |", ...rows].join("\n"));
    const [first, ...others] = [...splitIntoChunks(source, wordPieces, { chunkSize: 40, chunkOverlap: 0 })];

    expect(first!.context).toBe("");
    expect(source.text.slice(first!.start, first!.end)).toMatch(/^\| Model \| Price \|\n.*\n\| TW-0/);
    expect(others.length).toBeGreaterThan(2);
    for (const chunk of others) {
      const text = source.text.slice(chunk.start, chunk.end);
      expect(chunk.context).toBe("| Model | Price |");
      expect(embeddedText(chunk, text)).toBe(`Prices\n| Model | Price |\n${text}`);
      expect(text).not.toContain("Model");
    }
  });

  test("does not take the line ends of a wrapped paragraph for ends of sentences", () => {
    const source = readPlainText(
      "The pump that stands in the cellar of the old house\nby the river was built in 1988. It still runs.",
    );

    expect(textsOf(source, { chunkSize: 22, chunkOverlap: 0 })).toEqual([
      "The pump that stands in the cellar of the old house\nby the river was built in 1988.",
      "It still runs.",
    ]);
  });

  test("drops outer headings, then shortens the last, when they would take more than a third of the chunk", () => {
    const long = "A very long heading about everything that can be said of pumps and their valves";
    const source = readMarkdown(`# Outer heading of many words\n\n## ${long}\n\nShort text.`);
    const [chunk] = [...splitIntoChunks(source, wordPieces, { chunkSize: 30, chunkOverlap: 0 })];

    expect(chunk!.headingPath).toEqual(["A very long heading about everything that can be…"]);
  });

  test("splits a heading that is a whole paragraph like one, and only once", () => {
    const long = "A sentence that someone made a heading. ".repeat(6).trim();

    expect(textsOf(readMarkdown(`# ${long}`), { chunkSize: 128, chunkOverlap: 0 })).toEqual([`# ${long}`]);
  });

  test("begins no chunk with an empty line, or two would begin at one place", () => {
    const text = "One two three four.\n\n\nFive six seven. Eight nine ten.";
    const source: ReadText = { ...readPlainText(text), blocks: [{ kind: "prose", start: 0, end: text.length }] };
    const starts = [...splitIntoChunks(source, wordPieces, { chunkSize: 16, chunkOverlap: 10 })].map(
      ({ start }) => start,
    );

    expect(starts).toEqual([...new Set(starts)]);
  });

  test("refuses a chunk size into which no character fits for sure", () => {
    expect(() => textsOf(readPlainText("Text."), { chunkSize: 15, chunkOverlap: 0 })).toThrow(RangeError);
  });

  // WordPiece takes 100 characters without a space for one unknown token: a megabyte of base64 would be one chunk.
  test("cuts text of which the tokenizer counts next to nothing by its length", () => {
    const chunks = [
      ...splitIntoChunks(readPlainText("x".repeat(5000)), wordPieces, { chunkSize: 32, chunkOverlap: 0 }),
    ];

    expect(Math.max(...chunks.map((chunk) => chunk.end - chunk.start))).toBeLessThanOrEqual(320);
  });

  test("takes time in proportion to the length", () => {
    const timeOf = (length: number): number => {
      const source = readPlainText("word ".repeat(length / 5));
      const started = performance.now();
      for (const _ of splitIntoChunks(source, wordPieces, { chunkSize: 128, chunkOverlap: 16 }));
      return performance.now() - started;
    };
    timeOf(100_000);

    // Ten times the text: ten times the time, with room for a busy machine; quadratic would be a hundred.
    expect(timeOf(1_000_000)).toBeLessThan(40 * timeOf(100_000) + 200);
  });
});

const word = fc.oneof(
  fc.constantFrom(
    "pump",
    "Wasser",
    "naïve",
    "東京都",
    "🚰🔧",
    "👩‍👩‍👧",
    "e\u0301",
    "TW-20",
    "https://example.org/a?b=c",
    "1,120.50",
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
);
const sentence = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => `${words.join(" ")}. `);
const paragraph = fc.array(sentence, { minLength: 1, maxLength: 6 }).map((sentences) => sentences.join("").trim());
const block = fc.oneof(
  { weight: 6, arbitrary: paragraph },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 6 }), word).map(([level, title]) => `${"#".repeat(level)} ${title}`),
  },
  { weight: 1, arbitrary: fc.constant("| a | b |\n| - | - |\n| one | two |\n| three | four |") },
  { weight: 1, arbitrary: fc.constant("```\nlet x = 1;\n\nx += 1;\n```") },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 400 }).map((length) => "𝒳".repeat(length)) },
);
/** Records as workbooks give them, each with its first field as head. */
const records = fc
  .array(fc.array(fc.tuple(word, paragraph), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 })
  .map((rows) => {
    const writer = new TextWriter();
    for (const fields of rows) {
      const lines = fields.map(([name, value]) => cleanText(`${name}: ${value}`).replace(/\s+/g, " ").trim());
      writer.headedBlock("record", lines.join("\n"), [{ start: 0, end: lines[0]!.length }]);
    }
    return writer.finish();
  });
const code = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom("def f(a):", "class A:", "x = 1", "", "# why")), {
    maxLength: 40,
  })
  .map((lines) => readCode(lines.map(([depth, line]) => `${"  ".repeat(depth)}${line}`).join("\n")));
const markdown = fc.array(block, { maxLength: 12 }).map((blocks) => readMarkdown(blocks.join("\n\n").normalize("NFC")));
const settings = fc
  .record({ chunkSize: fc.integer({ min: 16, max: 120 }), chunkOverlap: fc.integer({ min: 0, max: 40 }) })
  .map((one) => ({ ...one, chunkOverlap: Math.min(one.chunkOverlap, one.chunkSize - 1) }));

describe.each(["word pieces", "bytes"])("chunks counted in %s", (kind) => {
  function check(property: (source: ReadText, chunks: Chunk[], settings: ChunkSettings) => void): void {
    const counter = kind === "bytes" ? openTokenCounter(byteTokenizerFolder()) : wordPieces;
    fc.assert(
      fc.property(fc.oneof(markdown, records, code), settings, (source, chosen) => {
        property(source, [...splitIntoChunks(source, counter, chosen)], chosen);
      }),
      { seed: 20261121, numRuns: 150 },
    );
  }

  test("hold every character that is not white space, of every block", () =>
    check((source, chunks) => {
      const covered = new Uint8Array(source.text.length);
      for (const chunk of [...chunks, ...source.headings]) covered.fill(1, chunk.start, chunk.end);
      const lost = source.blocks.flatMap(({ start, end }) =>
        Array.from({ length: end - start }, (_, index) => start + index).filter(
          (offset) => covered[offset] === 0 && /\S/.test(source.text.charAt(offset)),
        ),
      );

      expect(lost).toEqual([]);
    }));

  test("ascend, lie inside the text, and neither begin nor end with white space", () =>
    check((source, chunks) => {
      let before = -1;
      for (const { start, end } of chunks) {
        expect(start).toBeGreaterThan(before);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(source.text.length);
        expect(source.text.slice(start, end)).toBe(source.text.slice(start, end).trim());
        before = start;
      }
    }));

  test("are cut through no row or record that fits into a chunk with its context", () => {
    const counter = kind === "bytes" ? openTokenCounter(byteTokenizerFolder()) : wordPieces;
    check((source, chunks, { chunkSize }) => {
      const borders = chunks.flatMap(({ start, end }) => [start, end]);
      for (const one of source.blocks.filter((candidate) => candidate.kind !== "prose")) {
        const text = source.text.slice(one.start, one.end);
        const pieces = one.kind === "record" ? [{ index: 0, 0: text }] : [...text.matchAll(/[^\n]+/g)];
        for (const { index, 0: piece } of pieces) {
          // Heading path and context take two thirds of a chunk at most; what needs less than a quarter always fits.
          if (counter.part(piece) > chunkSize / 4 - 4 || piece.length > chunkSize * 2) continue;
          const start = one.start + index;
          const inside = borders.filter((border) => border > start && border < start + piece.length);
          // A chunk is trimmed, so a border may stand among the white space at a row's ends.
          for (const border of inside) {
            const parts = [source.text.slice(start, border), source.text.slice(border, start + piece.length)];
            expect(parts.some((part) => part.trim() === "")).toBe(true);
          }
        }
      }
    });
  });

  test("carry the head of a table they begin inside of, and no other", () =>
    check((source, chunks) => {
      const isWrong = ({ start, context }: Chunk): boolean => {
        const around = source.blocks.find((block) => block.start <= start && block.end > start);
        const innermost = around?.heads?.findLast((head) => head.end <= start);
        if (innermost === undefined) return context !== "";
        // Shortened where it is long, left out where not even a word of it fits.
        const line = (context.split("\n").at(-1) ?? "").replace(/…$/, "");
        return !source.text.slice(innermost.start, innermost.end).startsWith(line);
      };
      expect(chunks.filter(isWrong)).toEqual([]);
    }));

  test("are never cut through a character", () =>
    check((source, chunks) => {
      for (const { start, end } of chunks) expect(source.text.slice(start, end).isWellFormed()).toBe(true);
    }));

  test("count as many tokens as they say, and no more than asked for", () => {
    const counter = kind === "bytes" ? openTokenCounter(byteTokenizerFolder()) : wordPieces;
    check((source, chunks, { chunkSize }) => {
      for (const { start, end, tokenCount, ...chunk } of chunks) {
        expect(counter.whole(embeddedText(chunk, source.text.slice(start, end)))).toBe(tokenCount);
        expect(tokenCount).toBeLessThanOrEqual(chunkSize);
      }
    });
  });

  test("overlap only by whole sentences, of no more tokens than asked for", () => {
    const counter = kind === "bytes" ? openTokenCounter(byteTokenizerFolder()) : wordPieces;
    check((source, chunks, { chunkOverlap }) => {
      for (const [index, chunk] of chunks.entries()) {
        const before = chunks[index - 1];
        if (before === undefined || before.end <= chunk.start) continue;
        const repeated = source.text.slice(chunk.start, before.end);
        expect(counter.part(repeated)).toBeLessThanOrEqual(chunkOverlap);
        expect(source.text.slice(0, chunk.start)).toMatch(/(?:\s|\p{P}|\p{S})$/u);
      }
    });
  });

  test("come out the same when the same text is split again", () => {
    const counter = kind === "bytes" ? openTokenCounter(byteTokenizerFolder()) : wordPieces;
    check((source, chunks, chosen) => {
      expect([...splitIntoChunks(source, counter, chosen)]).toEqual(chunks);
    });
  });
});
