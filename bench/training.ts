import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { TrainingSettings } from "../core/contract/training.ts";
import { hashFile } from "../core/runtime/hash-file.ts";
import { Training } from "../core/training/training.ts";
import { type Shape, writeModel } from "../test/support/random-model.ts";
import { besidePeft, threadScaling } from "./training/beside-peft.ts";
import type { Claim, ClaimContext, Figure } from "./claim.ts";
import { figureOf } from "./claim.ts";
import { documentWords } from "./generated-documents.ts";

interface Subject {
  name: string;
  shape: Shape;
  /** A K-quant only where 256 divides the widths. */
  types: ("q8_0" | "q4_k")[];
}

/** The shapes of a 0.1B llama and of Qwen 2.5 0.5B, whose 152,000 words make the head the largest matrix. */
const small: Subject = {
  name: "0.1B",
  types: ["q8_0", "q4_k"],
  shape: {
    ...{ embeddingLength: 768, layers: 12, feedForwardLength: 2048, heads: 12, keyValueHeads: 4 },
    vocabularySize: 32_000,
  },
};
const large: Subject = {
  name: "0.5B",
  types: ["q8_0"],
  shape: {
    ...{ embeddingLength: 896, layers: 24, feedForwardLength: 4864, heads: 14, keyValueHeads: 2 },
    vocabularySize: 151_936,
  },
};

/** Optimizer steps of one micro-batch each; the first one warms up and counts. */
const STEPS = 8;
const [PROMPT_WORDS, ANSWER_WORDS] = [170, 60];

export const training: Claim = {
  name: "training",
  summary: "tokens per second and memory of LoRA training",
  measure: async (context) => {
    const figures: Figure[] = [];
    const subjects = context.long ? [small, large] : [small];
    for (const subject of subjects) figures.push(...(await measure(subject, context)));
    for (const subject of subjects) figures.push(...(await compare(subject, context)));
    return figures;
  },
};

async function measure(
  { name, shape }: Pick<Subject, "name" | "shape">,
  { scratch, say }: ClaimContext,
): Promise<Figure[]> {
  const path = model({ name, shape }, "q8_0");
  const dataset = join(scratch, "dataset.jsonl");
  writeFileSync(dataset, examples(STEPS).join("\n"));
  const settings = TrainingSettings.parse({
    ...{ epochs: 1, batchTokens: 256, validationShare: 0, testShare: 0, threads: 1 },
  });
  say(`training ${name} for ${STEPS} steps`);
  await using trainer = new Training();
  const { tokensPerSecond, peakMemoryBytes } = await trainer.train({
    ...{ path: dataset, skipMalformed: false, settings, name, folder: join(scratch, `run-${name}`) },
    base: { path, name, sha256: (await hashFile(path)).sha256 },
    target: join(scratch, `${name}.gguf`),
  });
  const claim = "training";
  const how = `${STEPS} steps of about 256 tokens through the product, Q8_0 base with random weights, rank 16 on all seven matrices, one thread; the trainer's own process`;
  return [
    figureOf([tokensPerSecond], { claim, name: `${name}: trained tokens`, unit: "tokens/s", how }),
    figureOf([peakMemoryBytes / 1e6], { claim, name: `${name}: peak memory`, unit: "MB", how }),
  ];
}

/**
 * Beside PyTorch + PEFT, where `FOURFOLD_BENCH_PYTHON` names a Python that has torch, transformers and peft. Two threads are
 * measured on a quiet machine only: threads that wait for each other measure the neighbours.
 */
async function compare({ name, shape, types }: Subject, { say }: ClaimContext): Promise<Figure[]> {
  const python = process.env["FOURFOLD_BENCH_PYTHON"];
  const request = { shape, rank: 16, tokens: 256, answers: 64, threads: 1, checkpointing: false };
  const figures: Figure[] = [];
  for (const type of types) {
    const path = model({ name, shape }, type);
    const subject = { name: `${name} ${type.toUpperCase()}`, request: { ...request, model: path }, say };
    if (python !== undefined) figures.push(...(await besidePeft({ ...subject, python })));
    if (loadavg()[0]! < cpus().length) figures.push(await threadScaling(subject));
    else say(`${subject.name}: other programs hold the cores, two threads are not measured`);
  }
  return figures;
}

/** Made once per machine. */
function model({ name, shape }: Pick<Subject, "name" | "shape">, weights: Subject["types"][number]): string {
  const folder = join(tmpdir(), "fourfold-bench");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `training-${name}-${weights}-1.gguf`);
  if (existsSync(path)) return path;
  const words = new Set(documentWords.map((word) => ` ${word}`));
  // 256 bytes and three marks come on top.
  for (let filler = 0; words.size < shape.vocabularySize - 259; filler++) words.add(` word${filler}`);
  writeModel(`${path}.writing`, {
    shape,
    weights,
    contextLength: 2048,
    name: `Random ${name}`,
    words: [...words],
  });
  renameSync(`${path}.writing`, path);
  return path;
}

function examples(count: number): string[] {
  const text = (start: number, length: number) =>
    Array.from({ length }, (_, index) => documentWords[(start + index * 7) % documentWords.length]).join(" ");
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ prompt: text(index * 31, PROMPT_WORDS), completion: text(index * 17, ANSWER_WORDS) }),
  );
}
