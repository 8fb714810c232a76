import { createInterface } from "node:readline";
import { LORA_TARGETS } from "../../core/contract/training.ts";
import { Processor } from "../../core/training/ggml/backend.ts";
import { TrainingPasses } from "../../core/training/graph/training-passes.ts";
import { BaseWeights } from "../../core/training/model/base-weights.ts";
import { AdamW } from "../../core/training/run/adamw.ts";
import { logitRows } from "../../core/training/run/fit-memory.ts";
import type { StepRequest } from "./stepper.ts";

/** The program beside `peft_steps.py`: the same steps by the product's own passes, one per line on standard input. */
const { model, rank, tokens, answers, threads, checkpointing } = JSON.parse(process.argv[2]!) as StepRequest;
const LOSS_SCALE = 1024;

const processor = new Processor(threads);
const base = await BaseWeights.describe(processor, model);
await base.load();
const { vocabularySize } = base.hyperparameters;
const passes = new TrainingPasses(processor, base, {
  lora: { rank, alpha: 2 * rank, targets: LORA_TARGETS },
  shape: { tokens, ...logitRows(answers, vocabularySize) },
  dropout: 0,
  transposes: "stored",
  checkpointing,
});
await passes.allocate(1);
const optimizer = new AdamW(processor, passes.lora);
const sequence = {
  tokens: Int32Array.from({ length: tokens }, (_, at) => (at * 7919) % vocabularySize),
  answers: Uint8Array.from({ length: tokens }, (_, at) => (at >= tokens - 1 - answers && at + 1 < tokens ? 1 : 0)),
};
say({ ready: true });
let step = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  step += 1;
  const [started, used] = [performance.now(), process.cpuUsage()];
  const sum = await passes.addGradients([sequence], LOSS_SCALE, null);
  const divisor = answers * LOSS_SCALE;
  await optimizer.step({ step, learningRate: 1e-4, weightDecay: 0, divisor, clip: 1 });
  const { user, system } = process.cpuUsage(used);
  say({
    seconds: (performance.now() - started) / 1000,
    processorSeconds: (user + system) / 1e6,
    loss: sum / answers,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  });
}

function say(values: object): void {
  process.stdout.write(`${JSON.stringify(values)}\n`);
}
