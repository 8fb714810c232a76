import { describe, expect, test } from "vitest";
import type { TokenSequence } from "../../core/training/graph/batch-inputs.ts";
import { TrainingSettings } from "../../core/contract/training.ts";
import { Processor } from "../../core/training/ggml/backend.ts";
import { fitMemory } from "../../core/training/run/fit-memory.ts";
import { TrainingPasses } from "../../core/training/graph/training-passes.ts";
import { BaseWeights } from "../../core/training/model/base-weights.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { autogradGradients } from "./autograd.ts";
import { compareGradients, openBase, openPasses, readGradients } from "./open-passes.ts";
import { randomSequence } from "./sequences.ts";
import { type TinyModel, writeTinyModel } from "./tiny-model.ts";

const LOSS_SCALE = 1024;

describe("the explicit backward pass", () => {
  test.each<[name: string, options: Partial<TinyModel>]>([
    ["llama", {}],
    ["llama with a tied head and Llama 3's rotation factors", { tied: true, ropeFactors: true }],
    ["qwen2", { architecture: "qwen2" }],
    ["qwen3", { architecture: "qwen3", headDimensions: 32 }],
    ["phi3", { architecture: "phi3", ropeFactors: true }],
  ])("of %s agrees with what small changes of each matrix do to the loss", async (_name, options) => {
    const passes = await openPasses(await openBase(await writeTinyModel(temporaryFolder(), options)));
    const sequence = randomSequence(40, 10, 3);
    await passes.addGradients([sequence], LOSS_SCALE, null);

    const worst = await worstDisagreement(passes, [sequence]);

    expect(worst.relative, JSON.stringify(worst)).toBeLessThan(1e-2);
  });

  test.each<[name: string, options: Partial<TinyModel>]>([
    ["llama", {}],
    ["llama with Llama 3's rotation factors", { ropeFactors: true }],
    ["qwen2", { architecture: "qwen2" }],
    ["qwen3", { architecture: "qwen3", headDimensions: 32 }],
  ])("of %s gives what ggml's own autograd gives", async (_name, options) => {
    const { processor, base } = await openBase(await writeTinyModel(temporaryFolder(), options));
    const passes = await openPasses({ processor, base }, { shape: { tokens: 40, answers: 30, headRows: 30 } });
    const sequence = randomSequence(40, 10, 3);
    const derived = await autogradGradients(processor, passes, [sequence]);
    await passes.addGradients([sequence], 1, null);

    for (const [index, { name, gradient }] of passes.lora.parameters.entries()) {
      const ours = passes.lora.read(gradient);
      const largest = derived[index]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = ours.reduce((most, value, at) => Math.max(most, Math.abs(value - derived[index]![at]!)), 0);
      expect(off / largest, name).toBeLessThan(1e-5);
    }
  });

  // Their gelu comes from a table of half floats, as in llama.cpp: steps that small changes of one entry drown in.
  test.each(["gemma", "gemma2", "gemma3"] as const)(
    "of %s agrees with what moving each half of each matrix along its gradient does to the loss",
    async (architecture) => {
      const passes = await openPasses(await openBase(await writeTinyModel(temporaryFolder(), { architecture })));
      const sequence = randomSequence(40, 10, 3);
      await passes.addGradients([sequence], LOSS_SCALE, null);

      const worst = await worstAlongGradient(passes, [sequence]);

      expect(worst.relative, JSON.stringify(worst)).toBeLessThan(3e-2);
    },
  );

  test("gives the same gradient with checkpointing, bit for bit", async () => {
    const base = await openBase(await writeTinyModel(temporaryFolder()));
    const gradients: Float32Array[] = [];
    for (const checkpointing of [false, true]) {
      const passes = await openPasses(base, { checkpointing });
      await passes.addGradients([randomSequence(40, 10, 3)], LOSS_SCALE, null);
      gradients.push(readGradients(passes));
    }

    expect(gradients[1]).toEqual(gradients[0]);
  });

  test("gives packed sequences the sum of what each gives alone", async () => {
    const passes = await openPasses(await openBase(await writeTinyModel(temporaryFolder())));
    const sequences = [randomSequence(20, 5, 3), randomSequence(30, 12, 4)];
    const alone: number[] = [];
    for (const sequence of sequences) alone.push(await passes.addGradients([sequence], LOSS_SCALE, null));
    const summed = readGradients(passes);
    passes.lora.clearGradients();

    const packed = await passes.addGradients(sequences, LOSS_SCALE, null);

    expect(packed).toBeCloseTo(alone[0]! + alone[1]!, 3);
    expect(await passes.lossOf(sequences)).toBeCloseTo(packed, 4);
    expect(compareGradients(readGradients(passes), summed).cosine).toBeGreaterThan(1 - 1e-6);
  });

  test("does not depend on how the head is cut", async () => {
    const base = await openBase(await writeTinyModel(temporaryFolder()));
    const gradients: Float32Array[] = [];
    for (const headRows of [48, 12]) {
      const passes = await openPasses(base, { shape: { tokens: 64, answers: 48, headRows } });
      await passes.addGradients([randomSequence(40, 10, 3)], LOSS_SCALE, null);
      gradients.push(readGradients(passes));
    }

    expect(gradients[1]).toEqual(gradients[0]);
  });

  test("with dropout agrees with the loss under the same mask, and measuring drops nothing", async () => {
    const base = await openBase(await writeTinyModel(temporaryFolder()));
    const [plain, dropping] = [await openPasses(base), await openPasses(base, { dropout: 0.3 })];
    const sequence = randomSequence(40, 10, 3);
    await dropping.addGradients([sequence], LOSS_SCALE, 5);

    const worst = await worstDisagreement(dropping, [sequence], 5);

    expect(worst.relative, JSON.stringify(worst)).toBeLessThan(1e-2);
    expect(await dropping.lossOf([sequence])).toBe(await plain.lossOf([sequence]));
    expect(await dropping.addGradients([sequence], LOSS_SCALE, 5)).not.toBeCloseTo(await plain.lossOf([sequence]), 2);
  });

  test.each<[type: TinyModel["type"], options: Partial<TinyModel>]>([
    ["Q8_0", {}],
    ["Q4_K", { embeddingLength: 256, headDimensions: 64, feedForwardLength: 512, layers: 2 }],
  ])("over %s weights keeps its direction with transposes stored in 8 bits", async (type, options) => {
    const base = await openBase(await writeTinyModel(temporaryFolder(), { type, ...options }));
    const gradients: Float32Array[] = [];
    for (const transposes of ["transient", "stored"] as const) {
      const passes = await openPasses(base, { transposes });
      await passes.addGradients([randomSequence(40, 10, 3)], LOSS_SCALE, null);
      gradients.push(readGradients(passes));
    }

    const { cosine, ratio } = compareGradients(gradients[1]!, gradients[0]!);

    expect(cosine).toBeGreaterThan(0.999);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
  });
});

describe("a large vocabulary", () => {
  test("is unpacked in parts, to the same gradient as with its whole transpose", async () => {
    // Just more words than fit into one part at this width.
    const options = { vocabularySize: 65_600, embeddingLength: 256, layers: 1, tied: true, type: "F16" } as const;
    const base = await openBase(await writeTinyModel(temporaryFolder(), options));
    const gradients: Float32Array[] = [];
    for (const transposes of ["transient", "stored"] as const) {
      const passes = await openPasses(base, { transposes });
      await passes.addGradients([randomSequence(40, 10, 3)], LOSS_SCALE, null);
      gradients.push(readGradients(passes));
    }

    const { cosine, ratio } = compareGradients(gradients[1]!, gradients[0]!);

    expect(cosine).toBeGreaterThan(0.999);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
  });
});

describe("memory", () => {
  test("of 152,000 words is that of a part of the answers, however many there are", async () => {
    const vocabularySize = 151_936;
    const path = await writeTinyModel(temporaryFolder(), {
      ...{ vocabularySize, layers: 1, type: "Q8_0", embeddingLength: 32, heads: 2, keyValueHeads: 1, tied: true },
    });
    using processor = new Processor(1);
    const settings = TrainingSettings.parse({ batchTokens: 2048 });
    const activationsOf = async (answers: number): Promise<number> => {
      const example = { ...randomSequence(answers + 10, 11, 3), line: 1 };
      const examples = { all: [example], sequenceLength: example.tokens.length };
      return (await fitMemory(processor, path, settings, examples)).memory.activationBytes;
    };

    const [few, many] = [await activationsOf(100), await activationsOf(800)];

    const dense = 4 * vocabularySize * 800;
    expect(many).toBeLessThan(0.5 * dense);
    // What grows is attention: 810 tokens that look at each other.
    expect(many - few).toBeLessThan(0.1 * dense);
  });

  test.each(["stored", "transient"] as const)("is known before anything is allocated (%s)", async (transposes) => {
    const path = await writeTinyModel(temporaryFolder(), { type: "F16" });
    const { processor, base } = await openBase(path);
    const passes = await openPasses({ processor, base }, { transposes, checkpointing: true });
    using described = await BaseWeights.describe(processor, path);
    using planned = new TrainingPasses(processor, described, passes.settings);

    const need = planned.measure();

    expect(need.modelBytes).toBeGreaterThanOrEqual(base.bytes);
    expect(need.optimizerBytes).toBe(passes.lora.bytes);
    expect(need.activationBytes).toBe(passes.activationBytes);
  });
});

/** For each matrix the entry with the largest gradient, against a fourth-order difference. */
async function worstDisagreement(
  passes: TrainingPasses,
  sequences: TokenSequence[],
  dropoutSeed: number | null = null,
) {
  const gradients = passes.lora.parameters.map(({ gradient }) => passes.lora.read(gradient));
  const loss = () => passes.addGradients(sequences, LOSS_SCALE, dropoutSeed);
  let worst = { name: "", relative: 0, analytic: 0, numeric: 0 };
  for (const [index, { name, values }] of passes.lora.parameters.entries()) {
    const gradient = gradients[index]!;
    const largest = gradient.reduce((best, value, at) => (Math.abs(value) > Math.abs(gradient[best]!) ? at : best), 0);
    const before = passes.lora.read(values);
    const moved = async (by: number): Promise<number> => {
      const after = before.slice();
      after[largest]! += by;
      passes.lora.write(values, after);
      return loss();
    };
    const step = 2e-2;
    const near = (await moved(step)) - (await moved(-step));
    const far = (await moved(2 * step)) - (await moved(-2 * step));
    passes.lora.write(values, before);
    const numeric = (8 * near - far) / (12 * step);
    const analytic = gradient[largest]! / LOSS_SCALE;
    const relative = Math.abs(analytic - numeric) / Math.abs(numeric);
    if (relative > worst.relative) worst = { name, relative, analytic, numeric };
  }
  return worst;
}

/** For the even and the odd entries of each matrix: the length of their gradient, against a fourth-order difference. */
async function worstAlongGradient(passes: TrainingPasses, sequences: TokenSequence[]) {
  const gradients = passes.lora.parameters.map(({ gradient }) => passes.lora.read(gradient));
  let worst = { name: "", relative: 0, analytic: 0, numeric: 0 };
  for (const [index, { name, values }] of passes.lora.parameters.entries()) {
    const before = passes.lora.read(values);
    for (const half of [0, 1]) {
      const direction = gradients[index]!.map((value, at) => (at % 2 === half ? value / LOSS_SCALE : 0));
      const analytic = Math.hypot(...direction);
      const moved = async (by: number): Promise<number> => {
        passes.lora.write(
          values,
          before.map((value, at) => value + (by * direction[at]!) / analytic),
        );
        return passes.lossOf(sequences);
      };
      const step = 5e-2;
      const near = (await moved(step)) - (await moved(-step));
      const far = (await moved(2 * step)) - (await moved(-2 * step));
      passes.lora.write(values, before);
      const numeric = (8 * near - far) / (12 * step);
      const relative = Math.abs(analytic - numeric) / Math.abs(numeric);
      if (relative > worst.relative) worst = { name, relative, analytic, numeric };
    }
  }
  return worst;
}
