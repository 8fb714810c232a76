import { hashFiles } from "../runtime/hash-file.ts";
import { openLlama } from "../runtime/llama-library.ts";
import type { Reranker } from "./reranker.ts";

/** Question and passage together; what is longer is cut by the library into overlapping parts, the best of which counts. */
const CONTEXT_TOKENS = 512;

/** A cross-encoder as GGUF with a ranking head, such as bge-reranker, run by llama.cpp. */
export async function openGgufReranker(path: string): Promise<Reranker> {
  const { sha256 } = await hashFiles([path]);
  const llama = await openLlama();
  const model = await llama.loadModel({ modelPath: path, ignoreMemorySafetyChecks: llama.gpu === false });
  try {
    const context = await model.createRankingContext({
      contextSize: { max: Math.min(CONTEXT_TOKENS, model.trainContextSize) },
      // The other cores belong to the model that answers; and llama.cpp's threads wait in a spin, which is slow on busy ones.
      threads: 1,
    });
    return {
      sha256,
      score: async (question, texts, signal) => {
        const scores: number[] = [];
        for (const text of texts) {
          signal.throwIfAborted();
          scores.push(await context.rank(question, text, { onOverflow: "maxChunk" }));
        }
        return scores;
      },
      dispose: () => model.dispose(),
    };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}
