import type { Processor } from "../ggml/backend.ts";
import type { Tensor } from "../ggml/native-types.ts";
import type { Operations } from "../ggml/operations.ts";
import { TensorStore } from "../ggml/tensor-store.ts";
import { seededRandom } from "../seeded-random.ts";
import { HEAD_SCALE } from "./head-scale.ts";
import type { Hyperparameters } from "../model/architecture.ts";

/** The fixed size of a micro-batch; shorter ones are padded. */
export interface BatchShape {
  /** Tokens of all packed sequences together. */
  tokens: number;
  /** Positions that may carry loss; a multiple of `headRows`. */
  answers: number;
  /** Positions whose logits exist at one time. */
  headRows: number;
}

/** One example as the model reads it: `answers[i]` says whether predicting `tokens[i + 1]` carries loss. */
export interface TokenSequence {
  tokens: Int32Array;
  answers: Uint8Array;
}

/** What changes from one micro-batch to the next. */
export class BatchInputs implements Disposable {
  readonly shape: BatchShape;
  readonly tokens: Tensor;
  readonly positions: Tensor;
  /** [tokens (keys), tokens (queries)]: 0 where a query may look, −∞ elsewhere */
  readonly #mask: Tensor;
  /** The same for layers that see less far back; null where no sequence is longer than they see. */
  readonly #windowMask: Tensor | null;
  /** Where in the batch the answers stand. */
  readonly answerRows: Tensor;
  /** Per answer position: its target's place in its own chunk's logits, laid end to end. */
  readonly targets: Tensor;
  /** [1, answers]: what the gradient of each is multiplied by after the head, 0 for padding */
  readonly answerWeights: Tensor;
  /** [1, answers]: the probability the model gave to each target; written by the graph */
  readonly probabilities: Tensor;
  /** [embedding, answers]: the gradient of the final hidden states; passed between chunks and layers by the graph */
  readonly hiddenGradient: Tensor;
  readonly #dropoutPool: Tensor | null;
  readonly #dropout: number;
  readonly #store: TensorStore;
  readonly #hyperparameters: Hyperparameters;
  #count = 0;

  constructor(processor: Processor, hyperparameters: Hyperparameters, shape: BatchShape, dropout: number) {
    this.shape = shape;
    this.#hyperparameters = hyperparameters;
    this.#dropout = dropout;
    this.#store = new TensorStore(processor, 16);
    const { tokens, answers } = shape;
    this.tokens = this.#store.add("I32", tokens);
    this.positions = this.#store.add("I32", tokens);
    this.#mask = this.#store.add("F32", tokens, tokens);
    const window = hyperparameters.slidingWindow?.tokens ?? Infinity;
    this.#windowMask = tokens <= window ? null : this.#store.add("F32", tokens, tokens);
    this.answerRows = this.#store.add("I32", answers);
    this.targets = this.#store.add("I32", answers);
    this.answerWeights = this.#store.add("F32", 1, answers);
    this.probabilities = this.#store.add("F32", 1, answers);
    this.hiddenGradient = this.#store.add("F32", hyperparameters.embeddingLength, answers);
    this.#dropoutPool = dropout === 0 ? null : this.#store.add("F32", this.#poolLength());
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  allocate(): void {
    this.#store.allocate();
    if (this.#dropoutPool !== null) this.#store.set(this.#dropoutPool, new Float32Array(this.#poolLength()).fill(1));
  }

  pretend(): void {
    this.#store.pretend();
  }

  maskOf(layer: number): Tensor {
    const isSliding = this.#hyperparameters.slidingWindow?.layers[layer] === true;
    return isSliding ? (this.#windowMask ?? this.#mask) : this.#mask;
  }

  /**
   * Pack sequences into the batch.
   *
   * @param lossScale    what gradients are multiplied by, so that small ones survive 8-bit products
   * @param dropoutSeed  null keeps everything, as for measuring
   */
  fill(sequences: readonly TokenSequence[], lossScale: number, dropoutSeed: number | null): void {
    const { tokens: size, answers: mostAnswers, headRows } = this.shape;
    const { vocabularySize } = this.#hyperparameters;
    const tokens = new Int32Array(size);
    const positions = new Int32Array(size);
    const mask = closedMask(size);
    const windowMask = this.#windowMask === null ? null : closedMask(size);
    const window = this.#hyperparameters.slidingWindow?.tokens ?? Infinity;
    const rows = new Int32Array(mostAnswers);
    const weights = new Float32Array(mostAnswers);
    // Padding points at the first target of its own chunk, with no weight.
    const targets = Int32Array.from({ length: mostAnswers }, (_, row) => (row % headRows) * vocabularySize);
    let start = 0;
    let count = 0;
    for (const sequence of sequences) {
      const { length } = sequence.tokens;
      if (start + length > size) throw new Error(`the batch holds ${size} tokens`);
      for (let at = 0; at < length; at++) {
        tokens[start + at] = sequence.tokens[at]!;
        positions[start + at] = at;
        const row = (start + at) * size + start;
        mask.fill(0, row, row + at + 1);
        windowMask?.fill(0, row + Math.max(0, at + 1 - window), row + at + 1);
        if (at + 1 === length || sequence.answers[at] === 0) continue;
        if (count === mostAnswers) throw new Error(`the batch holds ${mostAnswers} answer tokens`);
        rows[count] = start + at;
        weights[count] = lossScale / HEAD_SCALE;
        targets[count]! += sequence.tokens[at + 1]!;
        count += 1;
      }
      start += length;
    }
    // A row that may look nowhere would be a softmax over nothing.
    for (let at = start; at < size; at++) {
      mask[at * size + at] = 0;
      if (windowMask !== null) windowMask[at * size + at] = 0;
    }
    this.#store.set(this.tokens, tokens);
    this.#store.set(this.positions, positions);
    this.#store.set(this.#mask, mask);
    if (this.#windowMask !== null && windowMask !== null) this.#store.set(this.#windowMask, windowMask);
    this.#store.set(this.answerRows, rows);
    this.#store.set(this.targets, targets);
    this.#store.set(this.answerWeights, weights);
    this.#fillDropout(dropoutSeed);
    this.#count = count;
  }

  /** Answer tokens in the batch. */
  get answerCount(): number {
    return this.#count;
  }

  /** Summed over the answer tokens, nats; what the last run gave them. */
  readLoss(): number {
    const probabilities = this.#store.read(this.probabilities);
    let sum = 0;
    for (let row = 0; row < this.#count; row++) sum -= Math.log(Math.max(probabilities[row]!, LEAST_PROBABILITY));
    return Number.isNaN(probabilities.reduce((total, value) => total + value, 0)) ? Number.NaN : sum;
  }

  /**
   * Which inputs of an adapted matrix are kept, [inputs, tokens], scaled so that their mean stays; null without dropout.
   *
   * One pool of random values serves all matrices, each from its own offset: a mask of its own per matrix would
   * cost as much memory as the activations.
   */
  dropoutMask(operations: Operations, name: string, inputs: number): Tensor | null {
    if (this.#dropoutPool === null) return null;
    const offset = 4 * OFFSET_STEP * hashOf(name, this.#offsets());
    const flat = operations.view1(this.#dropoutPool, inputs * this.shape.tokens, offset);
    return operations.reshape2(flat, inputs, this.shape.tokens);
  }

  #fillDropout(seed: number | null): void {
    if (this.#dropoutPool === null) return;
    const pool = new Float32Array(this.#poolLength());
    if (seed === null) pool.fill(1);
    else {
      const random = seededRandom(seed);
      const kept = 1 / (1 - this.#dropout);
      for (let index = 0; index < pool.length; index++) pool[index] = random() < this.#dropout ? 0 : kept;
    }
    this.#store.set(this.#dropoutPool, pool);
  }

  #offsets(): number {
    return this.#hyperparameters.layers * 7;
  }

  #poolLength(): number {
    const { embeddingLength, feedForwardLength, heads, headDimensions } = this.#hyperparameters;
    const widest = Math.max(embeddingLength, feedForwardLength, heads * headDimensions);
    return widest * this.shape.tokens + OFFSET_STEP * this.#offsets();
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

/** Odd, so that no two matrices line up on a power of two. */
const OFFSET_STEP = 61;
/** Smaller than any probability a float can hold without losing digits. */
const LEAST_PROBABILITY = 1.2e-38;

const closedMask = (size: number): Float32Array => new Float32Array(size * size).fill(-Infinity);

/** The place of a matrix among all: its layer and its kind. */
function hashOf(name: string, places: number): number {
  const [, layer, part] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name)!;
  const kinds = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
  // A matrix that stands for several takes the place of the first.
  const kind = Math.max(0, kinds.indexOf(part!));
  return (Number(layer) * kinds.length + kind) % places;
}
