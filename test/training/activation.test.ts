import { expect, test } from "vitest";
import { Processor } from "../../core/training/ggml/backend.ts";
import { ComputeGraph } from "../../core/training/ggml/compute-graph.ts";
import { TensorStore } from "../../core/training/ggml/tensor-store.ts";
import { geluSlope } from "../../core/training/graph/activation.ts";

test("the slope of gelu is that of its formula", async () => {
  using processor = new Processor(1);
  using store = new TensorStore(processor, 2);
  const values = Float32Array.from({ length: 241 }, (_, index) => (index - 120) / 15);
  const [x, slope] = [store.add("F32", values.length), store.add("F32", values.length)];
  store.allocate();
  store.set(x, values);
  using graph = new ComputeGraph(processor, 32);
  graph.expand(graph.operations.copyInto(geluSlope(graph.operations, x), slope));
  graph.allocate();
  await graph.run();

  const found = store.read(slope);
  for (const [index, value] of values.entries()) {
    const difference = (gelu(value + 1e-4) - gelu(value - 1e-4)) / 2e-4;
    expect(Math.abs(found[index]! - difference), `at ${value}`).toBeLessThan(1e-5);
  }
});

/** 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), as Gemma was trained with. */
const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
