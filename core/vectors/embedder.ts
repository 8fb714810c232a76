import { env, type FeatureExtractionPipeline, pipeline } from "@huggingface/transformers";
import { FourfoldError } from "../contract/failures.ts";
import type { EmbedderIdentity } from "../store/collections.ts";

// Offline is a property: nothing but the named folder is ever looked at.
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.useFSCache = false;

/**
 * Texts per run. onnxruntime keeps the memory of its largest batch for ever, and on a processor
 * larger batches are not faster (measured: 8 needs a quarter of the memory of 64).
 */
const BATCH_SIZE = 8;

/** A sentence embedder: text in, a vector of unit length out. */
export class Embedder {
  readonly #extract: FeatureExtractionPipeline;
  readonly identity: EmbedderIdentity;

  private constructor(extract: FeatureExtractionPipeline, identity: EmbedderIdentity) {
    this.#extract = extract;
    this.identity = identity;
  }

  /** @throws embedder_missing, embedder_failed  naming the folder and the library's own reason */
  static async open(identity: EmbedderIdentity): Promise<Embedder> {
    try {
      const extract = await pipeline("feature-extraction", identity.folder, {
        dtype: identity.dtype,
        device: "cpu",
        // One thread: the other cores belong to the model that answers meanwhile.
        session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
      });
      return new Embedder(extract, identity);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FourfoldError(
        {
          code: "embedder_failed",
          message: `The embedder in ${identity.folder} cannot be used: ${reason}`,
          action: "Restore its files (run npm start once more), or choose another embedder.",
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
    const { dimensions, queryPrefix, passagePrefix, pooling, normalize } = this.identity;
    const prefix = kind === "query" ? queryPrefix : passagePrefix;
    const embeddings = new Float32Array(texts.length * dimensions);
    const order = texts.map((_, index) => index).sort((a, b) => texts[a]!.length - texts[b]!.length);
    for (let from = 0; from < order.length; from += BATCH_SIZE) {
      options.signal?.throwIfAborted();
      const batch = order.slice(from, from + BATCH_SIZE);
      const output = await this.#extract(
        batch.map((index) => prefix + texts[index]!),
        { pooling, normalize },
      );
      const values = output.data as Float32Array;
      if (values.length !== batch.length * dimensions) throw this.#wrongShape(values.length / batch.length);
      batch.forEach((index, row) =>
        embeddings.set(values.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions),
      );
      output.dispose();
      options.onProgress?.(from + batch.length);
    }
    return embeddings;
  }

  async dispose(): Promise<void> {
    await this.#extract.dispose();
  }

  #wrongShape(received: number): FourfoldError {
    const { dimensions, name } = this.identity;
    return new FourfoldError({
      code: "vector_shape_mismatch",
      message: `${name} gave vectors of ${received} dimensions, but is described with ${dimensions}.`,
      action: "Correct its entry in models/manifest.json.",
      details: { expected: dimensions, received },
    });
  }
}
