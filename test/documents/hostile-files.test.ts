import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { expect, test } from "vitest";
import { isFourfoldError } from "../../core/contract/failures.ts";
import { Reading, type Splitting } from "../../core/documents/reading.ts";
import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { docxOf, presentationOf, workbookOf, zipOf } from "../support/zip.ts";

const isLong = process.env["FOURFOLD_LONG"] === "1";
const splitting: Splitting = { tokenizerFolder: "models/embedder", chunkSize: 64, chunkOverlap: 0, languages: ["en"] };
const folder = "test/fixtures/documents";
/** Heap of the reader and its buffers, and what Node itself takes. */
const MOST_RESIDENT_MIB = 1024 + 700;

/** The most memory a process has held, MiB; null where the system does not tell. */
function peakMemory(pid: number | null): number | null {
  if (process.platform !== "linux" || pid === null) return null;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(peak) / 1024;
}

function nested(depth: number): Buffer {
  let archive = zipOf({ "a.txt": "text" });
  for (let level = 0; level < depth; level += 1)
    archive = zipOf({ "word/document.xml": archive, "inner.docx": archive });
  return archive;
}

const megabytes = (count: number): number => count * (isLong ? 1_000_000 : 30_000);
const random = seededRandom(20261125);
const hebrew = "המשאבה מעבירה עשרה ליטר מים בדקה. \u202e\u2066הפוך\u2069 ";
const controls = Buffer.from(
  Array.from({ length: 20_000 }, () => (random() < 0.01 ? 0 : 97 + Math.floor(random() * 26))),
);

/** What a hostile or unlucky person puts into a folder; sizes are thirty times as large in the long form. */
const hostile: Record<string, string | Buffer> = {
  "columns.csv": `${"a,".repeat(megabytes(1))}\n${"1,".repeat(megabytes(1))}`,
  "names.csv": `${Array.from({ length: megabytes(0.2) }, (_, column) => `name ${column}`).join(",")}\n${"x,".repeat(megabytes(0.2))}`,
  "quotes.csv": '"'.repeat(megabytes(1)),
  "line.txt": "word ".repeat(megabytes(10)),
  "line.md": "word ".repeat(megabytes(5)),
  "line.html": `<p>${"word ".repeat(megabytes(10))}`,
  "line.py": `x = [${"1, ".repeat(megabytes(5))}]`,
  "line.eml": `Subject: ${"a ".repeat(megabytes(1))}\r\n\r\nText.`,
  "brackets.py": `${"(".repeat(190)}{\n`.repeat(megabytes(0.005)),
  "indents.py": Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}def f(): x`).join("\n"),
  "spaceless.txt": "x".repeat(megabytes(5)),
  "base64.txt": Buffer.alloc(megabytes(3), "QUJD").toString("latin1"),
  "hebrew.txt": hebrew.repeat(2000),
  "nul.txt": controls,
  "nul.csv": controls,
  "nul.ipynb": controls,
  "surrogates.md": Buffer.from("\ud83d\ude00 \ud83d x\u0301".repeat(5000), "utf16le"),
  "nested.docx": nested(12),
  "nested.xlsx": zipOf({ "xl/workbook.xml": nested(3) }),
  "entities.docx": docxOf('<!DOCTYPE x [<!ENTITY a "haha">]><w:p><w:r><w:t>&a;&a;</w:t></w:r></w:p>'),
  "deep.docx": docxOf("<w:sdt><w:sdtContent>".repeat(megabytes(0.02))),
  "deep.html": "<div>".repeat(megabytes(2)),
  "deep.xlsx": workbookOf("<row>".repeat(megabytes(1))),
  "deep.pptx": presentationOf("<p:grpSp>".repeat(megabytes(1))),
  "deep.ipynb": `{"cells": ${"[".repeat(megabytes(1))}`,
  "rows.xlsx": workbookOf('<row><c t="str"><v>some text</v></c><c><v>1</v></c></row>'.repeat(megabytes(0.3))),
  "spans.html": `<table>${"<tr>".concat("<td rowspan=50 colspan=50>a</td>".repeat(40)).repeat(megabytes(0.001))}</table>`,
  "tables.html": "<table><tr><td>".repeat(megabytes(0.05)),
  "marks.md": "[".repeat(megabytes(1)),
  "quotes.md": "> ".repeat(megabytes(0.02)),
  "lists.md": `${"- ".repeat(2000)}\n`.repeat(3),
  "tables.md": `|${" a |".repeat(2000)}\n|${"-|".repeat(2000)}\n${`|${" b |".repeat(2000)}\n`.repeat(20)}`,
  "attached.eml": `Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n".repeat(megabytes(0.02))}`,
};

const answers = ["read", "document_damaged", "document_empty", "document_binary", "format_unsupported"];
const refusals = [...answers, "document_encrypted", "document_scanned", "document_too_large"];

async function outcomeOf(reading: Reading, path: string): Promise<string> {
  try {
    const document = await reading.read(path, splitting);
    for (const chunk of document.chunks) {
      const text = document.text.slice(chunk.start, chunk.end);
      if (!text.isWellFormed() || chunk.tokenCount > splitting.chunkSize) return "read into bad chunks";
    }
    return "read";
  } catch (error) {
    return isFourfoldError(error) ? error.failure.code : `a failure without words: ${String(error)}`;
  }
}

test(
  "files made to hurt are read or refused in words, within time and memory, and the reader outlives them all",
  async () => {
    const crashes: unknown[] = [];
    await using reading = new Reading({ onCrash: (crash) => crashes.push(crash) });
    const place = temporaryFolder();
    const unexpected: [string, string][] = [];
    let mostMemory = 0;
    for (const [name, content] of Object.entries(hostile)) {
      const path = join(place, name);
      writeFileSync(path, content);
      const outcome = await outcomeOf(reading, path);
      if (!refusals.includes(outcome)) unexpected.push([name, outcome]);
      mostMemory = Math.max(mostMemory, peakMemory(reading.status.pid) ?? 0);
    }

    expect(unexpected).toEqual([]);
    expect(crashes).toEqual([]);
    expect(mostMemory).toBeLessThan(MOST_RESIDENT_MIB);
  },
  isLong ? 3_600_000 : 600_000,
);

test("every file under every other format's name is read as what it is, or refused in words", async () => {
  await using reading = new Reading();
  const place = temporaryFolder();
  const fixtures = [
    "two-pages.pdf",
    "table.docx",
    "slides.pptx",
    "prices.xlsx",
    "book.epub",
    "mail.eml",
    "analysis.ipynb",
  ];
  const names = readdirSync(folder).filter((name) => fixtures.includes(name));
  const extensions = [...names.map((name) => extname(name)), ".md", ".txt", ".html", ".csv", ".py"];
  const wrong: string[] = [];
  for (const [index, name] of names.entries()) {
    for (const [position, extension] of extensions.entries()) {
      // A third of the pairs in the short form; each file and each name is still met several times.
      if (!isLong && (index + position) % 3 !== 0) continue;
      const path = join(place, `${name}${extension}`);
      writeFileSync(path, readFileSync(join(folder, name)));
      const outcome = await outcomeOf(reading, path);
      if (!refusals.includes(outcome)) wrong.push(`${name} as ${extension}: ${outcome}`);
    }
  }

  expect(wrong).toEqual([]);
}, 400_000);
