import type { GgufTensorInfo } from "node-llama-cpp";
import { open } from "node:fs/promises";
import { z } from "zod";
import { compareWithBase, type LoraPair, pairsOf } from "../../runtime/compatibility.ts";
import { type GgufHeader, readHeader } from "../../runtime/gguf-header.ts";
import { adapterIsModel, fileFailure, ggufDamaged, modelIsAdapter } from "../../runtime/model-failures.ts";
import { decodeValues } from "./decode-values.ts";
import { deltaNorm } from "./delta-norm.ts";
import { conversionStopped, orStopped } from "./peft-failures.ts";

/** What an adapter changes in a base, weight by weight, at strength 1. */
export const AdapterChanges = z.object({
  path: z.string(),
  basePath: z.string(),
  architecture: z.string(),
  /** The most frequent rank. */
  rank: z.int(),
  /** Zero when the file states none: llama.cpp then applies B·A as it stands. */
  alpha: z.number(),
  /** Pairs whose weight the base has, in the right shape. */
  matched: z.int(),
  /** Everything else, in words. Llama.cpp refuses an adapter in which there is any. */
  unmatched: z.array(z.string()),
  /** Frobenius norm of ΔW over all matched weights. */
  deltaNorm: z.number(),
  layers: z.array(
    z.object({
      /** From 0; −1 for weights outside the layers. */
      layer: z.int(),
      deltaNorm: z.number(),
      targets: z.array(z.object({ target: z.string(), rank: z.int(), deltaNorm: z.number() })),
    }),
  ),
  /** Matched weights with ΔW = 0: an untrained pair, or one whose B was lost. */
  unchanged: z.array(z.string()),
});
export type AdapterChanges = z.infer<typeof AdapterChanges>;

/**
 * Measure what a GGUF adapter changes: ‖ΔW‖ of every weight, ΔW = alpha / rank · B·A, without forming the product.
 * A pair in a quantized type other than Q8_0 is listed as unmatched, because its size is not known.
 *
 * @throws adapter_is_model, model_is_adapter, gguf_damaged  numbers that are not finite
 * @throws and everything `readHeader` finds in either file
 */
export async function reportAdapter(
  adapterPath: string,
  basePath: string,
  signal?: AbortSignal,
): Promise<AdapterChanges> {
  const adapter = await orStopped(signal, readHeader(adapterPath, signal));
  if (!adapter.isAdapter) throw adapterIsModel(adapterPath);
  const base = await orStopped(signal, readHeader(basePath, signal));
  if (base.isAdapter) throw modelIsAdapter(basePath);

  const { pairs, others } = pairsOf(adapter);
  const alpha = alphaOf(adapter);
  const unmatched = others.map((name) => `${name} is a whole tensor, not half of a pair`);
  if (adapter.architecture !== base.architecture) {
    unmatched.unshift(`the adapter is for the architecture ${adapter.architecture}, the base has ${base.architecture}`);
  }
  const changes: WeightChange[] = [];
  for (const pair of pairs) {
    if (signal?.aborted) throw conversionStopped();
    const change = differences(pair, adapter, base) ?? (await measure(adapterPath, pair, alpha));
    if (typeof change === "string") unmatched.push(change);
    else changes.push(change);
  }
  return {
    path: adapterPath,
    basePath,
    architecture: adapter.architecture,
    rank: mostFrequent(changes.map(({ rank }) => rank)),
    alpha,
    matched: changes.length,
    unmatched,
    deltaNorm: together(changes),
    layers: byLayer(changes),
    unchanged: changes.filter((change) => change.deltaNorm === 0).map(({ weight }) => weight),
  };
}

interface WeightChange {
  weight: string;
  layer: number;
  target: string;
  rank: number;
  deltaNorm: number;
}

/** What hinders one pair, as the check before loading says it. */
function differences(pair: LoraPair, adapter: GgufHeader, base: GgufHeader): string | null {
  const halves = [pair.a, pair.b].filter((half) => half !== undefined);
  const alone = { ...adapter, architecture: base.architecture, tensors: halves };
  const [difference] = compareWithBase(alone, base);
  if (difference === undefined) return null;
  return `${pair.weight}: ${difference.what} is ${difference.adapter} in the adapter, ${difference.base} in the base`;
}

async function measure(path: string, { weight, a, b }: LoraPair, alpha: number): Promise<WeightChange | string> {
  const [first, second] = [await readTensor(path, a!), await readTensor(path, b!)];
  if (first === null || second === null) return `${weight}: its pair is stored in a type that is not measured here`;
  const rank = Number(b!.dimensions[0]);
  const norm = deltaNorm(first, second, rank) * (alpha === 0 ? 1 : alpha / rank);
  if (!Number.isFinite(norm)) throw ggufDamaged(path, `the pair of ${weight} holds numbers that are not finite`);
  const [, layer = "-1", target = weight.replace(/\.weight$/, "")] = /^blk\.(\d+)\.(.+)\.weight$/.exec(weight) ?? [];
  return { weight, layer: Number(layer), target, rank, deltaNorm: norm };
}

async function readTensor(path: string, tensor: GgufTensorInfo): Promise<Float32Array | null> {
  const count = tensor.dimensions.reduce<number>((product, length) => product * Number(length), 1);
  return decodeValues(tensor.ggmlType, count, async (bytes) => {
    const buffer = Buffer.alloc(bytes);
    try {
      await using file = await open(path);
      await file.read(buffer, 0, bytes, Number(tensor.fileOffset));
    } catch (error) {
      throw fileFailure(path, error);
    }
    return buffer;
  });
}

function byLayer(changes: readonly WeightChange[]): AdapterChanges["layers"] {
  const layers = Map.groupBy(changes, ({ layer }) => layer);
  return [...layers]
    .sort(([a], [b]) => a - b)
    .map(([layer, inLayer]) => ({
      layer,
      deltaNorm: together(inLayer),
      targets: inLayer.map(({ target, rank, deltaNorm: norm }) => ({ target, rank, deltaNorm: norm })),
    }));
}

const together = (changes: readonly WeightChange[]): number => Math.hypot(...changes.map((change) => change.deltaNorm));

function alphaOf({ info }: GgufHeader): number {
  const { adapter } = info.metadata as { adapter?: { lora?: { alpha?: unknown } } };
  const alpha = Number(adapter?.lora?.alpha ?? 0);
  return Number.isFinite(alpha) ? alpha : 0;
}

function mostFrequent(values: readonly number[]): number {
  const counts = [...Map.groupBy(values, (value) => value)].sort((a, b) => b[1].length - a[1].length);
  return counts[0]?.[0] ?? 0;
}
