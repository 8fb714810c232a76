import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFourfoldError } from "../../../core/contract/failures.ts";
import { readSafetensors, readValues } from "../../../core/training/peft/safetensors.ts";
import { fileFolder } from "../../support/temporary-folder.ts";
import { float32, safetensorsBytes, type StoredArray } from "./peft-files.ts";

const path = join(fileFolder(), "file.safetensors");

const array: fc.Arbitrary<StoredArray> = fc
  .array(fc.float({ noNaN: true }), { maxLength: 24 })
  .map((values) => float32([values.length], values));

/** Read everything; a failure a user can meet counts as an answer, anything else is a defect. */
async function read(bytes: Uint8Array) {
  writeFileSync(path, bytes);
  try {
    const { tensors } = await readSafetensors(path);
    return await Promise.all(tensors.map(async (tensor) => [tensor.name, await readValues(path, tensor)] as const));
  } catch (error) {
    if (!isFourfoldError(error)) throw error;
    return error.failure.code;
  }
}

describe("reading safetensors", () => {
  test("gives back what was written, bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), array, { maxKeys: 6 }), async (tensors) => {
        const own = Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== "__metadata__"));
        const found = await read(safetensorsBytes(own));

        expect(found).toEqual(
          Object.entries(own).map(([name, { data }]) => [name, new Float32Array(data.slice().buffer)]),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("leaves out no name, whatever it is", async () => {
    const tensors = Object.fromEntries(["__proto__", "constructor", ""].map((name) => [name, float32([1], [1])]));
    const names = ((await read(safetensorsBytes(tensors))) as [string, Float32Array][]).map(([name]) => name);

    expect(names).toEqual(["__proto__", "constructor", ""]);
  });

  test("never crashes on any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await read(bytes)).toBeDefined();
      }),
      { numRuns: 150 },
    );
  });

  test("never crashes on a sound file with some bytes changed or cut off", async () => {
    const sound = safetensorsBytes({ a: float32([2, 3], [1, 2, 3, 4, 5, 6]), b: float32([1], [7]) });
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.nat(sound.length), async (changes, cut) => {
        const bytes = Buffer.from(sound.subarray(0, sound.length - cut));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        expect(await read(bytes)).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  test("never crashes on any header", async () => {
    const entry = fc.record(
      {
        dtype: fc.constantFrom("F32", "F16", "BF16", "I8", "X9"),
        shape: fc.array(fc.integer()),
        data_offsets: fc.array(fc.integer()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())),
        fc.nat(64),
        async (header, length) => {
          const text = Buffer.from(JSON.stringify(header));
          const start = Buffer.alloc(8);
          start.writeBigUInt64LE(BigInt(text.length));
          expect(await read(Buffer.concat([start, text, Buffer.alloc(length)]))).toBeDefined();
        },
      ),
      { numRuns: 200 },
    );
  });

  test("reads float16 and bfloat16", async () => {
    const half = Buffer.from([0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00]);
    const brain = Buffer.from([0x80, 0x3f, 0x00, 0xc0, 0x49, 0x40]);

    expect(await read(safetensorsBytes({ half: { dtype: "F16", shape: [3], data: half } }))).toEqual([
      ["half", Float32Array.of(1, -2, 2 ** -24)],
    ]);
    expect(await read(safetensorsBytes({ brain: { dtype: "BF16", shape: [3], data: brain } }))).toEqual([
      ["brain", Float32Array.of(1, -2, 3.140625)],
    ]);
  });

  test.each([
    ["a gap", { a: [0, 4], b: [8, 12] }],
    ["an overlap", { a: [0, 8], b: [4, 12] }],
    ["an end outside the file", { a: [0, 4000] }],
    ["an end before its start", { a: [8, 4] }],
    ["bytes that belong to no tensor", { a: [0, 8] }],
  ])("refuses %s", async (_name, offsets: Record<string, number[]>) => {
    const entries = Object.entries(offsets).map(([name, [begin, end]]) => {
      return [name, { dtype: "F32", shape: [(end! - begin!) / 4], data_offsets: [begin, end] }];
    });
    const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(text.length));

    expect(await read(Buffer.concat([start, text, Buffer.alloc(12)]))).toBe("safetensors_damaged");
  });
});
