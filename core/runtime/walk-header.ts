import { closeSync, openSync, readSync } from "node:fs";
import { ggufDamaged, ggufTruncated } from "./model-failures.ts";

const WINDOW_BYTES = 1 << 20;
/** Sizes of GGUF's value types by their numbers; strings (8) and arrays (9) carry their own lengths. */
const valueBytes: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const STRING = 8;
const ARRAY = 9;
/** The format's own limit for keys; ggml's for tensor names is 64. */
const LONGEST_KEY = 65_535;
const LONGEST_NAME = 256;
const MOST_DIMENSIONS = 4;
/** A length that leads further past the end than this is no cut file but a wrong length. */
const PLAUSIBLE_OVERRUN = 256 * 1024 * 1024;

/**
 * Follow every length in a GGUF header and make sure that none leads out of the file.
 *
 * The library's parser believes them: a wrong one made it allocate until the process was aborted, and the loaded model
 * with it. Nothing is interpreted here; that stays the library's work, on a header it can be trusted with.
 *
 * @throws gguf_truncated, gguf_damaged
 */
export function walkHeader(path: string, sizeBytes: number): void {
  const header = new HeaderWalk(path, sizeBytes);
  try {
    header.walk();
  } finally {
    header.close();
  }
}

class HeaderWalk {
  readonly #path: string;
  readonly #sizeBytes: number;
  readonly #file: number;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #windowStart = 0;
  #windowEnd = 0;
  #position = 8;

  constructor(path: string, sizeBytes: number) {
    this.#path = path;
    this.#sizeBytes = sizeBytes;
    this.#file = openSync(path, "r");
  }

  walk(): void {
    const tensors = this.#length();
    const entries = this.#length();
    for (let entry = 0; entry < entries; entry++) {
      this.#text("a metadata key", LONGEST_KEY);
      this.#value(this.#u32(), 0);
    }
    for (let tensor = 0; tensor < tensors; tensor++) {
      this.#text("a tensor name", LONGEST_NAME);
      const dimensions = this.#u32();
      if (dimensions > MOST_DIMENSIONS) throw this.#damaged(`a tensor has ${dimensions} dimensions`);
      for (let dimension = 0; dimension < dimensions; dimension++) {
        if (this.#length() < 1) throw this.#damaged("a tensor has no weights in one dimension");
      }
      this.#skip(4 + 8);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #value(type: number, depth: number): void {
    if (type === STRING) this.#skip(this.#length());
    else if (type === ARRAY && depth < 2) this.#array(depth);
    else if (valueBytes[type] === undefined) throw this.#damaged(`a metadata value has the unknown type ${type}`);
    else this.#skip(valueBytes[type]);
  }

  #array(depth: number): void {
    const type = this.#u32();
    const count = this.#length();
    const bytes = valueBytes[type];
    if (bytes !== undefined) {
      this.#skip(count * bytes);
      return;
    }
    // Every string or array in it takes eight bytes for its length alone.
    this.#require(count * 8);
    for (let item = 0; item < count; item++) this.#value(type, depth + 1);
  }

  #text(what: string, longest: number): void {
    const length = this.#length();
    if (length < 1 || length > longest) throw this.#damaged(`${what} is ${length} bytes long`);
    this.#skip(length);
  }

  #u32(): number {
    return this.#bytes(4).readUInt32LE(0);
  }

  /** A 64-bit number; those beyond 2^53 are rounded, which is precise enough to be refused. */
  #length(): number {
    return Number(this.#bytes(8).readBigUInt64LE(0));
  }

  #bytes(count: number): Buffer {
    this.#require(count);
    if (this.#position < this.#windowStart || this.#position + count > this.#windowEnd) {
      this.#windowStart = this.#position;
      this.#windowEnd = this.#position + readSync(this.#file, this.#window, 0, WINDOW_BYTES, this.#position);
    }
    const start = this.#position - this.#windowStart;
    this.#position += count;
    return this.#window.subarray(start, start + count);
  }

  #skip(count: number): void {
    this.#require(count);
    this.#position += count;
  }

  #require(count: number): void {
    const end = this.#position + count;
    if (end <= this.#sizeBytes) return;
    if (end - this.#sizeBytes > PLAUSIBLE_OVERRUN) {
      throw this.#damaged(`an entry of its header claims to be ${count} bytes long`);
    }
    throw ggufTruncated(this.#path, end, this.#sizeBytes);
  }

  #damaged(reason: string): Error {
    return ggufDamaged(this.#path, reason);
  }
}
