import { availableParallelism } from "node:os";
import type { LlamaEmbeddingContext, Token } from "node-llama-cpp";
import { openLlama, withReason } from "../runtime/llama-library.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { TextEncoder } from "./embedder.ts";

/** As llama.h numbers them (enum llama_pooling_type). */
const poolingTypes = { mean: 1, cls: 2, last: 3 } as const;
/** Room for the tokens the library puts around a text; a full context is refused by it as well. */
const SPARE_TOKENS = 4;

/** A GGUF embedding model, by llama.cpp. A text longer than the model reads is embedded in parts, which are averaged. */
export async function openGgufEncoder(identity: EmbedderIdentity): Promise<TextEncoder> {
  const { file, architecture, pooling, maxTokens } = identity;
  const llama = await openLlama();
  const asError = (reason: string): Error => new Error(reason);
  const model = await withReason(
    () =>
      llama.loadModel({
        modelPath: file!,
        metadataOverrides: { [architecture!]: { pooling_type: poolingTypes[pooling] } },
      }),
    asError,
  );
  const context = await withReason(
    () =>
      model.createEmbeddingContext({
        contextSize: maxTokens,
        // Half of the machine: the other half belongs to the model that answers meanwhile.
        threads: Math.max(1, Math.floor(availableParallelism() / 2)),
      }),
    asError,
  );
  return {
    batchSize: 1,
    async encode(texts) {
      const vectors: Float32Array[] = [];
      for (const text of texts)
        vectors.push(await encodeWhole(context, model.tokenize(text, false), maxTokens - SPARE_TOKENS));
      const width = vectors[0]?.length ?? 0;
      const rows = new Float32Array(vectors.length * width);
      for (const [row, vector] of vectors.entries()) rows.set(vector, row * width);
      return rows;
    },
    async dispose() {
      await context.dispose();
      await model.dispose();
    },
  };
}

async function encodeWhole(context: LlamaEmbeddingContext, tokens: Token[], window: number): Promise<Float32Array> {
  let sum: Float32Array | null = null;
  for (let from = 0; from === 0 || from < tokens.length; from += window) {
    const { vector } = await context.getEmbeddingFor(tokens.slice(from, from + window));
    const part = Float32Array.from(vector);
    if (sum === null) sum = part;
    // Parts count alike whatever their length: each is a direction.
    else for (const [i, value] of unit(part).entries()) sum[i]! += value;
    if (from === 0 && tokens.length > window) sum = unit(sum);
  }
  return sum!;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
