import { open } from "node:fs/promises";
import { type GgufFileInfo, readGgufFileInfo } from "node-llama-cpp";
import { type GgufHeader, readHeader } from "../../runtime/gguf-header.ts";
import { fileFailure, modelIsAdapter } from "../../runtime/model-failures.ts";
import type { Processor } from "../ggml/backend.ts";
import type { Tensor } from "../ggml/native-types.ts";
import { TensorStore } from "../ggml/tensor-store.ts";
import { type TensorType, tensorTypeName } from "../ggml/tensor-type.ts";
import { trainingUnsupported } from "../training-failures.ts";
import { type Hyperparameters, readHyperparameters } from "./architecture.ts";
import { traitsOf } from "./architecture-traits.ts";
import { matrixShapes } from "./layer-matrices.ts";

export interface Weight {
  name: string;
  tensor: Tensor;
  type: TensorType;
  /** Innermost first: [inputs, outputs] of a matrix, [features] of a norm. */
  shape: number[];
}

/** The frozen base: described at once, read into memory by `load`. */
export class BaseWeights implements Disposable {
  readonly path: string;
  readonly hyperparameters: Hyperparameters;
  readonly #header: GgufHeader;
  readonly #store: TensorStore;
  readonly #weights = new Map<string, Weight>();

  private constructor(processor: Processor, path: string, header: GgufHeader) {
    this.path = path;
    this.#header = header;
    this.hyperparameters = readHyperparameters(path, header);
    this.#store = new TensorStore(processor, header.tensors.length);
    for (const { name, ggmlType, dimensions } of header.tensors) {
      const type = tensorTypeName(ggmlType);
      if (type === null) {
        throw trainingUnsupported(path, header.architecture, `its weight ${name} has type number ${ggmlType}`);
      }
      const shape = dimensions.map(Number);
      this.#weights.set(name, { name, type, shape, tensor: this.#store.add(type, ...shape) });
    }
    this.#refuseIncomplete();
  }

  /**
   * Read what the file says of itself; no weights yet.
   *
   * @throws training_unsupported, model_is_adapter, and everything `readHeader` finds in a file
   */
  static async describe(processor: Processor, path: string): Promise<BaseWeights> {
    const header = await readHeader(path);
    if (header.isAdapter) throw modelIsAdapter(path);
    return new BaseWeights(processor, path, header);
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  find(name: string): Weight | undefined {
    return this.#weights.get(name);
  }

  /** @throws Error  for a name that the architecture promises and the constructor has checked */
  get(name: string): Weight {
    const weight = this.#weights.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    return weight;
  }

  /** The matrix that turns the last hidden state into logits; small models share it with the embedding. */
  get head(): Weight {
    const own = traitsOf(this.hyperparameters.architecture).isTied ? undefined : this.find("output.weight");
    return own ?? this.get("token_embd.weight");
  }

  *[Symbol.iterator](): Iterator<Weight> {
    yield* this.#weights.values();
  }

  pretend(): void {
    this.#store.pretend();
  }

  /** Stream the weights from the file, or from all files of a split model. */
  async load(signal?: AbortSignal): Promise<void> {
    this.#store.allocate();
    for (const file of this.#header.files) {
      const info = await readGgufFileInfo(file, {
        sourceType: "filesystem",
        spliceSplitFiles: false,
        logWarnings: false,
      });
      await this.#loadFile(file, info, signal);
    }
  }

  async #loadFile(path: string, { tensorInfo }: GgufFileInfo, signal?: AbortSignal): Promise<void> {
    const chunk = Buffer.alloc(READ_BYTES);
    try {
      await using file = await open(path);
      for (const { name, fileOffset } of tensorInfo ?? []) {
        const weight = this.get(name);
        const size = this.#store.bytesOf(weight.tensor);
        for (let done = 0; done < size;) {
          signal?.throwIfAborted();
          const length = Math.min(chunk.length, size - done);
          const { bytesRead } = await file.read(chunk, 0, length, Number(fileOffset) + done);
          if (bytesRead === 0) throw new Error(`it ended inside ${name}`);
          this.#store.set(weight.tensor, chunk.subarray(0, bytesRead), done);
          done += bytesRead;
        }
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      throw fileFailure(path, error);
    }
  }

  /** ggml would end the process over a tensor that is missing or of another shape; here it is a sentence. */
  #refuseIncomplete(): void {
    const { architecture } = this.hyperparameters;
    for (const [name, shape, presence] of expectedShapes(this.hyperparameters)) {
      const found = this.#weights.get(name)?.shape;
      if (found === undefined && presence === "optional") continue;
      if (found === undefined) throw trainingUnsupported(this.path, architecture, `it lacks ${name}`);
      if (found.length === shape.length && shape.every((size, axis) => size === found[axis])) continue;
      const difference = `${name} is ${found.join(" × ")} instead of ${shape.join(" × ")}`;
      throw trainingUnsupported(this.path, architecture, difference);
    }
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

const READ_BYTES = 16 * 1024 * 1024;

type ExpectedShape = [name: string, shape: number[], presence?: "optional"];

function* expectedShapes(hyperparameters: Hyperparameters): Generator<ExpectedShape> {
  const { embeddingLength: width, vocabularySize, layers, headDimensions, rotation } = hyperparameters;
  const { hasPostNorms, isTied } = traitsOf(hyperparameters.architecture);
  yield ["token_embd.weight", [width, vocabularySize]];
  yield ["output_norm.weight", [width]];
  if (!isTied) yield ["output.weight", [width, vocabularySize], "optional"];
  for (const factors of ["rope_freqs", "rope_factors_short", "rope_factors_long"]) {
    yield [`${factors}.weight`, [rotation.dimensions / 2], "optional"];
  }
  const norms = ["attn_norm", "ffn_norm", ...(hasPostNorms ? ["post_attention_norm", "post_ffw_norm"] : [])];
  for (let layer = 0; layer < layers; layer++) {
    for (const [part, inputs, outputs] of matrixShapes(hyperparameters)) {
      yield [`blk.${layer}.${part}.weight`, [inputs, outputs]];
      yield [`blk.${layer}.${part}.bias`, [outputs], "optional"];
    }
    for (const part of norms) yield [`blk.${layer}.${part}.weight`, [width]];
    for (const part of ["attn_q_norm", "attn_k_norm"]) {
      yield [`blk.${layer}.${part}.weight`, [headDimensions], "optional"];
    }
  }
}
