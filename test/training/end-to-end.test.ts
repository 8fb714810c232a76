import { join } from "node:path";
import { getLlama, type LlamaModel, type Token } from "node-llama-cpp";
import { expect, onTestFinished, test } from "vitest";
import { TrainingSettings } from "../../core/contract/training.ts";
import { resolveTemplate } from "../../core/runtime/chat-template.ts";
import { hashFile } from "../../core/runtime/hash-file.ts";
import { layOut } from "../../core/runtime/prompt.ts";
import type { ChatMessage } from "../../core/runtime/requests.ts";
import { examineDataset } from "../../core/training/dataset/examine.ts";
import { readDataset } from "../../core/training/dataset/read-dataset.ts";
import { Training } from "../../core/training/training.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const BASE = "models/pocket/pocket-q8_0.gguf";
const DATASET = "models/ticket-json/dataset.jsonl";
const settings = TrainingSettings.parse({ epochs: 0.7, learningRate: 2e-3, batchTokens: 480, threads: 1 });

test(
  "less than one pass over a thousand examples teaches the bundled base to answer held-out prompts as JSON tickets",
  { timeout: 400_000 },
  async () => {
    const training = new Training();
    onTestFinished(() => training[Symbol.asyncDispose]());
    const folder = temporaryFolder();
    const target = join(folder, "tickets.gguf");
    const base = { path: BASE, name: "Pocket", sha256: (await hashFile(BASE)).sha256 };
    const request = { base, path: DATASET, skipMalformed: false, settings, name: "Tickets", folder, target };
    const result = await training.train(request);
    const { examples } = examineDataset(await readDataset(DATASET), settings);
    const prompts = examples
      .filter(({ split }) => split === "test")
      .slice(0, 40)
      .map(({ conversation }) => conversation.messages.slice(0, -1));

    const [before, after] = [await shareOfTickets(prompts), await shareOfTickets(prompts, target)];
    process.stdout.write(
      `${(result.ms / 1000).toFixed(0)} s, ${result.tokensPerSecond.toFixed(0)} tokens/s, peak ${(result.peakMemoryBytes / 1e6).toFixed(0)} MB, ` +
        `test loss ${result.loss.testBefore!.toFixed(3)} → ${result.loss.test!.toFixed(3)}, tickets ${before} → ${after}\n`,
    );

    expect(before).toBeLessThan(0.05);
    expect(after).toBeGreaterThanOrEqual(0.9);
    expect(result.ms).toBeLessThan(180_000);
  },
);

/** Share of the prompts that are answered, greedily, with one JSON object of the dataset's keys. */
async function shareOfTickets(prompts: ChatMessage[][], lora?: string): Promise<number> {
  const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, maxThreads: 1 });
  await using model = await llama.loadModel({ modelPath: BASE, ignoreMemorySafetyChecks: true });
  const template = resolveTemplate(model);
  await using context = await model.createContext({ contextSize: 768, threads: 1, ...(lora && { lora }) });
  const sequence = context.getSequence();
  let tickets = 0;
  for (const prompt of prompts) {
    await sequence.clearHistory();
    const answer: Token[] = [];
    for await (const token of sequence.evaluate(layOut(model, template, prompt).tokens, { temperature: 0 })) {
      if (model.isEogToken(token) || answer.length === 120) break;
      answer.push(token);
    }
    if (isTicket(model, answer)) tickets += 1;
  }
  return tickets / prompts.length;
}

function isTicket(model: LlamaModel, answer: Token[]): boolean {
  try {
    const value: unknown = JSON.parse(model.detokenize(answer));
    return Object.keys(value as object).join() === "answer,source,confidence";
  } catch {
    return false;
  }
}
