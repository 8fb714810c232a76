import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GgufTensor, type GgufValue, writeGguf } from "../../../core/training/gguf/write-gguf.ts";
import { seededRandom } from "../../../core/training/seeded-random.ts";

export interface StoredArray {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

/** A safetensors file as its specification says, tensor after tensor in the order given. */
export function safetensorsBytes(tensors: Record<string, StoredArray>): Buffer {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const entry = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
    return [name, entry];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(({ data }) => data)]);
}

export function float32(shape: number[], values: ArrayLike<number>): StoredArray {
  return { dtype: "F32", shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** A plain LoRA configuration as PEFT saves it, shortened to what it must have. */
export const plainConfig = {
  peft_type: "LORA",
  r: 4,
  lora_alpha: 8,
  bias: "none",
  target_modules: ["q_proj", "v_proj"],
  base_model_name_or_path: "tiny/base",
};

export const MODULE = "base_model.model.model.layers.0.self_attn.q_proj";

/** A pair of random matrices for one module: A [rank, inputs], B [outputs, rank]. */
export function pair(
  module: string,
  {
    rank = 4,
    inputs = 16,
    outputs = 16,
    seed = 1,
  }: { rank?: number; inputs?: number; outputs?: number; seed?: number } = {},
): Record<string, StoredArray> {
  const random = seededRandom(seed);
  const values = (count: number) => Array.from({ length: count }, () => random() * 2 - 1);
  return {
    [`${module}.lora_A.weight`]: float32([rank, inputs], values(rank * inputs)),
    [`${module}.lora_B.weight`]: float32([outputs, rank], values(rank * outputs)),
  };
}

export function writePeft(folder: string, tensors: Record<string, StoredArray>, config: object = plainConfig): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "adapter_config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "adapter_model.safetensors"), safetensorsBytes(tensors));
  return folder;
}

export interface BaseShape {
  architecture?: string;
  heads?: number;
  keyValueHeads?: number;
  /** Weights by name, [inputs, outputs]. */
  weights: Record<string, number[]>;
}

/** A base of which only the header matters; its weights are zeros. */
export async function writeBase(
  path: string,
  { architecture = "llama", heads = 2, keyValueHeads = 2, weights }: BaseShape,
): Promise<string> {
  const count = (value: number): GgufValue => ({ type: "uint32", value });
  const tensors = Object.entries(weights).map(([name, shape]): GgufTensor => {
    return { name, shape, type: 0, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) };
  });
  const metadata: Record<string, GgufValue> = {
    "general.architecture": { type: "string", value: architecture },
    [`${architecture}.block_count`]: count(2),
    [`${architecture}.attention.head_count`]: count(heads),
    [`${architecture}.attention.head_count_kv`]: count(keyValueHeads),
  };
  await writeGguf(path, metadata, tensors);
  return path;
}
