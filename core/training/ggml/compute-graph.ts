import type { Processor } from "./backend.ts";
import type { Context, Graph, GraphAllocator, Tensor } from "./native-types.ts";
import { Operations } from "./operations.ts";

/** Operations in the order in which they run, with the memory for what flows between them. */
export class ComputeGraph implements Disposable {
  readonly operations: Operations;
  readonly #processor: Processor;
  readonly #context: Context;
  readonly #graph: Graph;
  readonly #allocator: GraphAllocator;

  constructor(processor: Processor, mostNodes: number) {
    const { ggml, bufferType } = processor;
    this.#processor = processor;
    // Operations that are described and not expanded need room as well, and so does every view.
    const bytes = 2 * mostNodes * ggml.ggml_tensor_overhead() + ggml.ggml_graph_overhead_custom(mostNodes, false);
    this.#context = ggml.ggml_init({ mem_size: bytes + 1024, mem_buffer: null, no_alloc: true });
    this.#graph = ggml.ggml_new_graph_custom(this.#context, mostNodes, false);
    this.#allocator = ggml.ggml_gallocr_new(bufferType);
    this.operations = new Operations(ggml, this.#context);
  }

  /** Put a result, and what it needs, at the end of the order: early ends free memory early. */
  expand(result: Tensor): void {
    this.#processor.ggml.ggml_build_forward_expand(this.#graph, result);
  }

  /** Bytes the graph would take, its inputs included when they are not allocated yet; allocates nothing. */
  measure(): number {
    const sizes = new BigUint64Array(1);
    this.#processor.ggml.ggml_gallocr_reserve_n_size(this.#allocator, this.#graph, null, null, sizes);
    return Number(sizes[0]);
  }

  allocate(): void {
    if (!this.#processor.ggml.ggml_gallocr_alloc_graph(this.#allocator, this.#graph)) {
      throw new Error("the system refused the memory for a compute graph");
    }
  }

  get bytes(): number {
    return this.#processor.ggml.ggml_gallocr_get_buffer_size(this.#allocator, 0);
  }

  get nodeCount(): number {
    return this.#processor.ggml.ggml_graph_n_nodes(this.#graph);
  }

  run(): Promise<void> {
    return this.#processor.compute(this.#graph);
  }

  [Symbol.dispose](): void {
    this.#processor.ggml.ggml_gallocr_free(this.#allocator);
    this.#processor.ggml.ggml_free(this.#context);
  }
}
