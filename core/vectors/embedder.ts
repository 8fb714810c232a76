import { FourfoldError } from "../contract/failures.ts";
import type { EmbedderIdentity } from "../store/collections.ts";

/** What runs a model: texts in, rows of numbers out, of any length. */
export interface TextEncoder {
  /** Texts per run that suit it. */
  batchSize: number;
  /** @returns shape (texts.length, dimensions), row-major */
  encode(texts: string[]): Promise<Float32Array>;
  dispose(): Promise<unknown>;
}

/** Each telling wakes the engine: once for every batch of short texts took a sixth of its time in an import. */
const TELL_EVERY_MS = 100;

/** Wall time, and processor time of the process meanwhile. */
export interface EncodingTime {
  ms: number;
  processorMs: number;
}

/** A sentence embedder: text in, a vector of unit length out. */
export class Embedder {
  readonly #encoder: TextEncoder;
  readonly identity: EmbedderIdentity;
  /** Inside the model's own library so far, tokens included: what an import takes besides is ours. */
  readonly encoding: EncodingTime = { ms: 0, processorMs: 0 };

  private constructor(encoder: TextEncoder, identity: EmbedderIdentity) {
    this.#encoder = encoder;
    this.identity = identity;
  }

  /** @throws embedder_missing, embedder_failed  naming the folder and the library's own reason */
  static async open(identity: EmbedderIdentity): Promise<Embedder> {
    try {
      return new Embedder(await openEncoder(identity), identity);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FourfoldError(
        {
          code: "embedder_failed",
          message: `The embedder ${identity.file ?? `in ${identity.folder}`} cannot be used: ${reason}`,
          action: "Restore its files, or choose another embedder for the collection.",
          details: { embedder: identity.name, reason },
        },
        { cause: error },
      );
    }
  }

  /**
   * Embed texts in small batches, shortest together so that little padding is computed.
   *
   * @param kind   what prefix the embedder wants
   * @returns      shape (texts.length, dimensions), row-major, rows of unit length, in the order of `texts`
   */
  async embed(
    texts: string[],
    kind: "query" | "passage",
    options: { signal?: AbortSignal; onProgress?: (done: number) => void } = {},
  ): Promise<Float32Array> {
    const { dimensions, queryPrefix, passagePrefix } = this.identity;
    const { batchSize } = this.#encoder;
    let toldAt = performance.now();
    const prefix = kind === "query" ? queryPrefix : passagePrefix;
    const embeddings = new Float32Array(texts.length * dimensions);
    const order = texts.map((_, index) => index).sort((a, b) => texts[a]!.length - texts[b]!.length);
    for (let from = 0; from < order.length;) {
      options.signal?.throwIfAborted();
      const batch = order.slice(from, from + batchSize);
      const values = await this.#encode(batch.map((index) => prefix + texts[index]!));
      if (values.length !== batch.length * dimensions) throw this.#wrongShape(values.length / batch.length);
      batch.forEach((index, row) =>
        embeddings.set(unit(values.subarray(row * dimensions, (row + 1) * dimensions)), index * dimensions),
      );
      from += batch.length;
      if (performance.now() - toldAt < TELL_EVERY_MS && from < order.length) continue;
      toldAt = performance.now();
      options.onProgress?.(from);
    }
    return embeddings;
  }

  /** The vector of one passage, of whatever length: how an embedder that is not known yet is tried. */
  encodeOne(text: string): Promise<Float32Array> {
    return this.#encoder.encode([this.identity.passagePrefix + text]);
  }

  async dispose(): Promise<void> {
    await this.#encoder.dispose();
  }

  async #encode(texts: string[]): Promise<Float32Array> {
    const started = performance.now();
    const before = process.cpuUsage();
    const values = await this.#encoder.encode(texts);
    const { user, system } = process.cpuUsage(before);
    this.encoding.ms += performance.now() - started;
    this.encoding.processorMs += (user + system) / 1000;
    return values;
  }

  #wrongShape(received: number): FourfoldError {
    const { dimensions, name } = this.identity;
    return new FourfoldError({
      code: "vector_shape_mismatch",
      message: `${name} gave vectors of ${received} dimensions, but is described with ${dimensions}.`,
      action: "Add the embedder again: it is not the one that was described.",
      details: { expected: dimensions, received },
    });
  }
}

/** Each runtime is loaded when an embedder of its kind is opened: either costs a hundred megabytes and more. */
async function openEncoder(identity: EmbedderIdentity): Promise<TextEncoder> {
  if (identity.runtime === "gguf") return (await import("./gguf-encoder.ts")).openGgufEncoder(identity);
  return (await import("./onnx-encoder.ts")).openOnnxEncoder(identity);
}

/** The same direction at length 1, so that a dot product is a cosine; a vector of zeros stays one. */
function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return squares === 0 ? vector : vector.map((value) => value / Math.sqrt(squares));
}
