import { stat } from "node:fs/promises";
import { FourfoldError } from "../contract/failures.ts";
import { openGgufReranker } from "./gguf-reranker.ts";
import { openOnnxReranker } from "./onnx-reranker.ts";

/** A cross-encoder in memory. */
export interface Reranker {
  /** Over all files it was made from. */
  sha256: string;
  /** One score per text, in order; higher is better. */
  score: (question: string, texts: string[], signal: AbortSignal) => Promise<number[]>;
  dispose: () => Promise<void>;
}

/**
 * Open the user's own cross-encoder.
 *
 * @throws file_missing, reranker_unusable  with the library's own reason
 */
export async function openReranker(path: string): Promise<Reranker> {
  const found = await stat(path).catch(() => null);
  if (found === null) {
    throw new FourfoldError({
      code: "file_missing",
      message: `There is no reranker at ${path}.`,
      action: "Correct its path in the retrieval settings, or leave it empty to do without one.",
      details: { path },
    });
  }
  try {
    return found.isDirectory() ? await openOnnxReranker(path) : await openGgufReranker(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FourfoldError(
      {
        code: "reranker_unusable",
        message: `${path} cannot be used as a reranker: ${reason}`,
        action:
          "Name a cross-encoder: a folder with config.json, tokenizer.json and onnx/, or a GGUF file with a ranking head.",
        details: { path, reason },
      },
      { cause: error },
    );
  }
}
