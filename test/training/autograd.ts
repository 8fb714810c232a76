import { readdirSync } from "node:fs";
import { join } from "node:path";
import koffi from "koffi";
import type { Processor } from "../../core/training/ggml/backend.ts";
import type { Graph, Tensor } from "../../core/training/ggml/native-types.ts";
import { Operations } from "../../core/training/ggml/operations.ts";
import { TensorStore } from "../../core/training/ggml/tensor-store.ts";
import type { TokenSequence } from "../../core/training/graph/batch-inputs.ts";
import { forwardLayer } from "../../core/training/graph/layer.ts";
import { forwardNorm } from "../../core/training/graph/norm.ts";
import type { Scope } from "../../core/training/graph/scope.ts";
import type { TrainingPasses } from "../../core/training/graph/training-passes.ts";

const MOST_NODES = 4096;

/**
 * The gradients of the summed loss as ggml itself derives them from our forward pass, one array per parameter. Only
 * for F32 weights, one chunk of the head and a batch without padding among the answers.
 */
export async function autogradGradients(
  processor: Processor,
  passes: TrainingPasses,
  sequences: readonly TokenSequence[],
): Promise<Float32Array[]> {
  const { ggml } = processor;
  const { base, lora, inputs } = passes;
  const { answers } = inputs.shape;
  const { vocabularySize, layers } = base.hyperparameters;
  const native = openAutograd(ggml.folder);
  const bytes = 4 * MOST_NODES * ggml.ggml_tensor_overhead() + 2 * ggml.ggml_graph_overhead_custom(MOST_NODES, true);
  const context = ggml.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
  const graph = ggml.ggml_new_graph_custom(context, MOST_NODES, true);
  using store = new TensorStore(processor, 1 + lora.parameters.length);
  const labels = store.add("F32", vocabularySize, answers);
  const results = lora.parameters.map(({ shape }) => store.add("F32", ...shape));
  store.allocate();
  store.set(labels, oneHot(sequences, vocabularySize));
  inputs.fill(sequences, 0, null);

  const operations = new Operations(ggml, context);
  const expand = (tensor: Tensor) => ggml.ggml_build_forward_expand(graph, tensor);
  const scope = { operations, base, lora, inputs, graph: { expand } } as unknown as Scope;
  let hidden = operations.getRows(base.get("token_embd.weight").tensor, inputs.tokens);
  for (let layer = 0; layer < layers; layer++) hidden = forwardLayer(scope, layer, hidden).output;
  const states = forwardNorm(scope, "output_norm.weight", operations.getRows(hidden, inputs.answerRows));
  const loss = native.crossEntropy(context, operations.mulMat(base.head.tensor, states), labels);
  expand(loss);
  native.setLoss(loss);
  native.buildBackward(context, graph, null);
  for (const [index, { values }] of lora.parameters.entries()) {
    expand(operations.copyInto(native.gradientOf(graph, values), results[index]!));
  }
  const buffer = ggml.ggml_backend_alloc_ctx_tensors(context, processor.backend);
  // ggml takes the mean over the rows; ours is the sum.
  store.set(native.accumulatorOf(graph, loss), Float32Array.of(answers));
  await processor.compute(graph);
  const gradients = results.map((result) => store.read(result));
  ggml.ggml_backend_buffer_free(buffer);
  ggml.ggml_free(context);
  return gradients;
}

function oneHot(sequences: readonly TokenSequence[], vocabularySize: number): Float32Array {
  const targets = sequences.flatMap(({ tokens, answers }) =>
    Array.from(tokens.subarray(1)).filter((_, at) => answers[at] === 1),
  );
  const labels = new Float32Array(vocabularySize * targets.length);
  for (const [row, target] of targets.entries()) labels[row * vocabularySize + target] = 1;
  return labels;
}

/** What only this comparison calls. */
function openAutograd(folder: string) {
  const file = readdirSync(folder).find((name) => /^(lib)?ggml-base(\.v?[0-9.]+)?\.(so|dylib|dll)$/.test(name))!;
  const library = koffi.load(join(folder, file));
  return {
    crossEntropy: library.func("ggml_cross_entropy_loss", "void *", ["void *", "void *", "void *"]),
    setLoss: library.func("ggml_set_loss", "void", ["void *"]),
    buildBackward: library.func("ggml_build_backward_expand", "void", ["void *", "void *", "void *"]),
    gradientOf: library.func("ggml_graph_get_grad", "void *", ["void *", "void *"]) as (
      graph: Graph,
      tensor: Tensor,
    ) => Tensor,
    accumulatorOf: library.func("ggml_graph_get_grad_acc", "void *", ["void *", "void *"]) as (
      graph: Graph,
      tensor: Tensor,
    ) => Tensor,
  };
}
