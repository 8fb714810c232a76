import { open, stat } from "node:fs/promises";
import { z } from "zod";
import { fileFailure } from "../../runtime/model-failures.ts";
import { fromBfloat16, fromFloat16, fromFloat32 } from "./decode-values.ts";
import { safetensorsDamaged } from "./peft-failures.ts";

/** A tensor where it lies in a safetensors file. */
export interface StoredTensor {
  name: string;
  dtype: string;
  /** Outermost dimension first, as PyTorch says it. */
  shape: number[];
  /** From the start of the file. */
  begin: number;
  end: number;
}

export interface SafetensorsFile {
  path: string;
  tensors: StoredTensor[];
  metadata: Record<string, string>;
}

/** The bound of the reference reader (huggingface/safetensors, MAX_HEADER_SIZE). */
const MOST_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;

/** The types an adapter may be stored in. */
const decoders: Record<string, (bytes: Buffer) => Float32Array> = {
  F32: fromFloat32,
  F16: fromFloat16,
  BF16: fromBfloat16,
};
/** Bytes of one value. */
const widths: Record<string, number> = {
  ...{ F64: 8, I64: 8, U64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2 },
  ...{ I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1 },
};

const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)).max(8),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/**
 * Read the header of a safetensors file and check it against the file's size: every tensor lies inside, is as long as
 * its shape says, and none overlaps another or leaves a gap.
 *
 * @throws file_missing, file_unreadable, safetensors_damaged
 */
export async function readSafetensors(path: string): Promise<SafetensorsFile> {
  const { size, header } = await readHeader(path);
  const { __metadata__: metadata = {}, ...entries } = header;
  const dataStart = size.headerEnd;
  const tensors = Object.entries(entries).map(([name, value]) => {
    const entry = Entry.safeParse(value);
    if (!entry.success) throw safetensorsDamaged(path, `the entry ${name} of its header is not that of a tensor`);
    const { dtype, shape, data_offsets: offsets } = entry.data;
    return { name, dtype, shape, begin: dataStart + offsets[0], end: dataStart + offsets[1] };
  });
  checkExtents(path, tensors, dataStart, size.file);
  const said = z.record(z.string(), z.string()).safeParse(metadata);
  return { path, tensors, metadata: said.success ? said.data : {} };
}

/**
 * The values of a tensor as float32, row by row.
 *
 * @throws file_missing, file_unreadable, safetensors_damaged
 */
export async function readValues(path: string, { name, dtype, begin, end }: StoredTensor): Promise<Float32Array> {
  if (!isReadable(dtype)) throw safetensorsDamaged(path, `${name} is of the type ${dtype}`);
  const bytes = Buffer.alloc(end - begin);
  try {
    await using file = await open(path);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
    if (bytesRead !== bytes.length) throw safetensorsDamaged(path, "it became shorter while it was read");
  } catch (error) {
    throw fileFailure(path, error);
  }
  return decoders[dtype]!(bytes);
}

export const isReadable = (dtype: string): boolean => Object.hasOwn(decoders, dtype);

export const valueCount = ({ shape }: StoredTensor): number => shape.reduce((product, length) => product * length, 1);

async function readHeader(path: string) {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw safetensorsDamaged(path, "it is not an ordinary file");
    if (found.size < LENGTH_BYTES) throw safetensorsDamaged(path, `it has only ${found.size} bytes`);
    await using file = await open(path);
    const start = Buffer.alloc(LENGTH_BYTES);
    await file.read(start, 0, LENGTH_BYTES, 0);
    const length = Number(start.readBigUInt64LE(0));
    if (length > MOST_HEADER_BYTES || LENGTH_BYTES + length > found.size) {
      throw safetensorsDamaged(path, "its header would be longer than the file, so it is cut off or something else");
    }
    const text = Buffer.alloc(length);
    await file.read(text, 0, length, LENGTH_BYTES);
    return { size: { file: found.size, headerEnd: LENGTH_BYTES + length }, header: parse(path, text) };
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function parse(path: string, text: Buffer): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text.toString("utf8"));
  } catch {
    throw safetensorsDamaged(path, "its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw safetensorsDamaged(path, "its header is not an object");
  }
  // Not through a schema: zod leaves out a tensor that is called __proto__.
  return header as Record<string, unknown>;
}

function checkExtents(path: string, tensors: StoredTensor[], dataStart: number, fileSize: number): void {
  let expected = dataStart;
  for (const tensor of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const { name, dtype, begin, end } = tensor;
    const width = widths[dtype];
    if (end < begin || end > fileSize) throw safetensorsDamaged(path, `${name} ends outside the file`);
    if (begin !== expected) throw safetensorsDamaged(path, `${name} overlaps another tensor or leaves a gap before it`);
    if (width !== undefined && valueCount(tensor) * width !== end - begin) {
      throw safetensorsDamaged(path, `${name} is not as long as its shape says`);
    }
    expected = end;
  }
  if (expected !== fileSize)
    throw safetensorsDamaged(path, `${fileSize - expected} bytes at its end belong to no tensor`);
}
