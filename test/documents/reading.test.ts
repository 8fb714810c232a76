import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { FailureCode } from "../../core/contract/failures.ts";
import { assertUnchanged, openDocument } from "../../core/documents/open-document.ts";
import { type ReadDocument, Reading, type Splitting } from "../../core/documents/reading.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { docxOf, zipOf } from "../support/zip.ts";

const splitting: Splitting = { tokenizerFolder: "models/embedder", chunkSize: 64, chunkOverlap: 12, languages: ["en"] };
const fixture = (name: string): string => join("test/fixtures/documents", name);

const reading = new Reading();
afterAll(() => reading[Symbol.asyncDispose]());

function fileWith(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

const read = (name: string, content: string | Buffer): Promise<ReadDocument> =>
  reading.read(fileWith(name, content), splitting);

const failing = (code: FailureCode, message: RegExp | string = "") => ({
  failure: expect.objectContaining({
    code,
    message: message === "" ? expect.any(String) : expect.stringMatching(message),
  }),
});

describe("reading a file in the reader child", () => {
  test("gives text, chunks and all there is to know of a Markdown file", async () => {
    const source = "# Pumps\n\nThe pump weighs 11 kg. It is blue.\n";

    expect(await read("pumps.md", source)).toEqual({
      sha256: createHash("sha256").update(source).digest("hex"),
      sizeBytes: 44,
      format: "markdown",
      encoding: "utf-8",
      language: null,
      warnings: [],
      text: source,
      pages: [],
      headings: [{ level: 1, title: "Pumps", start: 0, end: 7 }],
      chunks: [{ start: 9, end: 43, page: null, headingPath: ["Pumps"], context: "", tokenCount: 12, rectangles: [] }],
    });
  });

  test("gives a PDF's chunks their page and one rectangle per line", async () => {
    const { text, chunks } = await reading.read(fixture("two-pages.pdf"), splitting);

    expect(
      chunks.map((chunk) => [
        chunk.page,
        chunk.headingPath,
        text.slice(chunk.start, chunk.end),
        chunk.rectangles.length,
      ]),
    ).toEqual([
      [1, ["Water Pumps"], expect.stringMatching(/^The first pump .* after a gap\.$/s), 3],
      [1, ["Water Pumps", "Prices"], "Model | Price | Stock\n-|-|-\nTW-20 | 545 | 12\nTW-30 | 690 | 7", 3],
      [2, ["Water Pumps", "Warranty"], "Every pump has a warranty of 36 months.", 1],
    ]);
  });

  test("brings the chunks of a long document in many messages and in order", async () => {
    const { chunks } = await read("long.txt", "A sentence of seven words stands here. ".repeat(20_000));

    expect(chunks.length).toBeGreaterThan(2000);
    expect(chunks.map((chunk) => chunk.start)).toEqual(chunks.map((chunk) => chunk.start).toSorted((a, b) => a - b));
  });

  test.each([
    ["a PDF named as a text", "report.txt", readFileSync(fixture("two-pages.pdf")), "pdf"],
    ["a DOCX named as Markdown", "report.md", readFileSync(fixture("table.docx")), "docx"],
    ["an HTML page named as a text", "page.txt", "<!DOCTYPE html><html><p>Text.</p></html>", "html"],
    ["a text without an extension", "README", "Only text.", "text"],
    ["a workbook named as DOCX", "book.docx", readFileSync(fixture("prices.xlsx")), "xlsx"],
    ["a presentation", "slides.pptx", readFileSync(fixture("slides.pptx")), "pptx"],
    ["a table of values", "prices.tsv", "Model\tPrice\nTW-20\t545", "csv"],
    ["a book", "book.epub", readFileSync(fixture("book.epub")), "epub"],
    ["a mail", "mail.eml", readFileSync(fixture("mail.eml")), "eml"],
    ["a notebook", "analysis.ipynb", readFileSync(fixture("analysis.ipynb")), "notebook"],
    ["a program that holds a page", "page.vue", "<html><p>{{ text }}</p></html>", "code"],
  ])("reads %s as what it is", async (_title, name, content, format) => {
    expect((await read(name, content)).format).toBe(format);
  });

  test("names the language, and warns when the embedder does not know it", async () => {
    const german =
      "Die Pumpe steht im Keller des alten Hauses am Fluss und läuft seit vielen Jahren ohne jede Störung. Sie wurde von zwei Schwestern gebaut, die ihre Werkstatt in der Nähe des Hafens hatten. Jeden Abend prüfen sie den Wasserstand.";

    expect(await read("pumpe.txt", german)).toMatchObject({
      language: "de",
      warnings: [
        {
          code: "language_unknown_to_embedder",
          message: expect.stringContaining("is in German, but the embedder of this collection knows only English"),
        },
      ],
    });
    expect(
      (await reading.read(fileWith("pumpe.txt", german), { ...splitting, languages: ["en", "de"] })).warnings,
    ).toEqual([]);
  });
});

const pdf = readFileSync(fixture("two-pages.pdf"));
const emptyPdf =
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
  "trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF\n";
const noise = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * index * 31 + index * 7) % 256));

describe("a file that cannot be read fails in words:", () => {
  test.each<[title: string, name: string, content: string | Buffer, code: FailureCode, message: RegExp]>([
    ["an empty file", "empty.md", "", "document_empty", /is empty \(0 bytes\)/],
    ["only white space", "white.txt", " \n\t\r\n ", "document_empty", /only white space/],
    ["a page of nothing but a script", "app.html", "<script>run()</script>", "document_empty", /holds no text/],
    ["random bytes named as a text", "noise.txt", noise, "document_binary", /binary data/],
    [
      "a picture named as Markdown",
      "photo.md",
      Buffer.from("\x89PNG\r\n\x1a\n....", "latin1"),
      "document_binary",
      /a PNG image/,
    ],
    ["a picture", "photo.png", Buffer.from("\x89PNG\r\n\x1a\n....", "latin1"), "format_unsupported", /is a PNG image/],
    [
      "a program without an extension",
      "tool",
      Buffer.from("\x7fELF\x02\x01\x01", "latin1"),
      "format_unsupported",
      /a program/,
    ],
    ["data of no known format", "data.bin", noise, "format_unsupported", /binary data/],
    ["rich text", "letter.rtf", "{\\rtf1 Hello}", "format_unsupported", /rich text/],
    ["a workbook without sheets", "book.xlsx", zipOf({ "xl/workbook.xml": "<x/>" }), "document_damaged", /no sheets/],
    ["a binary workbook", "book.xlsb", zipOf({ "xl/workbook.bin": "x" }), "format_unsupported", /binary Excel/],
    ["an archive named as a book", "a.epub", zipOf({ "a.txt": "a" }), "document_damaged", /no META-INF.container\.xml/],
    ["a book without its pages", "a.epub", zipOf({ "META-INF/container.xml": "<x/>" }), "document_damaged", /package/],
    ["a text named as a workbook", "book.xlsx", "Model,Price", "document_damaged", /no XLSX archive/],
    ["a text named as a mail", "note.eml", "Only text.", "document_damaged", /none of a mail's headers/],
    ["a text named as a notebook", "a.ipynb", "Only text.", "document_damaged", /no JSON/],
    ["data named as code", "run.ts", noise, "document_binary", /binary data/],
    ["a ZIP archive", "all.zip", zipOf({ "a.txt": "a" }), "format_unsupported", /ZIP/],
    [
      "an old Word file",
      "old.doc",
      Buffer.from("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "latin1"),
      "format_unsupported",
      /97–2003/,
    ],
    ["a text named as PDF", "page.pdf", "<html>Please log in</html>", "document_damaged", /begin like a PDF/],
    ["a text named as DOCX", "page.docx", "<html>Please log in</html>", "document_damaged", /no DOCX archive/],
    ["half a PDF", "half.pdf", pdf.subarray(0, pdf.length / 2), "document_damaged", /%%EOF.* missing/],
    ["a PDF of nothing but its frame", "frame.pdf", "%PDF-1.4\n%%EOF", "document_damaged", /is damaged/],
    ["a PDF without pages", "none.pdf", emptyPdf, "document_damaged", /no pages|is damaged/],
    ["half a DOCX", "half.docx", docxOf("").subarray(0, 300), "document_damaged", /directory at the end/],
    [
      "a DOCX without its document",
      "odd.docx",
      zipOf({ "readme.txt": "?" }),
      "document_damaged",
      /no word\/document\.xml/,
    ],
    ["a DOCX of broken XML", "xml.docx", docxOf("<w:p><w:r></w:p>"), "document_damaged", /cannot be understood/],
    ["a DOCX without text", "blank.docx", docxOf("<w:p/>"), "document_empty", /holds no text/],
  ])("%s", async (_title, name, content, code, message) => {
    await expect(read(name, content)).rejects.toMatchObject(failing(code, message));
  });

  test.each<[name: string, code: FailureCode, message: RegExp]>([
    ["encrypted.pdf", "document_encrypted", /password/],
    ["encrypted.docx", "document_encrypted", /password/],
    ["scanned.pdf", "document_scanned", /has 2 pages, all pictures/],
    ["blank.pdf", "document_empty", /1 empty page/],
    ["missing.pdf", "file_missing", /no file at/],
    [".", "file_unreadable", /it is a folder/],
  ])("%s", async (name, code, message) => {
    await expect(reading.read(fixture(name), splitting)).rejects.toMatchObject(failing(code, message));
  });

  test.skipIf(process.platform === "win32")("a pipe, at once and without waiting for a writer", async () => {
    const pipe = join(temporaryFolder(), "pipe.md");
    execFileSync("mkfifo", [pipe]);

    await expect(reading.read(pipe, splitting)).rejects.toMatchObject(failing("file_unreadable", /it is a pipe/));
    await expect(reading.read("/dev/zero", splitting)).rejects.toMatchObject(
      failing("file_unreadable", /it is a device/),
    );
  });

  test.skipIf(process.getuid === undefined || process.getuid() === 0)("a file one may not read", async () => {
    const path = fileWith("private.md", "Secret.");
    chmodSync(path, 0);

    await expect(reading.read(path, splitting)).rejects.toMatchObject(failing("file_unreadable", /permission denied/));
  });

  test("a file that is changed while it is read", async () => {
    const path = fileWith("growing.md", "One line.\n");
    const opened = await openDocument(path, 1000);
    await assertUnchanged(opened);
    appendFileSync(path, "Another.\n");

    await expect(assertUnchanged(opened)).rejects.toMatchObject(failing("document_changed"));
  });

  test("a file whose path goes through a file", async () => {
    const path = join(fileWith("a.md", "x"), "b.md");

    await expect(reading.read(path, splitting)).rejects.toMatchObject(failing("file_missing"));
  });
});

/** Words to count for a minute or so: no machine is through with them within some seconds. */
const slowText = "A sentence of seven words stands here. ".repeat(2_500_000);

describe("a file that would take too much", () => {
  test("of 1 GB fails at once", async () => {
    const path = fileWith("huge.txt", "");
    truncateSync(path, 1_000_000_000); // sparse: it takes no room on disk
    const started = performance.now();

    await expect(reading.read(path, splitting)).rejects.toMatchObject(
      failing("document_too_large", /is 1\.0 GB; the limit is 200 MB/),
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("for its format is told at once, not when the time is over", async () => {
    const source = "A line of text.\n".repeat(1_600_000);

    await expect(read("long.md", source)).rejects.toMatchObject(
      failing("document_too_large", /is a Markdown file of 26 MB; the limit is 25 MB/),
    );
  });

  test("that says it unpacks to a bomb is not unpacked", async () => {
    const parts = { "word/document.xml": "<x/>", "word/media/image1.png": Buffer.alloc(301_000_000) };

    await expect(read("bomb.docx", zipOf(parts))).rejects.toMatchObject(
      failing("document_too_large", /unpacks to 301 MB; the limit is 300 MB/),
    );
  });

  test("that lies about what it unpacks to is stopped while it unpacks", async () => {
    const bomb = zipOf({ "word/document.xml": Buffer.alloc(80_000_000, " ") }, 1000);

    await expect(read("liar.docx", bomb)).rejects.toMatchObject(failing("document_too_large", /more than 40 MB/));
  });

  test("of time is given up, and the next file is read all the same", async () => {
    await using impatient = new Reading({ limits: { timeMs: 10_000 } });

    await expect(impatient.read(fileWith("slow.txt", slowText), splitting)).rejects.toMatchObject(
      failing("document_too_slow", /within 10 s/),
    );
    expect((await impatient.read(fixture("two-pages.pdf"), splitting)).chunks).toHaveLength(3);
  });

  test("of memory is given up, and the next file is read all the same", async () => {
    const crashes: string[] = [];
    await using small = new Reading({ limits: { heapMegabytes: 64 }, onCrash: ({ exit }) => crashes.push(exit) });
    const wide = fileWith("wide.md", "- a\n".repeat(400_000));

    await expect(small.read(wide, splitting)).rejects.toMatchObject(failing("document_too_large", /memory/));
    expect(crashes).toHaveLength(1);
    expect((await small.read(fixture("two-pages.pdf"), splitting)).chunks).toHaveLength(3);
  });

  test("is stopped within a second when the user stops it", async () => {
    await using own = new Reading();
    const stop = new AbortController();
    const read = own.read(fileWith("slow.txt", slowText), splitting, { signal: stop.signal });
    setTimeout(() => stop.abort(), 500);
    const started = performance.now();

    await expect(read).rejects.toMatchObject(failing("stopped"));
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test("stays bounded: a hundred thousand headings, a line of 10 MB, a table of 20,000 rows", async () => {
    const sections = await read("headings.html", "<h2>Title</h2>".repeat(100_000));
    expect(sections.headings).toHaveLength(100_000);

    const line = await read("line.txt", "word ".repeat(2_000_000));
    expect(line.chunks.at(-1)!.end).toBe(9_999_999);

    const table = await read("table.md", `| a | b |\n| - | - |\n${"| 1 | 2 |\n".repeat(20_000)}`);
    expect(table.chunks.at(-1)!.end).toBe(table.text.trimEnd().length);
  }, 240_000);
});
