import { onTestFinished } from "vitest";
import { LORA_TARGETS } from "../../core/contract/training.ts";
import { Processor } from "../../core/training/ggml/backend.ts";
import { type PassSettings, TrainingPasses } from "../../core/training/graph/training-passes.ts";
import { BaseWeights } from "../../core/training/model/base-weights.ts";
import { seededRandom } from "../../core/training/seeded-random.ts";

const defaults: PassSettings = {
  lora: { rank: 16, alpha: 32, targets: LORA_TARGETS },
  shape: { tokens: 64, answers: 48, headRows: 16 },
  dropout: 0,
  transposes: "stored",
  checkpointing: false,
};

export async function openBase(path: string): Promise<{ processor: Processor; base: BaseWeights }> {
  const processor = new Processor(1);
  const base = await BaseWeights.describe(processor, path);
  onTestFinished(() => {
    base[Symbol.dispose]();
    processor[Symbol.dispose]();
  });
  await base.load();
  return { processor, base };
}

/** Passes over a model, with an adapter that is not zero; closed when the test ends. */
export async function openPasses(
  { processor, base }: Awaited<ReturnType<typeof openBase>>,
  settings: Partial<PassSettings> = {},
): Promise<TrainingPasses> {
  const passes = new TrainingPasses(processor, base, { ...defaults, ...settings });
  onTestFinished(() => passes[Symbol.dispose]());
  await passes.allocate(1);
  const random = seededRandom(9);
  for (const { name, shape, values } of passes.lora.parameters) {
    if (!name.endsWith(".lora_b")) continue;
    passes.lora.write(
      values,
      Float32Array.from({ length: shape[0] * shape[1] }, () => (random() - 0.5) * 0.1),
    );
  }
  return passes;
}

/** All gradients laid end to end. */
export function readGradients({ lora }: TrainingPasses): Float32Array {
  const parts = lora.parameters.map(({ gradient }) => lora.read(gradient));
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

/** Cosine of the angle between two gradients, and how much longer the first is. */
export function compareGradients(first: Float32Array, second: Float32Array): { cosine: number; ratio: number } {
  let product = 0;
  let firstSquares = 0;
  let secondSquares = 0;
  for (const [index, value] of first.entries()) {
    product += value * second[index]!;
    firstSquares += value * value;
    secondSquares += second[index]! ** 2;
  }
  return { cosine: product / Math.sqrt(firstSquares * secondSquares), ratio: Math.sqrt(firstSquares / secondSquares) };
}
