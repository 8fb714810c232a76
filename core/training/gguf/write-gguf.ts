import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { FourfoldError } from "../../contract/failures.ts";
import { fileFailure } from "../../runtime/model-failures.ts";

/** A metadata value as GGUF types it. */
export type GgufValue =
  | { type: "string"; value: string }
  | { type: "float32" | "uint32" | "int32"; value: number }
  | { type: "bool"; value: boolean }
  | { type: "strings"; value: string[] }
  | { type: "floats32" | "ints32"; value: number[] };

export interface GgufTensor {
  name: string;
  /** Innermost dimension first. */
  shape: number[];
  /** ggml's number. */
  type: number;
  data: NodeJS.ArrayBufferView;
}

const VERSION = 3;
const ALIGNMENT = 32;
/** enum gguf_type in gguf.h. */
const typeNumbers = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/**
 * Write a GGUF file, or none: it is written beside its place under another name, flushed and renamed.
 *
 * @throws disk_full, file_unreadable
 */
export async function writeGguf(
  path: string,
  metadata: Record<string, GgufValue>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  await writeAtomically(path, [...ggufBytes(metadata, tensors)]);
}

/** @throws disk_full, file_unreadable */
export async function writeAtomically(path: string, parts: readonly NodeJS.ArrayBufferView[]): Promise<void> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    await using file = await open(unfinished, "w");
    for (const part of parts) await file.writeFile(asBytes(part));
    await file.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw writeFailure(path, error);
  }
  await rename(unfinished, path);
}

function* ggufBytes(metadata: Record<string, GgufValue>, tensors: readonly GgufTensor[]): Generator<Buffer> {
  const entries = Object.entries(metadata);
  const head = [Buffer.from("GGUF"), uint32(VERSION), uint64(tensors.length), uint64(entries.length)];
  for (const [name, value] of entries) head.push(text(name), encode(value));
  let offset = 0;
  for (const { name, shape, type, data } of tensors) {
    head.push(text(name), uint32(shape.length), ...shape.map(uint64), uint32(type), uint64(offset));
    offset += padded(data.byteLength);
  }
  yield aligned(Buffer.concat(head));
  for (const { data } of tensors) yield aligned(asBytes(data));
}

function encode(value: GgufValue): Buffer {
  switch (value.type) {
    case "strings":
      return array(typeNumbers.string, value.value.map(text));
    case "floats32":
      return array(typeNumbers.float32, value.value.map(float32));
    case "ints32":
      return array(typeNumbers.int32, value.value.map(int32));
    case "string":
      return Buffer.concat([uint32(typeNumbers.string), text(value.value)]);
    case "bool":
      return Buffer.concat([uint32(typeNumbers.bool), Buffer.from([value.value ? 1 : 0])]);
    case "float32":
      return Buffer.concat([uint32(typeNumbers.float32), float32(value.value)]);
    case "uint32":
      return Buffer.concat([uint32(typeNumbers.uint32), uint32(value.value)]);
    case "int32":
      return Buffer.concat([uint32(typeNumbers.int32), int32(value.value)]);
  }
}

const array = (type: number, items: Buffer[]): Buffer =>
  Buffer.concat([uint32(typeNumbers.array), uint32(type), uint64(items.length), ...items]);

function number(bytes: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
}
const uint32 = (value: number): Buffer => number(4, (buffer) => buffer.writeUInt32LE(value));
const int32 = (value: number): Buffer => number(4, (buffer) => buffer.writeInt32LE(value));
const float32 = (value: number): Buffer => number(4, (buffer) => buffer.writeFloatLE(value));
const uint64 = (value: number): Buffer => number(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([uint64(bytes.length), bytes]);
}

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
const aligned = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]);
const asBytes = ({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

function writeFailure(path: string, error: unknown): FourfoldError {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return fileFailure(dirname(path), error);
  return new FourfoldError(
    {
      code: "disk_full",
      message: `The disk is full: ${path} could not be written.`,
      action: "Free some space, then resume the run.",
      details: { path },
    },
    { cause: error },
  );
}
