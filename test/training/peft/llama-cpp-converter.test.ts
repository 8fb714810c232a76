import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readHeader } from "../../../core/runtime/gguf-header.ts";
import { reportAdapter } from "../../../core/training/peft/adapter-changes.ts";
import { importPeft } from "../../../core/training/peft/import-peft.ts";
import { fileFolder } from "../../support/temporary-folder.ts";
import { writeBase } from "./peft-files.ts";

interface Conversion {
  architecture: string;
  heads: number;
  keyValueHeads: number;
  alpha: number;
  tensors: Record<string, { shape: number[]; type: string; sha256: string }>;
}

const fixtures = join(import.meta.dirname, "../../fixtures/peft");
const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as Record<string, Conversion>;
const folder = fileFolder();

test.each(Object.entries(expected))(
  "the adapter PEFT saved for %s becomes what llama.cpp's own converter makes of it, byte for byte",
  async (name, conversion) => {
    const basePath = await writeBase(join(folder, `${name}-base.gguf`), {
      ...conversion,
      weights: weightsOf(conversion),
    });
    const outPath = join(folder, `${name}.gguf`);

    const imported = await importPeft({ path: join(fixtures, name), basePath, outPath });

    expect(await tensorsIn(outPath)).toEqual(conversion.tensors);
    expect(imported).toMatchObject({
      architecture: conversion.architecture,
      alpha: conversion.alpha,
      rank: 4,
      pairs: Object.keys(conversion.tensors).length / 2,
      trainedOn: `random ${name}`,
      notes: [],
    });
    const { matched, unmatched, unchanged } = await reportAdapter(outPath, basePath);
    expect({ matched, unmatched, unchanged }).toEqual({ matched: imported.pairs, unmatched: [], unchanged: [] });
  },
);

/** The shapes of the base: inputs from A, outputs from B. */
function weightsOf({ tensors }: Conversion): Record<string, number[]> {
  const names = new Set(Object.keys(tensors).map((name) => name.replace(/\.lora_[ab]$/, "")));
  return Object.fromEntries(
    [...names].map((name) => [name, [tensors[`${name}.lora_a`]!.shape[0]!, tensors[`${name}.lora_b`]!.shape[1]!]]),
  );
}

async function tensorsIn(path: string): Promise<Conversion["tensors"]> {
  const bytes = readFileSync(path);
  const { tensors } = await readHeader(path);
  return Object.fromEntries(
    tensors.map(({ name, dimensions, fileOffset }) => {
      const shape = dimensions.map(Number);
      const length = shape.reduce((product, size) => product * size, 4);
      const data = bytes.subarray(Number(fileOffset), Number(fileOffset) + length);
      return [name, { shape, type: "F32", sha256: createHash("sha256").update(data).digest("hex") }];
    }),
  );
}
