import { env, type FeatureExtractionPipeline, pipeline } from "@huggingface/transformers";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { TextEncoder } from "./embedder.ts";

// Offline is a property: nothing but the named folder is ever looked at.
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.useFSCache = false;

/**
 * Texts per run. onnxruntime keeps the memory of its largest batch for ever, and on a processor
 * larger batches are not faster (measured: 8 needs a quarter of the memory of 64).
 */
const BATCH_SIZE = 8;

/** An ONNX model with its tokenizer, by transformers.js. */
export async function openOnnxEncoder({ folder, dtype, pooling }: EmbedderIdentity): Promise<TextEncoder> {
  const extract: FeatureExtractionPipeline = await pipeline("feature-extraction", folder, {
    dtype,
    device: "cpu",
    // One thread: the other cores belong to the model that answers meanwhile.
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  return {
    batchSize: BATCH_SIZE,
    async encode(texts) {
      const output = await extract(texts, { pooling: pooling === "last" ? "last_token" : pooling, normalize: false });
      const values = Float32Array.from(output.data as Float32Array);
      output.dispose();
      return values;
    },
    dispose: () => extract.dispose(),
  };
}
