import type { ComputeGraph } from "../ggml/compute-graph.ts";
import type { Tensor } from "../ggml/native-types.ts";
import type { Operations, Rotation } from "../ggml/operations.ts";
import type { BaseWeights } from "../model/base-weights.ts";
import type { FrozenTransposes } from "../model/frozen-transposes.ts";
import type { LoraParameters } from "../model/lora-parameters.ts";
import type { BatchInputs } from "./batch-inputs.ts";

/** What every part of a forward and backward pass needs to describe itself. */
export interface Scope {
  graph: ComputeGraph;
  operations: Operations;
  base: BaseWeights;
  lora: LoraParameters;
  transposes: FrozenTransposes;
  inputs: BatchInputs;
}

/** Results of a layer's forward pass that its backward pass needs again, by name. */
export interface LayerTape {
  input: Tensor;
  /** After the attention's part was added. */
  middle: Tensor;
  /** Inputs of the adapted matrices and A·input, by weight name. */
  linear: Map<string, { input: Tensor; inner: Tensor | null }>;
  attention: AttentionTape;
  /** What attention gave, where it is normed before it is added. */
  attended: Tensor;
  gate: Tensor;
  up: Tensor;
  /** The same of the feed-forward. */
  fed: Tensor;
}

export interface AttentionTape {
  queriesRaw: Tensor;
  keysRaw: Tensor;
  queries: Tensor;
  keys: Tensor;
  values: Tensor;
  weights: Tensor;
  /** tanh of the scores, where they are capped. */
  capped: Tensor | null;
}

export function rotationOf({ base, inputs }: Scope, layer: number): Rotation {
  const { rotation, trainedContextSize, slidingWindow } = base.hyperparameters;
  const pace = slidingWindow !== null && slidingWindow.layers[layer] ? slidingWindow.rotation : rotation;
  // Llama 3 has one set of factors; Phi 3 two, of which the short one holds up to its first context size.
  const factors = base.find("rope_freqs.weight") ?? base.find("rope_factors_short.weight");
  return {
    ...rotation,
    ...pace,
    trainedContextSize,
    positions: inputs.positions,
    factors: factors?.tensor ?? null,
  };
}
