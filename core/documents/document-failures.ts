import { FourfoldError } from "../contract/failures.ts";

/** Bytes as a person reads them: "1.2 GB". Decimal units, as file managers show them. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1]}`;
}

export const fileMissing = (path: string): FourfoldError =>
  new FourfoldError({
    code: "file_missing",
    message: `There is no file at ${path}.`,
    action: "Check the name, or whether the drive it lies on is connected.",
    details: { path },
  });

export const fileUnreadable = (path: string, reason: string, cause?: unknown): FourfoldError =>
  new FourfoldError(
    {
      code: "file_unreadable",
      message: `${path} cannot be read: ${reason}.`,
      action: "Give your user account permission to read it, or choose another file.",
      details: { path, reason },
    },
    { cause },
  );

export const formatUnsupported = (path: string, format: string, action?: string): FourfoldError =>
  new FourfoldError({
    code: "format_unsupported",
    message: `${path} is ${format}, which Fourfold does not read.`,
    action: action ?? "Convert it to PDF, DOCX, HTML, Markdown or plain text first.",
    details: { path, format },
  });

export const documentEmpty = (path: string, what: string): FourfoldError =>
  new FourfoldError({
    code: "document_empty",
    message: `${path} ${what}.`,
    action: "Choose a file that holds some text.",
    details: { path },
  });

export const documentEncrypted = (path: string): FourfoldError =>
  new FourfoldError({
    code: "document_encrypted",
    message: `${path} is protected by a password.`,
    action: "Open it in its own program, save a copy without a password, and import that.",
    details: { path },
  });

export const documentDamaged = (path: string, reason: string, cause?: unknown): FourfoldError =>
  new FourfoldError(
    {
      code: "document_damaged",
      message: `${path} is damaged: ${reason}.`,
      action: "Get a sound copy, or open it in its own program and save it again.",
      details: { path, reason },
    },
    { cause },
  );

export const documentBinary = (path: string, looksLike: string | null): FourfoldError =>
  new FourfoldError({
    code: "document_binary",
    message: `${path} is named like a text, but holds ${looksLike ?? "binary data"}.`,
    action: "Choose the text itself; if the name is wrong, give the file its proper extension.",
    details: { path },
  });

export const documentTooLarge = (path: string, what: string, bytes: number, limitBytes: number): FourfoldError =>
  new FourfoldError({
    code: "document_too_large",
    message: `${path} ${what} ${sizeInWords(bytes)}; the limit is ${sizeInWords(limitBytes)}.`,
    action: "Split it into smaller files and import those.",
    details: { path, bytes, limitBytes },
  });

export const documentTooSlow = (path: string, seconds: number): FourfoldError =>
  new FourfoldError({
    code: "document_too_slow",
    message: `${path} was not read within ${seconds} s, so reading it was given up.`,
    action: "Split it into smaller files, or save it in a simpler format such as plain text.",
    details: { path, seconds },
  });

export const documentChanged = (path: string): FourfoldError =>
  new FourfoldError({
    code: "document_changed",
    message: `${path} was changed by another program while it was read.`,
    action: "Import it again when it is no longer being written.",
    details: { path },
  });

export const documentScanned = (path: string, pages: number): FourfoldError =>
  new FourfoldError({
    code: "document_scanned",
    message: `${path} has ${pages} ${pages === 1 ? "page, a picture" : "pages, all pictures"} without text behind ${pages === 1 ? "it" : "them"}.`,
    action: "Run text recognition (OCR) on it, for example with OCRmyPDF, and import the result.",
    details: { path, pages },
  });
