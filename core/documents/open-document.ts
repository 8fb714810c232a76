import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { documentChanged, documentEmpty, documentTooLarge, fileMissing, fileUnreadable } from "./document-failures.ts";

/** A file's whole content, as it was at one moment. */
export interface OpenedDocument {
  path: string;
  bytes: Buffer;
  sha256: string;
  stamp: { size: number; mtimeMs: number; ino: number };
}

/**
 * Read a file whole. Size and kind are checked before a byte is read, so a 1 GB file fails at once and a pipe never hangs.
 *
 * @throws file_missing, file_unreadable, document_empty, document_too_large, document_changed
 */
export async function openDocument(path: string, limitBytes: number): Promise<OpenedDocument> {
  const before = await inWords(path, () => stat(path));
  checkKind(path, before);
  if (before.size > limitBytes) throw documentTooLarge(path, "is", before.size, limitBytes);
  if (before.size === 0) throw documentEmpty(path, "is empty (0 bytes)");

  // Between stat and open a pipe may take the file's place; without O_NONBLOCK opening it would wait for a writer.
  const handle = await inWords(path, () => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const opened = await handle.stat();
    checkKind(path, opened);
    const bytes = await inWords(path, () => readExactly(handle, opened.size));
    const after = await handle.stat();
    if (bytes === null || after.size !== opened.size || after.mtimeMs !== opened.mtimeMs) throw documentChanged(path);
    const stamp = { size: opened.size, mtimeMs: opened.mtimeMs, ino: opened.ino };
    return { path, bytes, sha256: sha256Of(bytes), stamp };
  } finally {
    await handle.close();
  }
}

/** Throws `document_changed` unless the file on disk is still the one that was read. */
export async function assertUnchanged(document: OpenedDocument): Promise<void> {
  const { path, stamp, sha256 } = document;
  const now = await stat(path).catch(() => null);
  if (now === null || now.size !== stamp.size || now.mtimeMs !== stamp.mtimeMs) throw documentChanged(path);
  // Two writes within one tick of the file system's clock leave size and time alike; the content does not lie.
  const bytes = await openDocument(path, stamp.size).catch(() => null);
  if (bytes === null || bytes.sha256 !== sha256) throw documentChanged(path);
}

function checkKind(path: string, file: Stats): void {
  if (file.isFile()) return;
  const kind = file.isDirectory() ? "a folder" : file.isFIFO() ? "a pipe" : file.isSocket() ? "a socket" : "a device";
  throw fileUnreadable(path, `it is ${kind}, not a file`);
}

/** Null when the file is not as long as it said. */
async function readExactly(handle: FileHandle, size: number): Promise<Buffer | null> {
  const bytes = Buffer.allocUnsafe(size);
  for (let read = 0; read < size;) {
    const { bytesRead } = await handle.read(bytes, read, Math.min(size - read, 1 << 24), read);
    if (bytesRead === 0) return null;
    read += bytesRead;
  }
  return bytes;
}

async function inWords<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "ENOENT" || code === "ENOTDIR") throw fileMissing(path);
    const reasons: Record<string, string> = {
      EACCES: "permission denied",
      EPERM: "permission denied",
      EISDIR: "it is a folder, not a file",
      ELOOP: "its symbolic links lead in a circle",
      EMFILE: "too many files are open",
      ENAMETOOLONG: "its name is too long",
    };
    throw fileUnreadable(path, reasons[code] ?? `the system says ${code}`, error);
  }
}

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
