import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { llamaLoss } from "./llama-loss.ts";
import { openBase, openPasses } from "./open-passes.ts";
import { randomSequence } from "./sequences.ts";
import { type TinyModel, writeTinyModel } from "./tiny-model.ts";

const WIDE = {
  embeddingLength: 256,
  heads: 4,
  headDimensions: 64,
  feedForwardLength: 512,
  layers: 2,
  vocabularySize: 512,
};

describe("the loss of a sequence equals llama.cpp's", () => {
  test.each<[name: string, options: Partial<TinyModel>, within: number]>([
    ["llama F32", {}, 1e-3],
    ["llama F16", { type: "F16" }, 1e-3],
    ["llama BF16", { type: "BF16" }, 1e-3],
    ["llama with Llama 3's rotation factors", { ropeFactors: true }, 1e-3],
    ["llama whose head is its embedding", { tied: true }, 1e-3],
    ["qwen2", { architecture: "qwen2" }, 1e-3],
    ["qwen3 with wide heads", { architecture: "qwen3", headDimensions: 32 }, 1e-3],
    ["phi3, whose matrices are fused", { architecture: "phi3" }, 1e-3],
    ["phi3 with rotation factors and a longer rotation", { architecture: "phi3", ropeFactors: true }, 1e-3],
    ["gemma", { architecture: "gemma" }, 1e-3],
    ["gemma2 with capped scores and logits, and a window", { architecture: "gemma2" }, 1e-3],
    ["gemma2 F16", { architecture: "gemma2", type: "F16" }, 1e-3],
    ["gemma3 with a window of another rotation", { architecture: "gemma3" }, 1e-3],
    [
      "gemma3 with wide heads and a head of its embedding",
      { architecture: "gemma3", tied: true, headDimensions: 32 },
      1e-3,
    ],
    ["phi3 Q4_K", { type: "Q4_K", architecture: "phi3", ...WIDE }, 5e-3],
    ["gemma2 Q8_0", { type: "Q8_0", architecture: "gemma2" }, 5e-3],
    ["gemma3 Q6_K", { type: "Q6_K", architecture: "gemma3", ...WIDE }, 5e-3],
    ["llama Q8_0", { type: "Q8_0" }, 5e-3],
    ["llama Q4_0", { type: "Q4_0" }, 5e-3],
    // In real files for widths that 256 does not divide, such as Qwen 2.5 0.5B's, Q4_K_M is mostly these.
    ["qwen2 Q5_0", { type: "Q5_0", architecture: "qwen2" }, 5e-3],
    ["llama IQ4_NL", { type: "IQ4_NL" }, 5e-3],
    ["llama Q3_K", { type: "Q3_K", ...WIDE }, 5e-3],
    ["llama Q4_K", { type: "Q4_K", ...WIDE }, 5e-3],
    ["qwen3 Q5_K", { type: "Q5_K", architecture: "qwen3", ...WIDE }, 5e-3],
    ["qwen2 Q6_K", { type: "Q6_K", architecture: "qwen2", ...WIDE }, 5e-3],
  ])("%s", async (_name, options, within) => {
    const path = await writeTinyModel(temporaryFolder(), options);
    const sequence = randomSequence(48, 12, 256);
    const passes = await openPasses(await openBase(path), { shape: { tokens: 64, answers: 40, headRows: 16 } });
    for (const { values, shape } of passes.lora.parameters) {
      passes.lora.write(values, new Float32Array(shape[0] * shape[1]));
    }

    const loss = (await passes.lossOf([sequence])) / passes.inputs.answerCount;

    expect(Math.abs(loss - (await llamaLoss(path, sequence)))).toBeLessThan(within);
  });
});
