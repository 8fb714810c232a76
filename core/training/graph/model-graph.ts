import { ComputeGraph } from "../ggml/compute-graph.ts";
import type { Processor } from "../ggml/backend.ts";
import type { Tensor } from "../ggml/native-types.ts";
import { traitsOf } from "../model/architecture-traits.ts";
import { describeHead } from "./head.ts";
import { backwardLayer, forwardLayer } from "./layer.ts";
import type { LayerTape, Scope } from "./scope.ts";

export interface PassOptions {
  /** Only losses without it. */
  withGradient: boolean;
  /** Keep each layer's input only and compute its inside again on the way back: less memory, a third slower. */
  checkpointing: boolean;
}

/** Describe one pass over a micro-batch: forward through all layers, the head, and back. */
export function describePass(
  processor: Processor,
  parts: Omit<Scope, "graph" | "operations">,
  { withGradient, checkpointing }: PassOptions,
): ComputeGraph {
  const { base, inputs } = parts;
  const { layers } = base.hyperparameters;
  const { answers, headRows } = inputs.shape;
  const graph = new ComputeGraph(processor, mostNodes(layers, Math.ceil(answers / headRows), base.hyperparameters));
  const { operations } = graph;
  const scope: Scope = { ...parts, graph, operations };

  let hidden = embed(scope);
  const tapes: LayerTape[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const { output, tape } = forwardLayer(scope, layer, hidden);
    tapes.push(tape);
    hidden = output;
    graph.expand(hidden);
  }
  const answerStates = operations.getRows(hidden, inputs.answerRows);
  graph.expand(answerStates);
  describeHead(scope, answerStates, withGradient);
  if (!withGradient) return graph;

  let gradient = operations.getRowsBack(inputs.hiddenGradient, inputs.answerRows, hidden);
  graph.expand(gradient);
  for (let layer = layers - 1; layer >= 0; layer--) {
    const tape = checkpointing ? forwardLayer(scope, layer, tapes[layer]!.input).tape : tapes[layer]!;
    gradient = backwardLayer(scope, layer, gradient, tape) ?? gradient;
  }
  return graph;
}

function embed({ operations, base, inputs }: Scope): Tensor {
  const { architecture, embeddingLength } = base.hyperparameters;
  const rows = operations.getRows(base.get("token_embd.weight").tensor, inputs.tokens);
  return traitsOf(architecture).scalesEmbeddings ? operations.scale(rows, Math.sqrt(embeddingLength)) : rows;
}

/** Generous, it only sizes a table: a layer takes under 200 nodes there and back, a part of the head under 40. */
function mostNodes(
  layers: number,
  headChunks: number,
  { vocabularySize, embeddingLength }: Scope["base"]["hyperparameters"],
): number {
  const transientParts = Math.ceil((vocabularySize * embeddingLength * 4) / 2 ** 26);
  return 500 * layers + headChunks * (40 + 10 * transientParts) + 500;
}
