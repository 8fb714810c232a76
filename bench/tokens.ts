import { join } from "node:path";
import type { Arm } from "../core/contract/models.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, type Figure, figureOf } from "./claim.ts";
import { longQuestion } from "./generated-documents.ts";
import { generatedModel } from "./generated-model.ts";

const REPEATS = 5;
/** About the length of a question with five passages. */
const PROMPT_WORDS = 300;
const ANSWER_TOKENS = 48;

export const tokens: Claim = {
  name: "tokens",
  summary: "how fast the product reads prompts and writes answers",
  measure: async ({ scratch, say }) => {
    const { basePath, adapterPath } = generatedModel();
    await using product = await BenchEngine.open(join(scratch, "workspace"));
    const generated = { base: await product.addModel(basePath), adapter: await product.addModel(adapterPath) };
    const pocket = { base: await product.bundled("base"), adapter: await product.bundled("adapter") };

    const figures: Figure[] = [];
    for (const { label, base, adapter } of [
      { label: "382M model (Q8_0)", ...generated },
      { label: "pocket model", ...pocket },
    ]) {
      const { threads, prefillChunk } = await product.load(base.id);
      const reading: Record<"base" | "adapter", number[]> = { base: [], adapter: [] };
      const writing: Record<"base" | "adapter", number[]> = { base: [], adapter: [] };
      let promptTokens = 0;
      for (let repeat = 0; repeat <= REPEATS; repeat++) {
        say(`${label}: ${repeat} of ${REPEATS}`);
        const { comparison } = await product.ask({
          question: longQuestion(repeat + 1, PROMPT_WORDS),
          arms: ["base", "adapter"] satisfies Arm[],
          modelId: base.id,
          adapters: [{ modelId: adapter.id, scale: 1 }],
          seed: 1,
          temperature: 0,
          maxTokens: ANSWER_TOKENS,
          reuse: false,
        });
        for (const answer of comparison.arms) {
          const arm = answer.arm as "base" | "adapter";
          promptTokens = answer.promptTokens;
          const read = answer.promptTokens - answer.provenance!.cachedTokens;
          // The first round makes the contexts and reads the weights.
          if (repeat === 0) continue;
          if (answer.ttftMs !== null) reading[arm].push((read * 1000) / answer.ttftMs);
          if (answer.tokensPerSecond !== null) writing[arm].push(answer.tokensPerSecond);
        }
      }
      const shape = `${threads} threads, batch ${prefillChunk}`;
      for (const arm of ["base", "adapter"] as const) {
        figures.push(
          figureOf(reading[arm], {
            claim: "tokens",
            name: `${label}: prefill, ${arm} arm`,
            unit: "tokens/s",
            how: `prompts of about ${promptTokens} tokens that begin differently, cached tokens not counted, over the time to the first token; ${shape}`,
          }),
          figureOf(writing[arm], {
            claim: "tokens",
            name: `${label}: decode, ${arm} arm`,
            unit: "tokens/s",
            how: `after the first token, answers of at most ${ANSWER_TOKENS} tokens after that prompt; ${shape}`,
          }),
        );
      }
    }
    return figures;
  },
};
