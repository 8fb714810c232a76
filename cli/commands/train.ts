import { copyFile, rename } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type EngineClient, FourfoldError } from "../../core/contract/index.ts";
import {
  LoraTarget,
  type PassagesReport,
  type TrainingPlan,
  type TrainingProgress,
  type TrainingRun,
  TrainingSettings,
} from "../../core/contract/training.ts";
import { follow } from "../../core/contract/follow.ts";
import { baseIdOf } from "../base-id.ts";
import { inMegabytes, inWords } from "../in-words.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { parseInteger, parseNumber } from "../parse-number.ts";
import { ProgressLine } from "../progress-line.ts";

type TrainOptions = Omit<Partial<TrainingSettings>, "passages"> & {
  model?: string;
  out?: string;
  name?: string;
  resume?: string;
  plan?: boolean;
  skipMalformed?: boolean;
  lr?: number;
  withPassages?: string;
  passages?: number;
  passagesShare?: number;
  appendCitations?: boolean;
};

export function addTrain(program: Command): void {
  program
    .command("train")
    .description("make a LoRA adapter from a dataset; Ctrl-C pauses it, --resume goes on")
    .argument("[dataset]", "JSONL (chat messages, prompt and completion, Alpaca, ShareGPT) or CSV")
    .option("--model <file>", "the GGUF base: its path, name or id; default: the one chosen last")
    .option("--out <file>", "where the adapter is copied to; it is in the workspace anyway")
    .option("--name <name>", "the adapter's name; default: the dataset's")
    .option("--plan", "only say what it would take")
    .option("--resume <run>", "go on with a paused run, by its id")
    .option("--skip-malformed", "train on the rest when lines are malformed")
    .option("--with-passages <collection>", "retrieve passages for some prompts, so that the adapter keeps to them")
    .option("--passages-share <x>", "share of the examples that get them; default: 0.5", parseNumber)
    .option("--passages <k>", "passages per prompt; default: as many as answers are made from", parseInteger)
    .option("--append-citations", "append [n] to answers whose words stand in exactly one of their passages")
    .option("--rank <n>", "a multiple of 16 runs fastest", parseInteger)
    .option("--alpha <x>", "the update is alpha / rank times B·A", parseNumber)
    .option("--targets <list>", `of ${LoraTarget.options.join(", ")}`, parseTargets)
    .option("--epochs <n>", "how often every example is seen", parseNumber)
    .option("--lr <x>", "peak learning rate; default: by the base's size", parseNumber)
    .option("--warmup-share <x>", "share of the steps in which the rate rises", parseNumber)
    .option("--weight-decay <x>", "0 to 1", parseNumber)
    .option("--dropout <x>", "share of the adapter's inputs left out while training", parseNumber)
    .option("--sequence-length <n>", "longest example, in tokens", parseInteger)
    .option("--batch-tokens <n>", "tokens per optimizer step", parseInteger)
    .option("--validation-share <x>", "0 to 0.5", parseNumber)
    .option("--test-share <x>", "0 to 0.5", parseNumber)
    .option("--patience <n>", "evaluations without gain before it stops early; 0 never", parseInteger)
    .option("--seed <n>", "decides everything random", parseInteger)
    .option("--threads <n>", "default: one less than the machine has", parseInteger)
    .action(async (dataset: string | undefined, options: TrainOptions, command: Command) => {
      const global = globalOptions(command);
      const line = new ProgressLine();
      const onProgress = (progress: TrainingProgress) => showProgress(line, progress);
      await withEngine(global, "train", async (client, signal) => {
        if (options.plan === true) {
          const plan = await client.training.plan(await requestOf(client, dataset, options, signal), { signal });
          line.clear();
          process.stdout.write(global.json ? `${JSON.stringify(plan)}\n` : planInWords(plan));
          return;
        }
        const started =
          options.resume === undefined
            ? client.training.start(await requestOf(client, dataset, options, signal), { signal })
            : client.training.resume({ runId: options.resume }, { signal });
        const { run, adapter } = await follow(started, onProgress).catch(async (error: unknown) => {
          line.clear();
          if (signal.aborted) await sayHowToResume(client);
          throw error;
        });
        line.clear();
        if (options.out !== undefined) await copyTo(adapter.path, resolve(options.out));
        const path = options.out === undefined ? adapter.path : resolve(options.out);
        if (global.json) process.stdout.write(`${JSON.stringify({ path, run, adapter })}\n`);
        else process.stdout.write(resultInWords(path, run));
      });
    });
}

async function requestOf(
  client: EngineClient,
  dataset: string | undefined,
  options: TrainOptions,
  signal: AbortSignal,
) {
  if (dataset === undefined) {
    throw new FourfoldError({
      code: "bad_request",
      message: "No dataset was named.",
      action: "Name a JSONL or CSV file, or a paused run with --resume.",
      details: { issues: [{ path: "dataset", problem: "missing" }] },
    });
  }
  const { lr, model, out: _out, resume: _resume, plan: _plan, name, skipMalformed = false, ...others } = options;
  const { withPassages, passages: topK, passagesShare: share, appendCitations, ...settings } = others;
  const passages =
    withPassages === undefined ? undefined : { collectionId: withPassages, topK, share, appendCitations };
  if (passages === undefined && (topK ?? share ?? appendCitations) !== undefined) throw passagesFromNowhere();
  const parsed = TrainingSettings.safeParse({ ...settings, passages, ...(lr !== undefined && { learningRate: lr }) });
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), problem: message }));
    throw new FourfoldError({
      code: "bad_request",
      message: `These settings cannot be used: ${issues.map(({ path, problem }) => `${path}: ${problem}`).join("; ")}.`,
      action: "Correct them; fourfold train --help says what each one takes.",
      details: { issues },
    });
  }
  return {
    path: resolve(dataset),
    name: name ?? basename(dataset, extname(dataset)),
    baseId: await baseIdOf(client, model, signal),
    skipMalformed,
    settings: parsed.data,
  };
}

const passagesFromNowhere = (): FourfoldError =>
  new FourfoldError({
    code: "bad_request",
    message: "No collection was named that passages can be retrieved from.",
    action: "Name one with --with-passages, or leave the other options about passages out.",
    details: { issues: [{ path: "with-passages", problem: "missing" }] },
  });

function showProgress(line: ProgressLine, progress: TrainingProgress): void {
  if (progress.type === "stage") line.show(progress.stage);
  if (progress.type === "plan") {
    line.clear();
    process.stderr.write(planInWords(progress.plan));
    if (progress.resumedFromStep > 0) process.stderr.write(`going on after step ${progress.resumedFromStep}\n`);
  }
  if (progress.type === "evaluation") {
    line.clear();
    const best = progress.isBest ? ", the best so far" : "";
    process.stderr.write(`step ${progress.step}: validation loss ${progress.validationLoss.toFixed(4)}${best}\n`);
  }
  if (progress.type === "step") {
    const { point, steps, tokensPerSecond, etaMs, memoryBytes } = progress;
    const speed = `${tokensPerSecond.toFixed(0)} tokens/s · ${inMegabytes(memoryBytes)}`;
    line.show(`step ${point.step} of ${steps} · loss ${point.loss.toFixed(4)} · ${speed} · ${inWords(etaMs)} left`);
  }
}

function planInWords(plan: TrainingPlan): string {
  const { dataset, memory, steps, trainableParameters, sequenceLength, estimatedMs, threads, learningRate } = plan;
  const { train, validation, test } = dataset.splits;
  const time =
    estimatedMs === null ? "" : `, about ${inWords(estimatedMs)} on ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return [
    `${dataset.examples} examples: ${train} to train on, ${validation} for validation, ${test} held out`,
    ...(dataset.passages === null ? [] : [passagesInWords(dataset.passages)]),
    ...dataset.advice.map((advice) => `  ${advice}`),
    `${steps} steps of sequences up to ${sequenceLength} tokens, ${trainableParameters.toLocaleString("en")} trained parameters${time}`,
    `learning rate ${learningRate.value}${learningRate.reason === null ? "" : `, ${learningRate.reason}`}`,
    `memory ${inMegabytes(memory.neededBytes)}: base ${inMegabytes(memory.modelBytes)}, activations ${inMegabytes(memory.activationBytes)}, adapter and optimizer ${inMegabytes(memory.optimizerBytes)}`,
    "",
  ].join("\n");
}

function passagesInWords({ examples, topK, collection, cited, appended }: PassagesReport): string {
  const added = appended === 0 ? "" : `, ${appended} of them appended`;
  return `${examples} with up to ${topK} passages of ${collection} in the prompt, ${cited + appended} of them cited${added}`;
}

function resultInWords(path: string, { result }: TrainingRun): string {
  if (result === null) return `${path}\n`;
  const { loss, steps, bestStep, tokensPerSecond, ms, peakMemoryBytes } = result;
  const change = (before: number | null, after: number | null) =>
    before === null || after === null ? "none" : `${before.toFixed(4)} → ${after.toFixed(4)}`;
  return [
    path,
    `loss per answer token: validation ${change(loss.validationBefore, loss.validation)}, held out ${change(loss.testBefore, loss.test)}`,
    `step ${bestStep} of ${steps} kept; ${inWords(ms)}, ${tokensPerSecond.toFixed(0)} tokens/s, at most ${inMegabytes(peakMemoryBytes)}`,
    "",
  ].join("\n");
}

async function sayHowToResume(client: EngineClient): Promise<void> {
  const run = (await client.training.list({})).find(({ state }) => state === "running" || state === "paused");
  if (run !== undefined) process.stderr.write(`Paused. Go on with: fourfold train --resume ${run.id}\n`);
}

/** Under another name until it is whole. */
async function copyTo(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.unfinished`);
  await rename(`${to}.unfinished`, to);
}

function parseTargets(text: string): LoraTarget[] {
  return text.split(",").map((part) => {
    const target = LoraTarget.safeParse(part.trim());
    if (!target.success) throw new InvalidArgumentError(`It must be of ${LoraTarget.options.join(", ")}.`);
    return target.data;
  });
}
