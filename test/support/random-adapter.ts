import { type Entry, type Tensor, type WeightType, writeGguf } from "./gguf.ts";
import { type Shape, tinyShape } from "./random-model.ts";

export interface AdapterRecipe {
  seed: number;
  /** Of the base it is for. */
  shape: Shape;
  rank: number;
  alpha: number;
  weights: WeightType;
  architecture: string;
  name: string;
  /** Matrices adapted in every layer, as GGUF names them. */
  targets: Target[];
  /** About this large; 0.02 hardly shows, 0.3 changes most tokens. */
  magnitude: number;
  /** What `adapter.type` says. */
  kind: string;
  /** Leave out the second half of every pair. */
  withoutB: boolean;
}

export type Target = "attn_q" | "attn_k" | "attn_v" | "attn_output" | "ffn_gate" | "ffn_up" | "ffn_down";

const tiny: AdapterRecipe = {
  seed: 7,
  shape: tinyShape,
  rank: 4,
  alpha: 8,
  weights: "f32",
  architecture: "llama",
  name: "Tiny adapter",
  targets: ["attn_q", "attn_v", "ffn_down"],
  magnitude: 0.3,
  kind: "lora",
  withoutB: false,
};

/** Write a real LoRA adapter in GGUF with random weights, for a base of the given shape. */
export function writeAdapter(path: string, changes: Partial<AdapterRecipe> = {}): void {
  const recipe = { ...tiny, ...changes };
  const entries: Entry[] = [
    ["general.architecture", "string", recipe.architecture],
    ["general.type", "string", "adapter"],
    ["general.name", "string", recipe.name],
    ["adapter.type", "string", recipe.kind],
    ["adapter.lora.alpha", "f32", recipe.alpha],
  ];
  const layers = Array.from({ length: recipe.shape.layers }, (_, layer) => layer);
  writeGguf(
    path,
    entries,
    layers.flatMap((layer) => recipe.targets.flatMap((target) => pair(recipe, layer, target))),
    recipe.seed,
  );
}

function pair({ shape, rank, weights, magnitude, withoutB }: AdapterRecipe, layer: number, target: Target): Tensor[] {
  const [inputs, outputs] = sizes(shape)[target];
  const half = (name: "a" | "b", dimensions: number[]): Tensor => ({
    name: `blk.${layer}.${target}.weight.lora_${name}`,
    dimensions,
    type: weights,
    values: { magnitude },
  });
  const a = half("a", [inputs, rank]);
  return withoutB ? [a] : [a, half("b", [rank, outputs])];
}

function sizes({ embeddingLength: width, feedForwardLength: hidden, heads, keyValueHeads }: Shape) {
  const keys = (width / heads) * keyValueHeads;
  return {
    attn_q: [width, width],
    attn_k: [width, keys],
    attn_v: [width, keys],
    attn_output: [width, width],
    ffn_gate: [width, hidden],
    ffn_up: [width, hidden],
    ffn_down: [hidden, width],
  } satisfies Record<Target, [number, number]>;
}
