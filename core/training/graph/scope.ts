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
  attention: { queriesRaw: Tensor; keysRaw: Tensor; queries: Tensor; keys: Tensor; values: Tensor; weights: Tensor };
  gate: Tensor;
  up: Tensor;
}

export function rotationOf({ base, inputs }: Scope): Rotation {
  const { rotation, trainedContextSize } = base.hyperparameters;
  return {
    ...rotation,
    trainedContextSize,
    positions: inputs.positions,
    factors: base.find("rope_freqs.weight")?.tensor ?? null,
  };
}
