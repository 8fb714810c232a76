import { crc32, inflateRawSync } from "node:zlib";
import { documentDamaged, documentEncrypted, documentTooLarge } from "./document-failures.ts";

interface ZipEntry {
  name: string;
  isEncrypted: boolean;
  method: number;
  /** CRC-32 of the content. */
  checksum: number;
  compressedSize: number;
  /** As the directory claims; only inflating shows the truth. */
  size: number;
  offset: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** The end record's own 22 bytes and the longest comment after it. */
const LONGEST_END = 22 + 0xffff;
/** A Word file has some dozens of entries, with thousands of pictures some thousands. */
const MAX_ENTRIES = 65_535;

/** Names of the entries of a ZIP archive; `document_damaged` when it has no readable directory. */
export const entryNames = (path: string, bytes: Buffer): string[] =>
  readDirectory(path, bytes).map((entry) => entry.name);

/**
 * An archive whose entries are inflated here one by one under a cap, whatever its directory claims.
 *
 * @throws document_damaged, document_encrypted
 * @throws document_too_large  all entries together claim more than `expandedBytes`
 */
export class SafeArchive {
  readonly #path: string;
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, ZipEntry>();
  readonly #wantedBytes: number;
  #left: number;

  /** @param limits.wantedBytes  of all entries that are read, together */
  constructor(path: string, bytes: Buffer, limits: { expandedBytes: number; wantedBytes: number }) {
    const entries = readDirectory(path, bytes);
    if (entries.some((entry) => entry.isEncrypted)) throw documentEncrypted(path);
    const claimed = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (claimed > limits.expandedBytes) throw documentTooLarge(path, "unpacks to", claimed, limits.expandedBytes);
    // Two entries of one name: the first counts, as for most programs.
    for (const entry of entries) if (!this.#entries.has(entry.name)) this.#entries.set(entry.name, entry);
    this.#path = path;
    this.#bytes = bytes;
    this.#wantedBytes = limits.wantedBytes;
    this.#left = limits.wantedBytes;
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The content of an entry; null when there is none of that name. */
  read(name: string): Buffer | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const content = inflate(this.#path, this.#bytes, entry, this.#left);
    if (content === null)
      throw documentTooLarge(this.#path, "holds text and layout of more than", this.#wantedBytes, this.#wantedBytes);
    this.#left -= content.length;
    return content;
  }
}

/**
 * The wanted entries of an archive as a new archive without compression, each inflated here under a cap.
 *
 * A library that is handed the result can neither be made to inflate a bomb nor to trust sizes, overlaps or
 * names that the original's directory lied about.
 *
 * @throws what `SafeArchive` throws
 */
export function repackSafely(
  path: string,
  bytes: Buffer,
  isWanted: (name: string) => boolean,
  limits: { expandedBytes: number; wantedBytes: number },
): Buffer {
  const archive = new SafeArchive(path, bytes, limits);
  return storeAll(archive.names.filter(isWanted).map((name) => ({ name, content: archive.read(name)! })));
}

function readDirectory(path: string, bytes: Buffer): ZipEntry[] {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end === -1 || end + 22 > bytes.length || end < bytes.length - LONGEST_END) {
    throw documentDamaged(path, "the directory at the end of its archive is missing, so it was probably cut off");
  }
  const count = bytes.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < Math.min(count, MAX_ENTRIES); index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw documentDamaged(path, "the directory of its archive is broken");
    }
    const nameLength = bytes.readUInt16LE(at + 28);
    entries.push({
      name: bytes.toString("utf8", at + 46, at + 46 + nameLength),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      method: bytes.readUInt16LE(at + 10),
      checksum: bytes.readUInt32LE(at + 16),
      compressedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Null when the entry inflates to more than `cap` bytes, whatever its directory says. */
function inflate(path: string, bytes: Buffer, entry: ZipEntry, cap: number): Buffer | null {
  const { offset, compressedSize, method, name } = entry;
  const broken = (cause?: unknown) => documentDamaged(path, `the part ${name} of its archive is broken`, cause);
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_ENTRY) throw broken();
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  if (start + compressedSize > bytes.length) throw broken();
  const compressed = bytes.subarray(start, start + compressedSize);
  if (method === 0 && compressed.length > cap) return null;
  if (method !== 0 && method !== 8) throw broken();
  let content: Buffer;
  try {
    content = method === 0 ? compressed : inflateRawSync(compressed, { maxOutputLength: Math.max(cap, 1) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw broken(error);
  }
  if (crc32(content) !== entry.checksum) throw broken();
  return content;
}

/** A ZIP archive of uncompressed entries (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). */
function storeAll(parts: { name: string; content: Buffer }[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of parts) {
    const nameBytes = Buffer.from(name, "utf8");
    // Version 2.0, flag 0x800 (name in UTF-8), method 0, no time; then checksum, sizes and name length.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    locals.push(uint32(LOCAL_ENTRY), common, nameBytes, content);
    directory.push(uint32(DIRECTORY_ENTRY), Buffer.from([20, 0]), common, Buffer.alloc(10), uint32(offset), nameBytes);
    offset += 4 + common.length + nameBytes.length + content.length;
  }
  const directorySize = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END_OF_DIRECTORY, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directorySize, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
