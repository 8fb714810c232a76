import type { LoraTarget } from "../../contract/training.ts";
import type { Hyperparameters } from "./architecture.ts";
import { traitsOf } from "./architecture-traits.ts";

/** A matrix of a decoder layer, as GGUF names it. */
export type LayerMatrix = LoraTarget | "attn_qkv";

/** Where a file keeps a matrix that it fuses with others: who adapts one of them adapts all. */
export function fusedPartOf(target: LoraTarget): LayerMatrix {
  if (target === "attn_q" || target === "attn_k" || target === "attn_v") return "attn_qkv";
  return target === "ffn_gate" ? "ffn_up" : target;
}

export function matrixShapes(hyperparameters: Hyperparameters): [part: LayerMatrix, inputs: number, outputs: number][] {
  const { architecture, embeddingLength: width, feedForwardLength: inner } = hyperparameters;
  const queries = hyperparameters.heads * hyperparameters.headDimensions;
  const keys = hyperparameters.keyValueHeads * hyperparameters.headDimensions;
  const behind: ReturnType<typeof matrixShapes> = [
    ["attn_output", queries, width],
    ["ffn_down", inner, width],
  ];
  if (traitsOf(architecture).isFused) {
    return [["attn_qkv", width, queries + 2 * keys], ["ffn_up", width, 2 * inner], ...behind];
  }
  return [
    ["attn_q", width, queries],
    ["attn_k", width, keys],
    ["attn_v", width, keys],
    ["ffn_gate", width, inner],
    ["ffn_up", width, inner],
    ...behind,
  ];
}
