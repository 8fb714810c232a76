import { extname } from "node:path";
import type { Document } from "../contract/documents.ts";
import { documentBinary, documentDamaged, documentEncrypted, formatUnsupported } from "./document-failures.ts";
import { detectEncoding } from "./decode-text.ts";
import { entryNames } from "./zip-archive.ts";

export type DocumentFormat = Document["format"];

/** Extensions a folder is searched for. A file named explicitly is judged by its content. */
const formatByExtension: Readonly<Record<string, DocumentFormat>> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".mdown": "markdown",
  ".mkd": "markdown",
  ".txt": "text",
  ".text": "text",
  ".html": "html",
  ".htm": "html",
  ".xhtml": "html",
  ".pdf": "pdf",
  ".docx": "docx",
};

export const formatOfName = (path: string): DocumentFormat | null =>
  formatByExtension[extname(path).toLowerCase()] ?? null;

/** Beginnings of files that are neither documents nor texts. Latin-1 strings, one character per byte. */
const signatures: readonly [beginning: string, name: string][] = [
  ["\x89PNG\r\n", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF8", "a GIF image"],
  ["RIFF", "a RIFF media file (WebP, WAV or AVI)"],
  ["II*\0", "a TIFF image"],
  ["MM\0*", "a TIFF image"],
  ["\x7fELF", "a program (ELF)"],
  ["MZ\x90", "a Windows program"],
  ["\x1f\x8b", "a gzip archive"],
  ["BZh9", "a bzip2 archive"],
  ["\xfd7zXZ\0", "an xz archive"],
  ["7z\xbc\xaf", "a 7-Zip archive"],
  ["Rar!", "a RAR archive"],
  ["SQLite format 3\0", "a SQLite database"],
  ["GGUF", "a model in GGUF format"],
  ["ID3", "an MP3 recording"],
  ["OggS", "an Ogg recording"],
  ["{\\rtf", "a rich text document (RTF)"],
  ["%!PS", "a PostScript document"],
];

/** Controls no text has. More of them than this is data; a stray one is cleaned. Random bytes have about 10 %. */
const BINARY_SHARE = 0.02;
const BINARY_COUNT = 4;

/**
 * What a file is, by its content first and its extension second.
 *
 * @throws format_unsupported   another format, named
 * @throws document_binary      named as a text, but data
 * @throws document_damaged     named as a PDF or DOCX, but none inside
 * @throws document_encrypted   an Office document with a password
 */
export function detectFormat(path: string, bytes: Buffer): DocumentFormat {
  const named = formatOfName(path);
  const head = bytes.subarray(0, 4096).toString("latin1");
  // Some programs write a line of their own before the PDF header; readers accept it within the first kilobyte.
  if (head.slice(0, 1024).includes("%PDF-")) return "pdf";
  if (head.startsWith("PK\x03\x04") || head.startsWith("PK\x05\x06")) return formatInsideZip(path, bytes, named);
  if (head.startsWith("\xd0\xcf\x11\xe0")) throw oldOfficeFile(path, bytes);
  const other = signatures.find(([beginning]) => head.startsWith(beginning))?.[1] ?? null;
  if (other !== null && named !== "markdown" && named !== "text" && named !== "html")
    throw formatUnsupported(path, other);
  if (named === "pdf") throw documentDamaged(path, "it does not begin like a PDF (%PDF)");
  if (named === "docx") throw documentDamaged(path, "it is no DOCX archive (it does not begin like a ZIP file)");
  if (other !== null && !/RTF|PostScript/.test(other)) throw documentBinary(path, other);
  if (other !== null) throw formatUnsupported(path, other);
  if (isBinary(bytes)) throw named === null ? formatUnsupported(path, "binary data") : documentBinary(path, null);
  if (/^\s*(<!doctype html|<html[\s>])/i.test(head.replace(/^\xef\xbb\xbf/, ""))) return "html";
  return named ?? "text";
}

function formatInsideZip(path: string, bytes: Buffer, named: DocumentFormat | null): DocumentFormat {
  const names = entryNames(path, bytes);
  const has = (start: string): boolean => names.some((name) => name.startsWith(start));
  if (names.includes("word/document.xml")) return "docx";
  if (has("xl/")) throw formatUnsupported(path, "an Excel workbook", "Save the sheet you need as PDF or text first.");
  if (has("ppt/")) throw formatUnsupported(path, "a PowerPoint presentation", "Save it as PDF first.");
  if (has("META-INF/container.xml")) throw formatUnsupported(path, "an EPUB book");
  if (has("content.xml")) throw formatUnsupported(path, "an OpenDocument file", "Save it as DOCX or PDF first.");
  if (named === "docx") throw documentDamaged(path, "its archive has no word/document.xml");
  throw formatUnsupported(path, "a ZIP archive", "Unpack it and import the folder.");
}

/** OLE containers: Word 97 files, and newer ones with a password, whose archive is encrypted inside. */
function oldOfficeFile(path: string, bytes: Buffer): Error {
  if (bytes.includes(Buffer.from("EncryptedPackage", "utf16le"))) return documentEncrypted(path);
  return formatUnsupported(
    path,
    "an Office 97–2003 document",
    "Open it in its own program and save it as DOCX or PDF.",
  );
}

function isBinary(bytes: Buffer): boolean {
  if (/^utf-(16|32)/.test(detectEncoding(bytes.subarray(0, 1 << 16)))) return false;
  const size = 1 << 15;
  // A text header may stand before data, so three places are looked at.
  return [0, Math.floor(bytes.length / 2), Math.max(0, bytes.length - size)].some((start) => {
    const sample = bytes.subarray(start, start + size);
    const controls = sample.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0);
    return controls >= BINARY_COUNT && controls > sample.length * BINARY_SHARE;
  });
}

/** Tab, line ends, form feed and the escape of terminal colours and ISO-2022-JP occur in texts. */
const isControl = (byte: number): boolean => (byte < 32 && (byte < 8 || byte > 13) && byte !== 27) || byte === 127;
