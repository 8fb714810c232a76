import type { LoraTarget } from "../../contract/training.ts";
import type { Processor } from "../ggml/backend.ts";
import type { Tensor } from "../ggml/native-types.ts";
import { TensorStore } from "../ggml/tensor-store.ts";
import { seededRandom } from "../seeded-random.ts";
import { traitsOf } from "./architecture-traits.ts";
import type { BaseWeights } from "./base-weights.ts";
import { fusedPartOf, type LayerMatrix } from "./layer-matrices.ts";

export interface LoraShape {
  rank: number;
  alpha: number;
  targets: readonly LoraTarget[];
}

/** One trained matrix with its gradient sum and its two AdamW moments; all of them shaped [inner, outer], F32. */
export interface Parameter {
  name: string;
  shape: [inner: number, outer: number];
  values: Tensor;
  gradient: Tensor;
  moments: [Tensor, Tensor];
}

/** The two halves of one adapted weight: the update is scale · B·A. */
export interface LoraPair {
  /** [inputs, rank] */
  a: Parameter;
  /** [rank, outputs] */
  b: Parameter;
}

/** Everything that training changes. */
export class LoraParameters implements Disposable {
  readonly parameters: Parameter[] = [];
  /** What B·A is multiplied by: alpha / rank, as llama.cpp does at strength 1. */
  readonly scale: number;
  readonly #store: TensorStore;
  readonly #pairs = new Map<string, LoraPair>();

  constructor(processor: Processor, base: BaseWeights, { rank, alpha, targets }: LoraShape) {
    this.scale = alpha / rank;
    const { isFused } = traitsOf(base.hyperparameters.architecture);
    const parts = new Set(targets.map((target) => (isFused ? fusedPartOf(target) : target)));
    const adapted = [...base].filter(({ name }) => {
      const part = /^blk\.\d+\.(\w+)\.weight$/.exec(name)?.[1];
      return parts.has(part as LayerMatrix);
    });
    this.#store = new TensorStore(processor, adapted.length * 8);
    for (const { name, shape } of adapted) {
      const a = this.#add(`${name}.lora_a`, [shape[0]!, rank]);
      const b = this.#add(`${name}.lora_b`, [rank, shape[1]!]);
      this.#pairs.set(name, { a, b });
    }
  }

  pairOf(weight: string): LoraPair | undefined {
    return this.#pairs.get(weight);
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  get count(): number {
    return this.parameters.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0);
  }

  pretend(): void {
    this.#store.pretend();
  }

  /** A random, B zero, as PEFT starts: the adapter begins as the base. */
  allocate(seed: number): void {
    this.#store.allocate();
    const random = seededRandom(seed);
    for (const parameter of this.parameters) {
      const { name, shape, values, gradient, moments } = parameter;
      for (const tensor of [values, gradient, ...moments]) this.#store.clear(tensor);
      if (!name.endsWith(".lora_a")) continue;
      // kaiming_uniform with a = √5, the initial A of PEFT's LoraLayer (peft/tuners/lora/layer.py).
      const limit = 1 / Math.sqrt(shape[0]);
      this.write(
        values,
        Float32Array.from({ length: shape[0] * shape[1] }, () => (random() * 2 - 1) * limit),
      );
    }
  }

  read(tensor: Tensor): Float32Array<ArrayBuffer> {
    return this.#store.read(tensor);
  }

  write(tensor: Tensor, values: Float32Array): void {
    this.#store.set(tensor, values);
  }

  clearGradients(): void {
    for (const { gradient } of this.parameters) this.#store.clear(gradient);
  }

  #add(name: string, shape: [number, number]): Parameter {
    const make = () => this.#store.add("F32", ...shape);
    const values = this.#store.addParameter(...shape);
    const parameter: Parameter = { name, shape, values, gradient: make(), moments: [make(), make()] };
    this.parameters.push(parameter);
    return parameter;
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}
