import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readHeader } from "../../../core/runtime/gguf-header.ts";
import { importPeft } from "../../../core/training/peft/import-peft.ts";
import { fileFolder } from "../../support/temporary-folder.ts";
import { llamaLoss } from "../llama-loss.ts";
import { writeTinyModel } from "../tiny-model.ts";
import { pair, plainConfig, type StoredArray, writePeft } from "./peft-files.ts";

const folder = fileFolder();
const OUTPUT = "model.layers.0.self_attn.o_proj";
const UP = "model.layers.1.mlp.up_proj";

const tokens = Int32Array.from({ length: 24 }, (_, index) => 3 + ((index * 37) % 200));
const sequence = { tokens, answers: new Uint8Array(24).fill(1) };

test("llama.cpp answers with a converted adapter as with PEFT's update merged into the weights", async () => {
  const basePath = await writeTinyModel(folder);
  const tensors = {
    ...pair(`base_model.model.${OUTPUT}`, { rank: 4, inputs: 64, outputs: 64, seed: 5 }),
    ...pair(`base_model.model.${UP}`, { rank: 2, inputs: 64, outputs: 160, seed: 6 }),
  };
  const config = {
    ...plainConfig,
    lora_alpha: 3,
    use_rslora: true,
    rank_pattern: { up_proj: 2 },
    alpha_pattern: { up_proj: 2.5 },
  };
  const path = writePeft(join(folder, "peft"), tensors, config);
  const outPath = join(folder, "adapter.gguf");
  const mergedPath = join(folder, "merged.gguf");
  copyFileSync(basePath, mergedPath);
  await merge(mergedPath, "blk.0.attn_output.weight", tensors, OUTPUT, 3 / Math.sqrt(4));
  await merge(mergedPath, "blk.1.ffn_up.weight", tensors, UP, 2.5 / Math.sqrt(2));

  await importPeft({ path, basePath, outPath });
  const [base, adapted, merged] = [
    await llamaLoss(basePath, sequence),
    await llamaLoss(basePath, sequence, outPath),
    await llamaLoss(mergedPath, sequence),
  ];

  expect(Math.abs(adapted - base)).toBeGreaterThan(0.05);
  expect(adapted).toBeCloseTo(merged, 3);
});

/** W + scale · B·A, in the file. */
async function merge(
  path: string,
  weight: string,
  tensors: Record<string, StoredArray>,
  module: string,
  scale: number,
): Promise<void> {
  const { dimensions, fileOffset } = (await readHeader(path)).tensors.find(({ name }) => name === weight)!;
  const [inputs, outputs] = dimensions.map(Number) as [number, number];
  const half = (name: string) => tensors[`base_model.model.${module}.lora_${name}.weight`]!;
  const [a, b] = [new Float32Array(half("A").data.buffer), new Float32Array(half("B").data.buffer)];
  const rank = half("A").shape[0]!;
  const bytes = readFileSync(path);
  for (let row = 0; row < outputs; row++) {
    for (let column = 0; column < inputs; column++) {
      const at = Number(fileOffset) + (row * inputs + column) * 4;
      let sum = 0;
      for (let inner = 0; inner < rank; inner++) sum += b[row * rank + inner]! * a[inner * inputs + column]!;
      bytes.writeFloatLE(bytes.readFloatLE(at) + scale * sum, at);
    }
  }
  writeFileSync(path, bytes);
}
