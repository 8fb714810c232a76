import type { Processor } from "../ggml/backend.ts";
import { ComputeGraph } from "../ggml/compute-graph.ts";
import type { Tensor } from "../ggml/native-types.ts";
import { TensorStore } from "../ggml/tensor-store.ts";
import type { LoraParameters } from "../model/lora-parameters.ts";

const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-8];

export interface StepSettings {
  /** Of this step, from 1: the moments are corrected for their start at zero. */
  step: number;
  learningRate: number;
  weightDecay: number;
  /** What the summed gradients are divided by: answer tokens times loss scale. */
  divisor: number;
  /** Longest gradient after division; a longer one is shortened to it. */
  clip: number;
}

/** AdamW with decoupled weight decay (Loshchilov & Hutter 2019) on ggml's own step. */
export class AdamW implements Disposable {
  readonly #lora: LoraParameters;
  readonly #store: TensorStore;
  readonly #settings: Tensor;
  readonly #graph: ComputeGraph;

  constructor(processor: Processor, lora: LoraParameters) {
    this.#lora = lora;
    this.#store = new TensorStore(processor, 1);
    this.#settings = this.#store.add("F32", 7);
    this.#store.allocate();
    this.#graph = new ComputeGraph(processor, lora.parameters.length * 4 + 16);
    for (const { values, gradient, moments } of lora.parameters) {
      this.#graph.expand(this.#graph.operations.stepAdamW(values, gradient, moments, this.#settings));
    }
    this.#graph.allocate();
  }

  /**
   * Move the parameters against their gradients, and forget the gradients.
   *
   * @returns the length of the gradient before clipping; when it is not finite nothing was moved
   */
  async step({ step, learningRate, weightDecay, divisor, clip }: StepSettings): Promise<number> {
    const gradients = this.#lora.parameters.map(({ gradient }) => this.#lora.read(gradient));
    const norm = Math.sqrt(gradients.reduce((sum, gradient) => sum + squares(gradient), 0)) / divisor;
    if (Number.isFinite(norm)) {
      const factor = (norm > clip ? clip / norm : 1) / divisor;
      for (const [index, { gradient }] of this.#lora.parameters.entries()) {
        this.#lora.write(
          gradient,
          gradients[index]!.map((value) => value * factor),
        );
      }
      const corrections = [1 / (1 - BETA_1 ** step), 1 / (1 - BETA_2 ** step)];
      this.#store.set(
        this.#settings,
        Float32Array.of(learningRate, BETA_1, BETA_2, EPSILON, weightDecay, ...corrections),
      );
      await this.#graph.run();
    }
    this.#lora.clearGradients();
    return norm;
  }

  [Symbol.dispose](): void {
    this.#graph[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }
}

function squares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
