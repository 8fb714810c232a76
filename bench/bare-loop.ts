import type { LlamaContextSequence, LlamaModel } from "node-llama-cpp";
import { serveChild } from "../core/children/serve-child.ts";
import { openLlama } from "../core/runtime/llama-library.ts";

/** The same model and the same settings as the product's, and around them nothing but a loop. */
export interface BareSetup {
  modelPath: string;
  adapterPath: string;
  contextSize: number;
  threads: number;
  batchSize: number;
}

export interface BarePrompt {
  arm: "base" | "adapter" | "rag" | "combined";
  /** As tokenized, special tokens written out. */
  prompt: string;
  /** Prompt tokens at the beginning that the product had in its cache from the arm's prompt before. */
  cachedTokens: number;
  /** Tokens to generate, an end token included. */
  tokens: number;
}

export interface BareRun {
  /** Of all prompts together. */
  ms: number;
  processorMs: number;
  /** From the first to the last token of every answer, together. */
  decodeMs: number;
  promptTokens: number[];
  texts: string[];
}

let model: LlamaModel;
const sequences = new Map<BarePrompt["arm"], LlamaContextSequence>();

const handlers = {
  open: async ({ modelPath, adapterPath, contextSize, threads, batchSize }: BareSetup): Promise<void> => {
    model = await (await openLlama()).loadModel({ modelPath, ignoreMemorySafetyChecks: true });
    for (const arm of ["base", "adapter", "rag", "combined"] as const) {
      const context = await model.createContext({
        contextSize,
        batchSize,
        sequences: 1,
        threads: { ideal: threads, min: threads },
        ignoreMemorySafetyChecks: true,
        ...(arm === "adapter" || arm === "combined"
          ? { lora: { adapters: [{ filePath: adapterPath, scale: 1 }] } }
          : {}),
      });
      sequences.set(arm, context.getSequence());
    }
  },

  run: async ({ prompts }: { prompts: BarePrompt[] }): Promise<BareRun> => {
    const run: BareRun = { ms: 0, processorMs: 0, decodeMs: 0, promptTokens: [], texts: [] };
    const started = performance.now();
    const before = process.cpuUsage();
    for (const { arm, prompt, cachedTokens, tokens } of prompts) {
      const sequence = sequences.get(arm)!;
      const input = model.tokenize(prompt, true);
      await sequence.eraseContextTokenRanges([{ start: cachedTokens, end: sequence.nextTokenIndex }]);
      const output = [];
      let firstAt = 0;
      for await (const token of sequence.evaluate(input.slice(cachedTokens), { temperature: 0, yieldEogToken: true })) {
        if (output.length === 0) firstAt = performance.now();
        output.push(token);
        if (output.length >= tokens) break;
      }
      run.decodeMs += performance.now() - firstAt;
      run.promptTokens.push(input.length);
      run.texts.push(model.detokenize(output.filter((token) => !model.isEogToken(token))));
    }
    run.ms = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    run.processorMs = (user + system) / 1000;
    return run;
  },
};
export type BareLoop = typeof handlers;

serveChild(handlers);
