import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AutoModelForSequenceClassification, AutoTokenizer, env } from "@huggingface/transformers";
import { hashFiles } from "../runtime/hash-file.ts";
import type { Reranker } from "./reranker.ts";

// Offline is a property: nothing but the named folder is ever looked at.
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.useFSCache = false;

/** File names of transformers.js with the precision they stand for; the most precise one there is serves. */
const precisions = { "model.onnx": "fp32", "model_fp16.onnx": "fp16", "model_quantized.onnx": "q8" } as const;
/** Pairs per run: onnxruntime keeps the memory of its largest batch for ever. */
const BATCH_SIZE = 8;

/** A cross-encoder as ONNX: sequence classification over pairs of question and passage. */
export async function openOnnxReranker(folder: string): Promise<Reranker> {
  const files = await readdir(join(folder, "onnx")).catch((): string[] => []);
  const name = Object.keys(precisions).find((file): file is keyof typeof precisions => files.includes(file));
  if (name === undefined) throw new Error(`its folder onnx/ holds none of ${Object.keys(precisions).join(", ")}`);
  const { sha256 } = await hashFiles(
    ["config.json", "tokenizer.json", `onnx/${name}`].map((file) => join(folder, file)),
  );
  const tokenizer = await AutoTokenizer.from_pretrained(folder);
  const model = await AutoModelForSequenceClassification.from_pretrained(folder, {
    dtype: precisions[name],
    device: "cpu",
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  return {
    sha256,
    score: async (question, texts, signal) => {
      const scores: number[] = [];
      for (let from = 0; from < texts.length; from += BATCH_SIZE) {
        signal.throwIfAborted();
        const batch = texts.slice(from, from + BATCH_SIZE);
        const questions = batch.map(() => question);
        const inputs = tokenizer(questions, { text_pair: batch, padding: true, truncation: true });
        const { logits } = await model(inputs);
        scores.push(...scoresOf(logits.data as Float32Array, batch.length));
        logits.dispose();
      }
      return scores;
    },
    dispose: async () => void (await model.dispose()),
  };
}

/** One label: its logit. Two: how far "relevant" lies above "irrelevant". */
function scoresOf(logits: Float32Array, count: number): number[] {
  const labels = logits.length / count;
  if (labels !== 1 && labels !== 2) throw new Error(`it has ${labels} labels, and a reranker has one or two`);
  return Array.from({ length: count }, (_, row) =>
    labels === 1 ? logits[row]! : logits[2 * row + 1]! - logits[2 * row]!,
  );
}
