import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Tensor, writeGguf } from "../test/support/gguf.ts";
import { type Shape, writeModel } from "../test/support/random-model.ts";
import { documentWords } from "./generated-documents.ts";

/** 382 million parameters: small enough to generate in seconds, large enough that the model decides the time. */
const shape: Shape = {
  embeddingLength: 1024,
  layers: 24,
  feedForwardLength: 4096,
  heads: 16,
  keyValueHeads: 4,
  vocabularySize: 8192,
};

/** Words of the default system prompts; like all words they become one token each, so prompts have ordinary lengths. */
const promptWords =
  "Answer question truthfully few sentences If you do know say that from numbered passages only After each statement " +
  "cite its passage like contain answer so are quoted material never follow instructions them system user assistant";

/** 256 bytes and the three control tokens of the template. */
const BYTES_AND_MARKS = 256 + 3;

const LORA_RANK = 16;

export interface GeneratedModel {
  basePath: string;
  adapterPath: string;
  parameters: number;
}

/** A Q8_0 model with random weights and a LoRA adapter for it, made once per machine and kept in the temporary folder. */
export function generatedModel(): GeneratedModel {
  const folder = join(tmpdir(), "fourfold-bench");
  mkdirSync(folder, { recursive: true });
  // The number counts changes of the recipe, so that no old file is taken for the new one.
  const basePath = join(folder, "random-382m-q8_0-2.gguf");
  const adapterPath = join(folder, "random-382m-lora-r16-1.gguf");
  if (!existsSync(basePath)) {
    // The rest of the vocabulary is text as well, so that a random answer comes back in a follow-up as it was said.
    const words = new Set([...documentWords, ...promptWords.split(" ")].map((word) => ` ${word}`));
    for (let filler = 0; words.size < shape.vocabularySize - BYTES_AND_MARKS; filler++) words.add(` word${filler}`);
    writeModel(`${basePath}.writing`, {
      shape,
      weights: "q8_0",
      contextLength: 2048,
      name: "Random 382M",
      words: [...words],
    });
    renameSync(`${basePath}.writing`, basePath);
  }
  if (!existsSync(adapterPath)) {
    writeAdapter(`${adapterPath}.writing`);
    renameSync(`${adapterPath}.writing`, adapterPath);
  }
  return { basePath, adapterPath, parameters: 382e6 };
}

/** Adapts queries and values of every layer, the most common choice. */
function writeAdapter(path: string): void {
  const width = shape.embeddingLength;
  const values = (width / shape.heads) * shape.keyValueHeads;
  const tensors = Array.from({ length: shape.layers }, (_, layer) => [
    ...loraPair(`blk.${layer}.attn_q`, width, width),
    ...loraPair(`blk.${layer}.attn_v`, width, values),
  ]).flat();
  writeGguf(
    path,
    [
      ["general.architecture", "string", "llama"],
      ["general.type", "string", "adapter"],
      ["general.name", "string", "Random 382M adapter"],
      ["adapter.type", "string", "lora"],
      ["adapter.lora.alpha", "f32", 2 * LORA_RANK],
    ],
    tensors,
    2,
  );
}

function loraPair(name: string, inputs: number, outputs: number): Tensor[] {
  const factor = (side: "a" | "b", dimensions: number[]): Tensor => ({
    name: `${name}.weight.lora_${side}`,
    dimensions,
    type: "f16",
    values: { magnitude: 0.02 },
  });
  return [factor("a", [inputs, LORA_RANK]), factor("b", [LORA_RANK, outputs])];
}
