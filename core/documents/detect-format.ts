import { type DocumentFormat, formatOfName } from "../contract/document-formats.ts";
import { documentBinary, documentDamaged, documentEncrypted, formatUnsupported } from "./document-failures.ts";
import { detectEncoding } from "./decode-text.ts";
import { entryNames } from "./zip-archive.ts";

/** Formats whose files are text, and those that are archives of parts, with the part that makes them so. */
const textFormats: ReadonlySet<DocumentFormat | null> = new Set([
  "markdown",
  "text",
  "html",
  "csv",
  "eml",
  "notebook",
  "code",
]);
const archives: readonly [format: DocumentFormat, part: RegExp, partName: string][] = [
  ["docx", /^word\/document\d*\.xml$/, "word/document.xml"],
  ["xlsx", /^xl\/workbook\d*\.xml$/, "xl/workbook.xml"],
  ["pptx", /^ppt\/presentation\d*\.xml$/, "ppt/presentation.xml"],
  ["epub", /^META-INF\/container\.xml$/, "META-INF/container.xml"],
];

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
  if (other !== null && !textFormats.has(named)) throw formatUnsupported(path, other);
  if (named === "pdf") throw documentDamaged(path, "it does not begin like a PDF (%PDF)");
  if (archives.some(([format]) => format === named))
    throw documentDamaged(path, `it is no ${named!.toUpperCase()} archive (it does not begin like a ZIP file)`);
  if (other !== null && !/RTF|PostScript/.test(other)) throw documentBinary(path, other);
  if (other !== null) throw formatUnsupported(path, other);
  if (isBinary(bytes)) throw named === null ? formatUnsupported(path, "binary data") : documentBinary(path, null);
  // Programs hold HTML in strings and templates; only what is named like a document is taken for a page.
  const beginsLikePage = /^\s*(<!doctype html|<html[\s>])/i.test(head.replace(/^\xef\xbb\xbf/, ""));
  return beginsLikePage && named !== "code" ? "html" : (named ?? "text");
}

function formatInsideZip(path: string, bytes: Buffer, named: DocumentFormat | null): DocumentFormat {
  const names = entryNames(path, bytes);
  const has = (start: string): boolean => names.some((name) => name.startsWith(start));
  const inside = archives.find(([, part]) => names.some((name) => part.test(name)));
  if (inside !== undefined) return inside[0];
  if (has("xl/workbook.bin")) throw formatUnsupported(path, "a binary Excel workbook", "Save it as XLSX or CSV first.");
  if (has("content.xml")) throw formatUnsupported(path, "an OpenDocument file", "Save it as DOCX, XLSX or PPTX first.");
  const expected = archives.find(([format]) => format === named);
  if (expected !== undefined) throw documentDamaged(path, `its archive has no ${expected[2]}`);
  throw formatUnsupported(path, "a ZIP archive", "Unpack it and import the folder.");
}

/** OLE containers: Word 97 files, and newer ones with a password, whose archive is encrypted inside. */
function oldOfficeFile(path: string, bytes: Buffer): Error {
  if (bytes.includes(Buffer.from("EncryptedPackage", "utf16le"))) return documentEncrypted(path);
  return formatUnsupported(
    path,
    "an Office 97–2003 document or an Outlook message",
    "Open it in its own program and save it as DOCX, XLSX, PPTX, EML or PDF.",
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
