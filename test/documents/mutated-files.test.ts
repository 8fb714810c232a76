import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import iconv from "iconv-lite";
import { expect, test } from "vitest";
import { isFourfoldError } from "../../core/contract/failures.ts";
import { Reading, type Splitting } from "../../core/documents/reading.ts";
import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { docxOf, presentationOf, workbookOf, zipOf } from "../support/zip.ts";

/** `FOURFOLD_LONG=1` for the long form. */
const count = process.env["FOURFOLD_LONG"] === "1" ? 2000 : 240;
const splitting: Splitting = { tokenizerFolder: "models/embedder", chunkSize: 48, chunkOverlap: 12, languages: ["en"] };

const fixture = (name: string): Buffer => readFileSync(join("test/fixtures/documents", name));
const page = `<!doctype html><title>Pumps</title><h1>Pumps</h1><p>They move <b>water</b>.</p><table><tr><td>a<td>b</table>`;
const paragraph = "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Pumps</w:t></w:r></w:p>";
const xml = `<w:tbl><w:tr><w:tc>${paragraph}</w:tc><w:tc>${paragraph}</w:tc></w:tr></w:tbl>${paragraph.repeat(3)}`;

const sheet = Array.from(
  { length: 12 },
  (_, row) =>
    `<row r="${row + 1}"><c r="A${row + 1}" t="s"><v>0</v></c><c r="B${row + 1}" s="1"><v>45413.5</v></c></row>`,
).join("");
const slide =
  "<p:sp><p:nvSpPr><p:nvPr><p:ph type='title'/></p:nvPr></p:nvSpPr><a:p><a:r><a:t>Pumps</a:t></a:r></a:p></p:sp>" +
  "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>a</a:t></a:r></a:p></a:tc><a:tc hMerge='1'/></a:tr></a:tbl>".repeat(3);

type Change = (random: () => number, bytes: Buffer) => Buffer;

const originals: [name: string, bytes: Buffer, wrap: (bytes: Buffer) => Buffer][] = [
  ["report.pdf", fixture("two-pages.pdf"), (bytes) => bytes],
  ["columns.pdf", fixture("two-columns.pdf"), (bytes) => bytes],
  // A cut or shifted PDF is refused for its end mark; with one, the broken inside is reached.
  ["ended.pdf", fixture("running-foot.pdf"), (bytes) => Buffer.concat([bytes, Buffer.from("\nstartxref\n0\n%%EOF\n")])],
  ["archive.docx", fixture("table.docx"), (bytes) => bytes],
  ["markup.docx", Buffer.from(xml), (bytes) => docxOf(bytes.toString("latin1"))],
  [
    "styles.docx",
    Buffer.from("<w:styles><w:style w:styleId='a'/></w:styles>"),
    (bytes) => zipOf({ "word/document.xml": "<w:document/>", "word/styles.xml": bytes }),
  ],
  ["slides.pptx", fixture("slides.pptx"), (bytes) => bytes],
  ["prices.xlsx", fixture("prices.xlsx"), (bytes) => bytes],
  ["book.epub", fixture("book.epub"), (bytes) => bytes],
  ["mail.eml", fixture("mail.eml"), (bytes) => bytes],
  ["analysis.ipynb", fixture("analysis.ipynb"), (bytes) => bytes],
  ["tables.pdf", fixture("tables.pdf"), (bytes) => bytes],
  // With the archive's checksums made anew, the broken inside is reached.
  ["sheet.xlsx", Buffer.from(sheet), (bytes) => workbookOf(bytes.toString("latin1"))],
  ["slide.pptx", Buffer.from(slide), (bytes) => presentationOf(bytes.toString("latin1"))],
  [
    "prices.csv",
    Buffer.from('Model;Price;"Note; long"\n'.concat('TW-20;545;"a; b"\nTW-30;690;\n'.repeat(20))),
    (bytes) => bytes,
  ],
  ["flow.py", fixture("make_fixtures.py"), (bytes) => bytes],
  ["page.html", Buffer.from(page.repeat(8)), (bytes) => bytes],
  ["notes.md", fixture("README.md"), (bytes) => bytes],
  [
    "wide.txt",
    iconv.encode("Zwölf Boxkämpfer jagen Viktor 🥊 über den großen Deich. ".repeat(20), "utf-16le", { addBOM: true }),
    (bytes) => bytes,
  ],
];

const changes: Change[] = [
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    for (let flips = 1 + random() * 20; flips > 0; flips -= 1)
      changed[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    return changed;
  },
  (random, bytes) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  (random, bytes) => {
    const [from, to] = [Math.floor(random() * bytes.length), Math.floor(random() * bytes.length)].toSorted(
      (a, b) => a - b,
    ) as [number, number];
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (random, bytes) => {
    const at = Math.floor(random() * bytes.length);
    const part = bytes.subarray(at, at + Math.floor(random() * 400));
    return Buffer.concat([
      bytes.subarray(0, at),
      ...Array.from({ length: 1 + Math.floor(random() * 30) }, () => part),
      bytes.subarray(at),
    ]);
  },
  (random, bytes) =>
    Buffer.from(bytes).fill(0, Math.floor(random() * bytes.length), Math.floor(random() * bytes.length) + 1),
  // Numbers are lengths, offsets, counts and references: the places where a small change reaches far.
  (random, bytes) =>
    Buffer.from(
      bytes
        .toString("latin1")
        .replace(/\d+/g, (digits) => (random() < 0.9 ? digits : String(Math.floor(random() * 10 ** (random() * 12))))),
      "latin1",
    ),
];

test(
  `${count} damaged files of every format are read or refused in words, and the reader outlives them all`,
  async () => {
    const random = seededRandom(20261121);
    const folder = temporaryFolder();
    const crashes: unknown[] = [];
    await using reading = new Reading({ onCrash: (crash) => crashes.push(crash) });
    const outcomes = new Map<string, string[]>();
    for (let index = 0; index < count; index += 1) {
      const [name, original, wrap] = originals[index % originals.length]!;
      const change = changes[Math.floor(random() * changes.length)]!;
      const path = join(folder, `${index}-${name}`);
      writeFileSync(path, wrap(change(random, original)));

      const outcome = await reading.read(path, splitting).then(
        (document) => {
          for (const chunk of document.chunks) {
            expect(document.text.slice(chunk.start, chunk.end).trim(), path).not.toBe("");
            expect(chunk.tokenCount, path).toBeLessThanOrEqual(splitting.chunkSize);
          }
          return "read";
        },
        (error: unknown) => {
          if (!isFourfoldError(error)) throw new Error(`${path} failed without words`, { cause: error });
          return error.failure.code;
        },
      );
      outcomes.set(outcome, [...(outcomes.get(outcome) ?? []), path]);
    }

    expect(crashes).toEqual([]);
    // No child_crashed, file_quarantined or document_too_slow among them.
    const expected = [
      "read",
      "document_damaged",
      "document_empty",
      "document_binary",
      "format_unsupported",
      "document_encrypted",
      "document_scanned",
      "document_too_large",
    ];
    expect([...outcomes].filter(([outcome]) => !expected.includes(outcome))).toEqual([]);
    expect(outcomes.get("read")?.length).toBeGreaterThan(count / 10);
    expect(outcomes.get("document_damaged")?.length).toBeGreaterThan(count / 10);
  },
  count * 1500,
);
