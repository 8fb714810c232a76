import type { Processor } from "../ggml/backend.ts";
import { ComputeGraph } from "../ggml/compute-graph.ts";
import type { Tensor } from "../ggml/native-types.ts";
import type { Operations } from "../ggml/operations.ts";
import { TensorStore } from "../ggml/tensor-store.ts";
import type { TensorType } from "../ggml/tensor-type.ts";
import type { BaseWeights, Weight } from "./base-weights.ts";

/**
 * The gradient of y = W·x with respect to x is Wᵀ·dy. ggml's own way for it (OUT_PROD) unpacks W once per token, so:
 * `stored` keeps Wᵀ in memory (fast, costs about a byte per weight), `transient` unpacks and transposes W each time.
 */
export type TransposeMode = "stored" | "transient";

/** Transient heads are unpacked a part of the vocabulary at a time; as F32 all of one can be gigabytes. */
const MOST_TRANSIENT_BYTES = 64 * 2 ** 20;

export class FrozenTransposes implements Disposable {
  readonly #processor: Processor;
  readonly #base: BaseWeights;
  readonly #store: TensorStore;
  readonly #stored = new Map<string, Tensor>();

  constructor(processor: Processor, base: BaseWeights, mode: TransposeMode) {
    this.#processor = processor;
    this.#base = base;
    this.#store = new TensorStore(processor, base.hyperparameters.layers * 7 + 1);
    if (mode === "transient") return;
    for (const weight of [...matricesOf(base)]) {
      const type = storedType(weight);
      if (type !== null) this.#stored.set(weight.name, this.#store.add(type, weight.shape[1]!, weight.shape[0]!));
    }
  }

  get bytes(): number {
    return this.#stored.size === 0 ? 0 : this.#store.bytes;
  }

  pretend(): void {
    this.#store.pretend();
  }

  async allocate(): Promise<void> {
    if (this.#stored.size === 0) return;
    this.#store.allocate();
    for (const [name, target] of this.#stored) await this.#fill(this.#base.get(name), target);
  }

  /** Wᵀ·dy for `gradient` [outputs, tokens]: [inputs, tokens]. */
  apply(operations: Operations, weight: Weight, gradient: Tensor, tokens: number): Tensor {
    const stored = this.#stored.get(weight.name);
    if (stored !== undefined) return operations.mulMat(stored, gradient);
    const [inputs, outputs] = weight.shape as [number, number];
    const part = Math.max(32, Math.floor(MOST_TRANSIENT_BYTES / (4 * inputs)));
    const rowBytes = this.#processor.ggml.ggml_nbytes(weight.tensor) / outputs;
    let sum: Tensor | null = null;
    for (let start = 0; start < outputs; start += part) {
      const rows = Math.min(part, outputs - start);
      const isWhole = rows === outputs;
      const block = isWhole ? weight.tensor : operations.view2(weight.tensor, inputs, rows, rowBytes, start * rowBytes);
      const slice = isWhole ? gradient : operations.view2(gradient, rows, tokens, 4 * outputs, 4 * start);
      const partial = operations.mulMat(
        operations.transposed(weight.type === "F32" ? block : operations.cast(block, "F32")),
        isWhole ? slice : operations.contiguous(slice),
      );
      sum = sum === null ? partial : operations.add(sum, partial);
    }
    return sum!;
  }

  async #fill(weight: Weight, target: Tensor): Promise<void> {
    using graph = new ComputeGraph(this.#processor, 32);
    const { operations } = graph;
    const values = weight.type === "F32" ? weight.tensor : operations.cast(weight.tensor, "F32");
    graph.expand(operations.copyInto(operations.transposed(values), target));
    graph.allocate();
    await graph.run();
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

function* matricesOf(base: BaseWeights): Generator<Weight> {
  for (const weight of base)
    if (/^blk\.\d+\.(attn_(q|k|v|qkv|output)|ffn_(gate|up|down))\.weight$/.test(weight.name)) yield weight;
  yield base.head;
}

/** F32 stays exact; of the rest Q8_0 multiplies fastest, where its blocks of 32 divide the row. */
function storedType({ type, shape }: Weight): TensorType | null {
  if (type === "F32") return "F32";
  return shape[1]! % 32 === 0 ? "Q8_0" : null;
}
