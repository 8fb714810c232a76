import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type TrainingProgress, TrainingSettings } from "../../core/contract/training.ts";
import { examineDataset } from "../../core/training/dataset/examine.ts";
import { readDataset } from "../../core/training/dataset/read-dataset.ts";
import { hashFile } from "../../core/runtime/hash-file.ts";
import { readHeader } from "../../core/runtime/gguf-header.ts";
import type { TrainRequest } from "../../core/training/requests.ts";
import { Encoder } from "../../core/training/tokens/encode.ts";
import { countAnswers } from "../../core/training/tokens/lengths.ts";
import { Training } from "../../core/training/training.ts";
import { smallDisk } from "../support/small-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { llamaLoss } from "./llama-loss.ts";
import { writeTinyDataset } from "./tiny-dataset.ts";
import { writeTinyModel } from "./tiny-model.ts";

/** Small enough for seconds, with dropout and packing, so that everything random takes part. */
const settings = TrainingSettings.parse({
  ...{ rank: 16, epochs: 4, learningRate: 5e-3, batchTokens: 512, dropout: 0.1, weightDecay: 0.01 },
  patience: 0,
});

describe("a training run", () => {
  test("makes an adapter that llama.cpp finds as good as the trainer does, and says where it comes from", async () => {
    const { request, training } = await prepare();
    const seen: TrainingProgress[] = [];
    const result = await training.train(request, { onProgress: (progress) => seen.push(progress) });

    expect(result).toMatchObject({ path: request.target, end: "finished" });
    expect(result.loss.validation).toBeLessThan(0.5 * result.loss.validationBefore!);
    expect(await lossInLlama(request, "test")).toBeCloseTo(result.loss.testBefore!, 3);
    expect(Math.abs((await lossInLlama(request, "test", request.target)) - result.loss.test!)).toBeLessThan(1e-3);
    expect(seen.map(({ type }) => type)).toEqual(expect.arrayContaining(["stage", "plan", "step", "evaluation"]));
    const { info } = await readHeader(request.target);
    expect(info.metadata).toMatchObject({
      general: { type: "adapter", architecture: "llama", name: "Tiny" },
      adapter: { type: "lora", lora: { alpha: 32 } },
      fourfold: {
        base: { sha256: request.base.sha256 },
        lora: { rank: 16 },
        training: { seed: 42, settings: JSON.stringify(settings), steps: result.steps },
      },
    });
    expect(training.status.state).toBe("idle");
  });

  test("killed and resumed gives the same bytes as one that was left alone", async () => {
    const { request, training } = await prepare();
    await training.train(request);
    const again = { ...request, folder: `${request.folder}-again`, target: `${request.target}-again`, saveEveryMs: 0 };
    let killed = false;
    const onProgress = (progress: TrainingProgress) => {
      if (killed || progress.type !== "step" || progress.point.step < 5) return;
      killed = true;
      process.kill(training.status.pid!, "SIGKILL");
    };
    await expect(training.train(again, { onProgress })).rejects.toMatchObject({ failure: { code: "child_crashed" } });
    expect(existsSync(again.target)).toBe(false);
    const resumed: number[] = [];
    await training.train(again, {
      onProgress: (progress) => progress.type === "plan" && resumed.push(progress.resumedFromStep),
    });

    expect(resumed[0]).toBeGreaterThanOrEqual(4);
    expect(readFileSync(again.target).equals(readFileSync(request.target))).toBe(true);
  });

  test(
    "whose process ends by a fault goes on by itself from its last checkpoint, but not a second time",
    { timeout: 240_000 },
    async () => {
      const { request } = await prepare({}, 30);
      const faultAt = async (suffix: string, ...steps: number[]) => {
        const training = startTraining();
        const resumed: number[] = [];
        const target = `${request.target}-${suffix}`;
        const run = { ...request, folder: `${request.folder}-${suffix}`, target, saveEveryMs: 0 };
        const onProgress = (progress: TrainingProgress) => {
          if (progress.type === "plan") resumed.push(progress.resumedFromStep);
          if (progress.type !== "step" || progress.point.step < (steps[0] ?? Infinity)) return;
          steps.shift();
          process.kill(training.status.pid!, "SIGFPE");
        };
        const end = await training.train(run, { onProgress }).then(
          ({ end: reached }) => reached,
          ({ failure }) => failure.details.exit,
        );
        return { end, resumed, target };
      };

      const once = await faultAt("once", 3);
      expect(once).toMatchObject({ end: "finished", resumed: [0, expect.any(Number)] });
      expect(once.resumed[1]).toBeGreaterThanOrEqual(2);
      const twice = await faultAt("twice", 2, 4);
      expect(twice.end).toBe("SIGFPE");
      expect(existsSync(twice.target)).toBe(false);
    },
  );

  test("stops within two seconds, keeps its place, and goes on to the same adapter", async () => {
    const { request, training } = await prepare();
    await training.train(request);
    const again = { ...request, folder: `${request.folder}-again`, target: `${request.target}-again` };
    const stop = new AbortController();
    let stoppedAt = 0;
    const onProgress = (progress: TrainingProgress) => {
      if (progress.type !== "step" || stop.signal.aborted) return;
      stoppedAt = performance.now();
      stop.abort();
    };
    await expect(training.train(again, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      failure: { code: "stopped" },
    });
    expect(performance.now() - stoppedAt).toBeLessThan(2000);
    expect(existsSync(join(again.folder, "checkpoint.bin"))).toBe(true);
    await training.train(again);

    expect(readFileSync(again.target).equals(readFileSync(request.target))).toBe(true);
  });

  test("is not continued from a damaged checkpoint, with other settings, or on another base", async () => {
    const { request, training } = await prepare();
    await training.train(request);
    const refused = { failure: { code: "training_not_resumable" } };

    const other = { ...request, settings: { ...settings, seed: 43 } };
    await expect(training.train(other)).rejects.toMatchObject(refused);
    const checkpoint = readFileSync(join(request.folder, "checkpoint.bin"));
    checkpoint[checkpoint.length >> 1]! ^= 1;
    writeFileSync(join(request.folder, "checkpoint.bin"), checkpoint);
    await expect(training.train(request)).rejects.toMatchObject(refused);
    copyFileSync(await writeTinyModel(temporaryFolder(), { seed: 2 }), request.base.path);
    await expect(training.train(request)).rejects.toMatchObject({ failure: { code: "model_changed" } });
  });

  test("stops early and keeps the best weights when the validation loss rises", async () => {
    const { request, training } = await prepare(
      { epochs: 60, patience: 2, learningRate: 2e-2, evaluationsPerEpoch: 1 },
      40,
    );
    const evaluations: { step: number; validationLoss: number }[] = [];
    const result = await training.train(request, {
      onProgress: (progress) => progress.type === "evaluation" && evaluations.push(progress),
    });

    const best = evaluations.toSorted((a, b) => a.validationLoss - b.validationLoss)[0]!;
    expect(result).toMatchObject({ end: "early-stop", bestStep: best.step });
    expect(await lossInLlama(request, "validation", request.target)).toBeCloseTo(result.loss.validation!, 2);
  });

  test("ends in words when the loss is no number, and leaves no adapter behind", async () => {
    const { request, training } = await prepare({ alpha: 1e25 });
    const failed = training.train(request);

    await expect(failed).rejects.toMatchObject({ failure: { code: "training_diverged" } });
    expect(existsSync(request.target)).toBe(false);
  });
});

describe("a full disk", () => {
  test("ends a run in words, half-written files go, and it goes on when there is room", async (context) => {
    const { request, training } = await prepare();
    const disk = smallDisk(1);
    if (disk === null) return context.skip("this user may not mount a disk");
    const folder = join(disk, "run");
    mkdirSync(folder);
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(900_000));
    const cramped = { ...request, folder, saveEveryMs: 0 };

    await expect(training.train(cramped)).rejects.toMatchObject({ failure: { code: "disk_full" } });
    expect(existsSync(request.target)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes("unfinished"))).toEqual([]);
    rmSync(ballast);

    expect((await training.train({ ...cramped, saveEveryMs: 60_000 })).end).toBe("finished");
  });
});

describe("before a run", () => {
  test("the dataset is examined in the base's tokens, with what is too long", async () => {
    const { request, training } = await prepare({ sequenceLength: 64 });
    const long = JSON.stringify({ prompt: "many words ".repeat(20), completion: "no" });
    writeFileSync(request.path, `${readFileSync(request.path, "utf8")}${long}\nnot json\n`);

    expect(await training.examine(request)).toMatchObject({
      examples: 61,
      malformed: [{ line: 62 }],
      lengths: { sequenceLength: 64, tooLong: [{ line: 61, tokens: expect.any(Number) }] },
      answerForm: { form: "JSON objects with a", outliers: [{ line: 61, why: "is not JSON" }] },
    });
  });

  test("the plan says memory and time, and takes less when less is free", async () => {
    const { request } = await prepare();
    const plan = await startTraining().plan(request);
    expect(plan).toMatchObject({ checkpointing: false, storedTransposes: true, steps: expect.any(Number) });
    expect(plan.memory.neededBytes).toBeGreaterThan(plan.memory.modelBytes + plan.memory.optimizerBytes);
    expect(plan.estimatedMs).toBeGreaterThan(0);

    const tight = await startTraining(plan.memory.neededBytes - 1).plan(request);
    expect(tight).toMatchObject({ checkpointing: true });
    await expect(startTraining(1e6).plan(request)).rejects.toMatchObject({
      failure: { code: "training_memory_insufficient", details: { availableBytes: 1e6 } },
    });
  });

  test(
    "the learning rate follows the size of the base unless someone chose one, and the adapter says which it was",
    { timeout: 240_000 },
    async () => {
      const { request, training } = await prepare({ epochs: 2 });
      const { learningRate: _, ...unchosen } = request.settings;
      const asUsual = { ...request, folder: `${request.folder}-usual`, target: `${request.target}-usual` };

      expect(await training.plan({ ...request, settings: unchosen })).toMatchObject({
        learningRate: { value: 2e-3, reason: expect.stringContaining("0.17 million parameters") },
      });
      const chosen = await training.train({ ...request, settings: unchosen });
      const usual = await training.train({ ...asUsual, settings: { ...unchosen, learningRate: 2e-4 } });
      const fall = ({ loss }: typeof chosen) => loss.validationBefore! - loss.validation!;
      expect(fall(chosen)).toBeGreaterThan(3 * fall(usual));
      const { info } = await readHeader(request.target);
      expect(info.metadata).toMatchObject({ fourfold: { training: { learning_rate: expect.closeTo(2e-3, 6) } } });
    },
  );

  test("malformed lines are listed, and left out when that is agreed", async () => {
    const { request, training } = await prepare();
    writeFileSync(request.path, `not json\n${readFileSync(request.path, "utf8")}{"prompt": "a"}\n`);

    await expect(training.plan(request)).rejects.toMatchObject({
      failure: { code: "dataset_malformed", details: { problems: [{ line: 1 }, { line: 62 }] } },
    });
    const plan = await training.plan({ ...request, skipMalformed: true });
    expect(plan.dataset.examples).toBe(60);
  });

  test("a base whose matrices do not fit together is refused in words, not by a crash", async () => {
    const { request, training } = await prepare();
    const bytes = readFileSync(request.base.path);
    // The first dimension of the first layer's query matrix: after its name and the number of its dimensions.
    const name = "blk.0.attn_q.weight";
    bytes.writeBigUInt64LE(32n, bytes.indexOf(name) + name.length + 4);
    const path = join(temporaryFolder(), "crooked.gguf");
    writeFileSync(path, bytes);

    await expect(training.plan({ ...request, base: { ...request.base, path } })).rejects.toMatchObject({
      failure: { code: "training_unsupported", message: expect.stringContaining("attn_q.weight is 32 × 64") },
    });
  });

  test.each([
    ["lfama", "its architecture is lfama."],
    ["mamba", "its architecture is mamba, whose layers carry a state from token to token."],
  ])("the architecture %s is refused by name, with the reason where it is known", async (architecture, reason) => {
    const { request, training } = await prepare();
    const bytes = readFileSync(request.base.path).toString("latin1");
    const path = join(temporaryFolder(), "other.gguf");
    writeFileSync(path, Buffer.from(bytes.replaceAll("llama", architecture), "latin1"));

    await expect(training.plan({ ...request, base: { ...request.base, path } })).rejects.toMatchObject({
      failure: { code: "training_unsupported", message: expect.stringContaining(reason) },
    });
  });
});

function startTraining(availableBytes?: number): Training {
  const before = process.env["FOURFOLD_AVAILABLE_BYTES"];
  if (availableBytes !== undefined) process.env["FOURFOLD_AVAILABLE_BYTES"] = String(availableBytes);
  const training = new Training();
  onTestFinished(async () => {
    await training[Symbol.asyncDispose]();
    if (before === undefined) delete process.env["FOURFOLD_AVAILABLE_BYTES"];
    else process.env["FOURFOLD_AVAILABLE_BYTES"] = before;
  });
  return training;
}

async function prepare(
  changes: Partial<TrainingSettings> = {},
  examples = 60,
): Promise<{ request: TrainRequest; training: Training }> {
  const folder = temporaryFolder();
  const path = await writeTinyModel(folder);
  mkdirSync(join(folder, "out"));
  const request: TrainRequest = {
    base: { path, name: "Tiny base", sha256: (await hashFile(path)).sha256 },
    path: writeTinyDataset(folder, examples),
    skipMalformed: false,
    settings: { ...settings, ...changes },
    name: "Tiny",
    folder: join(folder, "run"),
    target: join(folder, "out", "tiny.gguf"),
  };
  return { request, training: startTraining() };
}

/** Mean over all answer tokens of a split, in llama.cpp, with or without the adapter. */
async function lossInLlama(request: TrainRequest, split: "validation" | "test", lora?: string): Promise<number> {
  const { examples } = examineDataset(await readDataset(request.path), request.settings);
  await using encoder = await Encoder.open(request.base.path);
  let sum = 0;
  let count = 0;
  for (const { conversation } of examples.filter((example) => example.split === split)) {
    for (const encoded of encoder.encode(conversation)) {
      sum += (await llamaLoss(request.base.path, encoded, lora)) * countAnswers(encoded);
      count += countAnswers(encoded);
    }
  }
  return sum / count;
}
