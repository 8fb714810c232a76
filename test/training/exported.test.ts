import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TrainingSettings } from "../../core/contract/training.ts";
import { exportAdapter } from "../../core/training/run/export-adapter.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { llamaLoss } from "./llama-loss.ts";
import { openBase, openPasses } from "./open-passes.ts";
import { randomSequence } from "./sequences.ts";
import { writeTinyModel } from "./tiny-model.ts";

describe("an exported adapter has in llama.cpp the loss it had in training", () => {
  test.each(["llama", "qwen2", "qwen3", "phi3", "gemma", "gemma2", "gemma3"] as const)(
    "on %s",
    async (architecture) => {
      const folder = temporaryFolder();
      const path = await writeTinyModel(folder, { architecture });
      const sequence = randomSequence(48, 12, 256);
      const settings = TrainingSettings.parse({ alpha: 128 });
      const passes = await openPasses(await openBase(path), {
        lora: settings,
        shape: { tokens: 64, answers: 40, headRows: 16 },
      });
      const adapter = join(folder, "adapter.gguf");
      await exportAdapter(adapter, passes.lora, {
        ...{
          architecture,
          name: "Random",
          base: { path, name: "Tiny", sha256: "" },
          dataset: { sha256: "", examples: 1 },
          passages: null,
        },
        ...{ settings: { ...settings, learningRate: 1e-3 }, steps: 1, bestStep: 1 },
        loss: { train: 0, validationBefore: null, validation: null, testBefore: null, test: null },
      });

      const loss = (await passes.lossOf([sequence])) / passes.inputs.answerCount;

      const [inLlama, ofBase] = [await llamaLoss(path, sequence, adapter), await llamaLoss(path, sequence)];
      expect(Math.abs(loss - inLlama)).toBeLessThan(1e-3);
      expect(Math.abs(loss - ofBase)).toBeGreaterThan(3e-3);
    },
  );
});
