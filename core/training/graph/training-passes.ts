import type { Processor } from "../ggml/backend.ts";
import type { ComputeGraph } from "../ggml/compute-graph.ts";
import type { BaseWeights } from "../model/base-weights.ts";
import { FrozenTransposes, type TransposeMode } from "../model/frozen-transposes.ts";
import { LoraParameters, type LoraShape } from "../model/lora-parameters.ts";
import { BatchInputs, type BatchShape, type TokenSequence } from "./batch-inputs.ts";
import { describePass } from "./model-graph.ts";

export interface PassSettings {
  lora: LoraShape;
  shape: BatchShape;
  /** Share of the adapters' inputs that are left out at random while training, 0 to below 1. */
  dropout: number;
  transposes: TransposeMode;
  checkpointing: boolean;
}

/** Bytes by what they are for. */
export interface MemoryNeed {
  modelBytes: number;
  /** Adapter, gradients and AdamW's moments. */
  optimizerBytes: number;
  activationBytes: number;
}

/**
 * The two passes of training over one base: with gradients, and losses only.
 *
 * Constructed it only knows shapes, so that `measure` can say what memory it would take; `allocate` makes it real.
 */
export class TrainingPasses implements Disposable {
  readonly base: BaseWeights;
  readonly lora: LoraParameters;
  readonly inputs: BatchInputs;
  readonly settings: PassSettings;
  readonly #transposes: FrozenTransposes;
  readonly #forward: ComputeGraph;
  readonly #training: ComputeGraph;

  constructor(processor: Processor, base: BaseWeights, settings: PassSettings) {
    this.base = base;
    this.settings = settings;
    this.lora = new LoraParameters(processor, base, settings.lora);
    this.#transposes = new FrozenTransposes(processor, base, settings.transposes);
    this.inputs = new BatchInputs(processor, base.hyperparameters, settings.shape, settings.dropout);
    const parts = { base, lora: this.lora, transposes: this.#transposes, inputs: this.inputs };
    const { checkpointing } = settings;
    this.#forward = describePass(processor, parts, { withGradient: false, checkpointing: false });
    this.#training = describePass(processor, parts, { withGradient: true, checkpointing });
  }

  /** What `allocate` takes, to the byte. Afterwards neither these passes nor their base can be used. */
  measure(): MemoryNeed {
    const need = {
      modelBytes: this.base.bytes + this.#transposes.bytes,
      optimizerBytes: this.lora.bytes,
      activationBytes: this.inputs.bytes,
    };
    for (const store of [this.base, this.lora, this.#transposes, this.inputs]) store.pretend();
    return { ...need, activationBytes: need.activationBytes + this.#forward.measure() + this.#training.measure() };
  }

  /** The base must be loaded. */
  async allocate(seed: number): Promise<void> {
    this.lora.allocate(seed);
    this.inputs.allocate();
    await this.#transposes.allocate();
    this.#forward.allocate();
    this.#training.allocate();
  }

  /** @returns nats, summed over the answer tokens of the batch */
  async lossOf(sequences: readonly TokenSequence[]): Promise<number> {
    this.inputs.fill(sequences, 0, null);
    await this.#forward.run();
    return this.inputs.readLoss();
  }

  /**
   * Add the gradient of the summed loss, times `lossScale`, to every parameter's.
   *
   * @returns nats, summed over the answer tokens of the batch
   */
  async addGradients(
    sequences: readonly TokenSequence[],
    lossScale: number,
    dropoutSeed: number | null,
  ): Promise<number> {
    this.inputs.fill(sequences, lossScale, dropoutSeed);
    await this.#training.run();
    return this.inputs.readLoss();
  }

  /** Bytes of activations in use now. */
  get activationBytes(): number {
    return this.#forward.bytes + this.#training.bytes + this.inputs.bytes;
  }

  [Symbol.dispose](): void {
    for (const part of [this.#training, this.#forward, this.inputs, this.#transposes, this.lora])
      part[Symbol.dispose]();
  }
}
