import { closeSync, openSync, writeSync } from "node:fs";
import { randomBytesFrom, type SeededBytes } from "./seeded-bytes.ts";

/** Numbers of the GGUF format (github.com/ggml-org/ggml, docs/gguf.md). */
const valueTypes = { u16: 2, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const tensorTypes = { f32: 0, f16: 1, q8_0: 8, q4_k: 12 } as const;
const ALIGNMENT = 32;
/** Weights are made and written in pieces of this many, so that a model of any size needs little memory. */
const PIECE = 1 << 20;

type Scalar = "u16" | "u32" | "i32" | "f32" | "bool" | "string";
export type WeightType = keyof typeof tensorTypes;
export type Entry =
  | [key: string, type: Scalar, value: string | number | boolean]
  | [key: string, type: `${Scalar}[]`, value: unknown[]];

export interface Tensor {
  name: string;
  /** As GGUF writes them: the fastest index first, so a matrix is [inputs, outputs]. */
  dimensions: number[];
  type: WeightType;
  /** Values in order, or weights of about this magnitude from the file's seed. */
  values: Float32Array | { magnitude: number };
}

/** Write a GGUF file; equal input and seed give equal bytes. */
export function writeGguf(path: string, entries: Entry[], tensors: Tensor[], seed: number): void {
  const bytes = randomBytesFrom(seed);
  const file = openSync(path, "w");
  try {
    writeSync(file, padded(header(entries, tensors)));
    for (const tensor of tensors) {
      let written = 0;
      for (const piece of pieces(tensor, bytes)) written += writeSync(file, piece);
      writeSync(file, Buffer.alloc(padding(written)));
    }
  } finally {
    closeSync(file);
  }
}

export const weightCount = ({ dimensions }: Tensor): number => dimensions.reduce((product, size) => product * size, 1);

function header(entries: Entry[], tensors: Tensor[]): Buffer {
  const parts = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(entries.length), ...entries.flatMap(entry)];
  let offset = 0;
  for (const tensor of tensors) {
    const { name, dimensions, type } = tensor;
    parts.push(...text(name), u32(dimensions.length), ...dimensions.map(u64), u32(tensorTypes[type]), u64(offset));
    const size = byteLength(type, weightCount(tensor));
    offset += size + padding(size);
  }
  return Buffer.concat(parts);
}

function entry([key, type, value]: Entry): Buffer[] {
  if (!type.endsWith("[]")) return [...text(key), u32(valueTypes[type as Scalar]), ...scalar(type as Scalar, value)];
  const inner = type.slice(0, -2) as Scalar;
  const values = value as unknown[];
  return [
    ...text(key),
    u32(valueTypes.array),
    u32(valueTypes[inner]),
    u64(values.length),
    ...values.flatMap((item) => scalar(inner, item)),
  ];
}

function scalar(type: Scalar, value: unknown): Buffer[] {
  if (type === "string") return text(value as string);
  if (type === "bool") return [Buffer.from([value === true ? 1 : 0])];
  const bytes = Buffer.alloc(type === "u16" ? 2 : 4);
  if (type === "u16") bytes.writeUInt16LE(value as number);
  else if (type === "u32") bytes.writeUInt32LE(value as number);
  else if (type === "i32") bytes.writeInt32LE(value as number);
  else bytes.writeFloatLE(value as number);
  return [bytes];
}

function* pieces({ dimensions, type, values }: Tensor, bytes: SeededBytes): Generator<Buffer> {
  if (values instanceof Float32Array) {
    if (type !== "f32") throw new Error("Given values are written as f32.");
    yield Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return;
  }
  const count = dimensions.reduce((product, size) => product * size, 1);
  for (let made = 0; made < count; made += PIECE) {
    yield randomWeights(type, Math.min(PIECE, count - made), values.magnitude, bytes);
  }
}

/** Random signs and mantissas under one exponent: weights between 1 and 2 times a power of two, made at disk speed. */
function randomWeights(type: WeightType, count: number, magnitude: number, bytes: SeededBytes): Buffer {
  const made = bytes(byteLength(type, count));
  const exponent = Math.round(Math.log2(magnitude));
  if (type === "f32") {
    const bits = new Uint32Array(made.buffer, made.byteOffset, count);
    for (let i = 0; i < count; i++) bits[i] = ((bits[i]! & 0x807fffff) | ((127 + exponent) << 23)) >>> 0;
  } else if (type === "f16") {
    const bits = new Uint16Array(made.buffer, made.byteOffset, count);
    for (let i = 0; i < count; i++) bits[i] = (bits[i]! & 0x83ff) | (Math.max(1, 15 + exponent) << 10);
  } else if (type === "q4_k") {
    // A block is two f16 scales and random bits for eight parts of 32: a scale and an offset each, four bits per weight.
    // With eight times the scale for the offsets the weights' mean is near zero, their typical size 250 scales.
    const scale = Math.max(1, 15 + Math.round(Math.log2(magnitude / 250)));
    for (let at = 0; at < made.length; at += 144) {
      made.writeUInt16LE(scale << 10, at);
      made.writeUInt16LE((scale + 3) << 10, at + 2);
    }
  } else {
    // A block is one f16 scale and 32 signed bytes; random bytes have a typical size of 70.
    const scale = Math.max(1, 15 + Math.round(Math.log2(magnitude / 70))) << 10;
    for (let at = 0; at < made.length; at += 34) made.writeUInt16LE(scale, at);
  }
  return made;
}

function byteLength(type: WeightType, count: number): number {
  if (type === "q8_0") return (count / 32) * 34;
  if (type === "q4_k") return (count / 256) * 144;
  return count * (type === "f32" ? 4 : 2);
}

const padding = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  return [u64(bytes.length), bytes];
}
