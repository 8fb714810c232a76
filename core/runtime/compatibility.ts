import type { GgufTensorInfo } from "node-llama-cpp";
import type { GgufHeader } from "./gguf-header.ts";
import type { Difference } from "./model-failures.ts";

/** More lines than this say nothing new. */
const MOST_DIFFERENCES = 8;

/** The two halves of one adapted weight; the update is B·A. */
export interface LoraPair {
  /** The weight of the base this pair changes. */
  weight: string;
  a: GgufTensorInfo | undefined;
  b: GgufTensorInfo | undefined;
}

/** The pairs of an adapter in file order, and the names of tensors that belong to no pair. */
export function pairsOf(adapter: GgufHeader): { pairs: LoraPair[]; others: string[] } {
  const pairs = new Map<string, LoraPair>();
  const others: string[] = [];
  for (const tensor of adapter.tensors) {
    const [, weight, half] = /^(.*)\.lora_(a|b)$/.exec(tensor.name) ?? [];
    if (weight === undefined) {
      others.push(tensor.name);
      continue;
    }
    const pair = pairs.get(weight) ?? { weight, a: undefined, b: undefined };
    pairs.set(weight, { ...pair, [half!]: tensor });
  }
  return { pairs: [...pairs.values()], others };
}

/**
 * Say in words why an adapter cannot work on a base, from the headers alone; empty when it fits.
 *
 * The checks are those of llama.cpp (src/llama-adapter.cpp) and one it does not make: it refuses with one sentence
 * for all causes, and only after the base is in memory.
 */
export function compareWithBase(adapter: GgufHeader, base: GgufHeader): Difference[] {
  const { pairs, others } = pairsOf(adapter);
  const weights = new Map(base.tensors.map((tensor) => [tensor.name, tensor]));
  const differences = [
    ...kindOfAdapter(adapter, base),
    ...layerCount(pairs, base),
    ...pairs.flatMap((pair) => halves(pair) ?? shapes(pair, weights)),
    ...others.map((name) => ({ what: name, adapter: "a whole tensor", base: "LoRA pairs only" })),
  ];
  if (pairs.length === 0) differences.push({ what: "LoRA pairs", adapter: "none", base: "at least one" });
  return shortened(differences);
}

function kindOfAdapter(adapter: GgufHeader, base: GgufHeader): Difference[] {
  const differences: Difference[] = [];
  if (adapter.architecture !== base.architecture) {
    differences.push({ what: "architecture", adapter: adapter.architecture, base: base.architecture });
  }
  const { type } = (adapter.info.metadata as { adapter?: { type?: unknown } }).adapter ?? {};
  if (type !== undefined && type !== "lora") {
    differences.push({ what: "kind of adapter", adapter: String(type), base: "lora" });
  }
  return differences;
}

function layerCount(pairs: LoraPair[], base: GgufHeader): Difference[] {
  const layers = Number(base.info.architectureMetadata.block_count ?? 0);
  const used = Math.max(-1, ...pairs.map(({ weight }) => Number(/^blk\.(\d+)\./.exec(weight)?.[1] ?? -1))) + 1;
  return used > layers ? [{ what: "layers", adapter: `at least ${used}`, base: String(layers) }] : [];
}

function halves({ weight, a, b }: LoraPair): Difference[] | null {
  if (a !== undefined && b !== undefined) return null;
  return [{ what: weight, adapter: a === undefined ? "B without A" : "A without B", base: "A and B" }];
}

function shapes({ weight, a, b }: LoraPair, weights: Map<string, GgufTensorInfo>): Difference[] {
  const tensor = weights.get(weight);
  if (tensor === undefined) return [{ what: weight, adapter: "adapted", base: "not there" }];
  const [aIn, aRank, bRank, bOut] = [a!, b!].flatMap(({ dimensions }) => [
    Number(dimensions[0]),
    Number(dimensions[1] ?? 1),
  ]) as [number, number, number, number];
  const baseShape = tensor.dimensions.slice(0, 2).map(Number);
  // Embeddings are looked up rather than multiplied, so their pair lies the other way round.
  const isEmbedding = weight === "token_embd.weight";
  const shape = isEmbedding ? [bOut, aRank] : [aIn, bOut];
  if (shape[0] !== baseShape[0] || shape[1] !== baseShape[1]) {
    return [{ what: `shape of ${weight}`, adapter: shape.join(" × "), base: baseShape.join(" × ") }];
  }
  if (!isEmbedding && aRank !== bRank) {
    return [{ what: `rank of ${weight}`, adapter: `${aRank} in A and ${bRank} in B`, base: "one rank" }];
  }
  return [];
}

function shortened(differences: Difference[]): Difference[] {
  if (differences.length <= MOST_DIFFERENCES) return differences;
  const more = differences.length - MOST_DIFFERENCES;
  return [...differences.slice(0, MOST_DIFFERENCES), { what: `${more} more tensors`, adapter: "differ", base: "" }];
}
