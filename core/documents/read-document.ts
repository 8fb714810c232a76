import type { DocumentFormat } from "../contract/document-formats.ts";
import { documentEmpty, documentTooLarge } from "./document-failures.ts";
import { cleanText } from "./clean-text.ts";
import { openTokenCounter, type TokenCounter } from "./count-tokens.ts";
import { decodeText, detectEncoding } from "./decode-text.ts";
import { detectFormat } from "./detect-format.ts";
import { detectLanguage, languageWarning, scriptWarning } from "./detect-language.ts";
import { assertUnchanged, openDocument } from "./open-document.ts";
import { readCode } from "./read-code.ts";
import { readCsv } from "./read-csv.ts";
import { readDocx } from "./read-docx.ts";
import { readEml } from "./read-eml.ts";
import { readEpub } from "./read-epub.ts";
import { declaredEncoding, readHtml } from "./read-html.ts";
import type { ReadLimits } from "./read-limits.ts";
import { readMarkdown } from "./read-markdown.ts";
import { readNotebook } from "./read-notebook.ts";
import { readPdf } from "./read-pdf.ts";
import { readPlainText } from "./read-plain-text.ts";
import { readPptx } from "./read-pptx.ts";
import type { ReadText } from "./read-text.ts";
import type { ReadDocument, Splitting } from "./reading.ts";
import { readXlsx } from "./read-xlsx.ts";
import { pageAt, rectanglesOf } from "./page-positions.ts";
import { splitIntoChunks } from "./split.ts";

/**
 * One file to text and chunks: open, recognise, decode, read, split, and look whether it is still the same file.
 *
 * @throws every failure of documents in core/contract/failures.ts but document_too_slow, which only the parent can tell
 */
export async function readDocument(
  path: string,
  splitting: Splitting,
  limits: ReadLimits,
  signal: AbortSignal,
): Promise<ReadDocument> {
  const file = await openDocument(path, limits.fileBytes);
  const format = detectFormat(path, file.bytes);
  checkTextSize(path, format, file.bytes.length, limits);
  const { encoding, ...read } = await readFormat(path, format, file.bytes, limits, signal);
  if (!/\S/.test(read.text)) throw documentEmpty(path, "holds no text, only white space");

  const language = detectLanguage(read.text);
  const warning = languageWarning(language, splitting.languages) ?? scriptWarning(read.text, splitting.languages);
  const chunks = [...splitIntoChunks(read, tokenCounterFor(splitting.tokenizerFolder), splitting)].map((chunk) => ({
    ...chunk,
    page: pageAt(read.pages, chunk.start),
    rectangles: rectanglesOf(read, chunk),
  }));
  await assertUnchanged(file);
  return {
    sha256: file.sha256,
    sizeBytes: file.bytes.length,
    format,
    encoding,
    language,
    warnings: warning === null ? read.warnings : [...read.warnings, warning],
    text: read.text,
    pages: read.pages,
    headings: read.headings,
    chunks,
  };
}

/** Of formats that are packed the size says little about the text; of the others it is the text. */
function checkTextSize(path: string, format: DocumentFormat, bytes: number, limits: ReadLimits): void {
  const texts: Partial<Record<DocumentFormat, [name: string, limit: number]>> = {
    markdown: ["a Markdown file", limits.markdownBytes],
    text: ["a text", limits.textBytes],
    html: ["an HTML page", limits.textBytes],
    csv: ["a table", limits.textBytes],
    code: ["a program", limits.textBytes],
    notebook: ["a notebook", limits.textBytes],
  };
  const [name, limit] = texts[format] ?? ["", Infinity];
  if (bytes > limit) throw documentTooLarge(path, `is ${name} of`, bytes, limit);
}

async function readFormat(
  path: string,
  format: DocumentFormat,
  bytes: Buffer,
  limits: ReadLimits,
  signal: AbortSignal,
): Promise<ReadText & { encoding: string | null }> {
  switch (format) {
    case "pdf":
      return { ...(await readPdf(path, bytes, signal)), encoding: null };
    case "docx":
      return { ...(await readDocx(path, bytes, limits)), encoding: null };
    case "pptx":
      return { ...readPptx(path, bytes, limits), encoding: null };
    case "xlsx":
      return { ...readXlsx(path, bytes, limits), encoding: null };
    case "epub":
      return { ...readEpub(path, bytes, limits), encoding: null };
    case "eml":
      return { ...(await readEml(path, bytes)), encoding: null };
    case "markdown":
    case "text":
    case "html":
    case "csv":
    case "code":
    case "notebook": {
      const decoded = decodeText(bytes, detectEncoding(bytes, format === "html" ? declaredEncoding(bytes) : null));
      const read = readSource(path, format, decoded.text, limits);
      return { ...read, warnings: [...decoded.warnings, ...read.warnings], encoding: decoded.encoding };
    }
  }
}

type SourceFormat = "markdown" | "text" | "html" | "csv" | "code" | "notebook";

function readSource(path: string, format: SourceFormat, source: string, limits: ReadLimits): ReadText {
  switch (format) {
    case "markdown":
      return readMarkdown(cleanText(source));
    case "text":
      return readPlainText(cleanText(source));
    case "html":
      return readHtml(source);
    case "csv":
      return readCsv(path, source, limits);
    case "code":
      return readCode(cleanText(source));
    case "notebook":
      return readNotebook(path, source);
  }
}

/** The last counter opened: a folder's import uses one, and its vocabulary takes a moment to load. */
let opened: { folder: string; counter: TokenCounter } | null = null;

function tokenCounterFor(folder: string): TokenCounter {
  if (opened?.folder !== folder) opened = { folder, counter: openTokenCounter(folder) };
  return opened.counter;
}
