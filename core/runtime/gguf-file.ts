import { open, stat } from "node:fs/promises";
import { fileFailure, fileUnreadable, ggufDamaged, ggufTruncated, notAGguf } from "./model-failures.ts";

/** Magic, version, tensor count and metadata count. */
const HEADER_BYTES = 24;
/** The largest published models have a few thousand tensors and a few hundred metadata entries. */
const MOST_TENSORS = 1_000_000;
const MOST_ENTRIES = 100_000;
/** A tensor entry: name length and one character, dimension count, type, offset. */
const LEAST_TENSOR_BYTES = 25;
/** A metadata entry: key length and one character, type, one byte of value. */
const LEAST_ENTRY_BYTES = 14;

export interface FileState {
  sizeBytes: number;
  modifiedMs: number;
}

/**
 * Check the first bytes of a file before any parser sees it: llama.cpp's own readers trust the counts that stand
 * there, and a count of 2^40 tensors keeps them busy for minutes.
 *
 * @throws file_missing, file_unreadable, not_a_gguf, gguf_truncated, gguf_damaged
 */
export async function checkGgufStart(path: string): Promise<FileState> {
  const { start, sizeBytes, modifiedMs } = await readStart(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  if (start.toString("latin1", 0, 4) !== "GGUF") throw notAGguf(path, describe(start, sizeBytes));
  if (sizeBytes < HEADER_BYTES) throw ggufTruncated(path, HEADER_BYTES, sizeBytes);
  const version = start.readUInt32LE(4);
  if (version > 0xffff) throw ggufDamaged(path, "it is a big-endian GGUF, which this machine cannot run");
  if (version < 2 || version > 3)
    throw ggufDamaged(path, `it says to be GGUF version ${version}, which does not exist`);
  const tensors = Number(start.readBigUInt64LE(8));
  const entries = Number(start.readBigUInt64LE(16));
  if (tensors > MOST_TENSORS || entries > MOST_ENTRIES) {
    throw ggufDamaged(path, `its header announces ${tensors} tensors and ${entries} metadata entries`);
  }
  const least = HEADER_BYTES + tensors * LEAST_TENSOR_BYTES + entries * LEAST_ENTRY_BYTES;
  if (sizeBytes < least) throw ggufTruncated(path, least, sizeBytes);
  return { sizeBytes, modifiedMs };
}

async function readStart(path: string): Promise<FileState & { start: Buffer }> {
  const found = await stat(path);
  if (found.isDirectory()) throw fileUnreadable(path, "it is a folder");
  if (!found.isFile()) throw fileUnreadable(path, "it is not an ordinary file");
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
  return { start: buffer.subarray(0, bytesRead), sizeBytes: found.size, modifiedMs: found.mtimeMs };
}

const knownStarts: [start: string, what: string][] = [
  ["PK\x03\x04", "a ZIP archive or a PyTorch checkpoint"],
  ["%PDF", "a PDF"],
  ["\x1f\x8b", "a gzip archive"],
  ["version https://git-lfs", "a Git LFS pointer instead of the file it stands for"],
  ["tjgg", "a GGJT model, the format before GGUF"],
  ["lmgg", "a GGML model, the format before GGUF"],
  ["algg", "a GGLA adapter, the format before GGUF"],
  ["FUGG", "a big-endian GGUF"],
];

/** What a file is that is no GGUF, from its first bytes. */
function describe(start: Buffer, sizeBytes: number): string {
  if (sizeBytes === 0) return "an empty file";
  const text = start.toString("latin1");
  const known = knownStarts.find(([beginning]) => text.startsWith(beginning));
  if (known !== undefined) return known[1];
  // safetensors: the length of a JSON header, then the header.
  if (text.charAt(8) === "{" && start.length > 8 && start.readBigUInt64LE(0) < BigInt(sizeBytes)) {
    return "a safetensors file, which must be converted to GGUF first";
  }
  if (/^\s*(<!doctype html|<html)/i.test(text)) return "a web page, perhaps an error of a download";
  if (/^\s*[{[]/.test(text)) return "JSON";
  const control = start.filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  return control === 0 ? "a text file" : "a binary file of another kind";
}
