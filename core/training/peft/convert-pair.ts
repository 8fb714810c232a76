import type { GgufTensor } from "../gguf/write-gguf.ts";
import { readValues } from "./safetensors.ts";
import type { TargetPair } from "./target-pairs.ts";

/** ggml's number of float32, the type llama.cpp's converter writes adapters in. */
const F32 = 0;

/** What the converted file needs to know of its base and of the alpha it will state. */
export interface PairConversion {
  /** The alpha the file states; llama.cpp scales each pair by alpha / its rank. */
  fileAlpha: number;
  /** Heads by which the rows of this weight are reordered; null where they stay. */
  headsOf: (weight: string) => number | null;
}

/**
 * The two GGUF tensors of a pair, or what is wrong with its numbers.
 *
 * @throws file_missing, file_unreadable, safetensors_damaged
 */
export async function convertPair(
  weightsPath: string,
  pair: TargetPair,
  { fileAlpha, headsOf }: PairConversion,
): Promise<GgufTensor[] | string> {
  const [inputs, outputs] = [pair.a.shape[1]!, pair.b.shape[0]!];
  const a = await readValues(weightsPath, pair.a);
  const b = await readValues(weightsPath, pair.b);
  for (const [tensor, values] of [
    [pair.a, a],
    [pair.b, b],
  ] as const) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) return `${tensor.name} holds ${values[at]} at position ${at}`;
  }
  const heads = headsOf(pair.weight);
  const ordered = heads === null ? b : permuteRows(b, outputs, pair.rank, heads);
  const factor = bFactor(pair, fileAlpha);
  const scaled = factor === 1 ? ordered : ordered.map((value) => value * factor);
  return [
    { name: `${pair.weight}.lora_a`, shape: [inputs, pair.rank], type: F32, data: a },
    { name: `${pair.weight}.lora_b`, shape: [pair.rank, outputs], type: F32, data: scaled },
  ];
}

/** What B must be multiplied by, for a pair whose scale one alpha for the whole file cannot say. */
export function bFactor({ scale, rank }: TargetPair, fileAlpha: number): number {
  const factor = (scale * rank) / fileAlpha;
  // The file's alpha is a float32, so √ leaves its last digits uncertain; a pair that needs no factor keeps its bytes.
  return Math.abs(factor - 1) < 1e-6 ? 1 : factor;
}

/**
 * Reorder the rows of B for a head-wise rotation: Transformers turns dimension i with i + half, llama.cpp 2i with 2i + 1.
 * Permuting W = B·A by rows is permuting B (llama.cpp, conversion/llama.py, LlamaModel.permute).
 *
 * @param values  [rows, columns], row by row
 */
function permuteRows(values: Float32Array, rows: number, columns: number, heads: number): Float32Array {
  const half = rows / heads / 2;
  const permuted = new Float32Array(values.length);
  for (let head = 0; head < heads; head++) {
    for (let side = 0; side < 2; side++) {
      for (let dimension = 0; dimension < half; dimension++) {
        const from = (head * 2 + side) * half + dimension;
        const to = (head * half + dimension) * 2 + side;
        permuted.set(values.subarray(from * columns, (from + 1) * columns), to * columns);
      }
    }
  }
  return permuted;
}
