import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { AskProgress, Comparison } from "../../core/contract/comparison.ts";
import type { EngineClient } from "../../core/contract/index.ts";
import { Arm } from "../../core/contract/models.ts";
import { askReport } from "../../core/contract/reports.ts";
import { EXIT, exitCodeOfFailure } from "../failures.ts";
import { follow } from "../../core/contract/follow.ts";
import { collectionIdsOf } from "../chosen-collection.ts";
import { addFilterOptions, collect, filterOf, type FilterOptions } from "../filter-options.ts";
import { parseInteger, parseNumber } from "../numbers.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { ProgressLine } from "../progress-line.ts";
import { grid } from "../grid.ts";

interface AskOptions extends Partial<FilterOptions> {
  arms: Arm[];
  model?: string;
  adapter: { file: string; scale: number }[];
  collection: string[];
  seed?: number;
  temperature?: number;
  maxTokens?: number;
  topK?: number;
  wholeDocuments?: boolean;
}

export function addAsk(program: Command): void {
  const command = program
    .command("ask")
    .description("answer a question in up to four arms")
    .argument("<question>")
    .option("--arms <list>", "of base, adapter, rag, combined, in the order they run", parseArms, [...Arm.options])
    .option("--model <file>", "a GGUF base: its path, name or id; default: the bundled one")
    .option("--adapter <file[:scale]>", "a GGUF LoRA adapter; may be given more than once", collectAdapter, [])
    .option(
      "--collection <name>",
      "whose passages the rag and combined arms get; may be given more than once; default: those chosen last",
      collect,
      [],
    )
    .option("--seed <n>", "0 to 4294967295; default: drawn, and printed", parseInteger)
    .option("--temperature <x>", "0 takes the likeliest token every time", parseNumber)
    .option("--max-tokens <n>", "most tokens of an answer", parseInteger)
    .option("--top-k <n>", "passages to retrieve", parseInteger)
    .option("--whole-documents", "read the documents whole, not passages; refused when they do not fit");
  addFilterOptions(command).action(async (question: string, options: AskOptions, command: Command) => {
    const global = globalOptions(command);
    const line = new ProgressLine();
    const comparison = await withEngine(global, "ask", async (client, signal, engine) => {
      // A workspace that was never used gets the samples, so that a first question has documents to look in.
      const collections = await client.collections.list({});
      if (options.collection.length === 0 && collections.every(({ documentCount }) => documentCount === 0))
        await engine?.prepareSamples();
      return askOnce(client, question, options, signal, (progress) => showProgress(line, progress));
    });
    line.clear();
    if (global.json) process.stdout.write(`${JSON.stringify(askReport(comparison))}\n`);
    else process.stdout.write(grid(comparison));
    process.exitCode = exitCodeOfComparison(comparison);
  });
}

/** Resolve files and names to the ids of the contract, then ask. */
export async function askOnce(
  client: EngineClient,
  question: string,
  options: AskOptions,
  signal: AbortSignal,
  onProgress: (progress: AskProgress) => void,
): Promise<Comparison> {
  const settings = await client.workspace.settings({});
  const { models } = await client.models.list({});
  const modelId = options.model === undefined ? undefined : await modelIdOf(client, options.model, signal);
  const adapters: { modelId: string; scale: number }[] = [];
  for (const { file, scale } of options.adapter)
    adapters.push({ modelId: await modelIdOf(client, file, signal), scale });
  const collectionIds = await collectionIdsOf(client, options.collection, settings);
  // Without an adapter named, the ones chosen in the workspace apply, but only to the base they were chosen for.
  const chosenBase = settings.modelId ?? models.find(({ kind }) => kind === "base")?.id;
  const isChosenBase = modelId === undefined || modelId === chosenBase;
  let comparisonId: string | null = null;
  try {
    return await follow(
      client.comparison.ask(
        {
          question,
          arms: options.arms,
          adapters: options.adapter.length === 0 && isChosenBase ? settings.adapters : adapters,
          collectionId: collectionIds[0] ?? null,
          otherCollectionIds: collectionIds.slice(1),
          modelId,
          seed: options.seed,
          temperature: options.temperature,
          maxTokens: options.maxTokens,
          topK: options.topK,
          ...(collectionIds.length > 0 && { filter: await filterOf(client, collectionIds, options) }),
          wholeDocuments: options.wholeDocuments ?? false,
        },
        { signal },
      ),
      (progress) => {
        if (progress.type === "started") ({ comparisonId } = progress);
        onProgress(progress);
      },
    );
  } catch (error) {
    // From another process's engine nothing more comes once we have left, but it is stored like here.
    const stored = signal.aborted && comparisonId !== null ? await settled(client, comparisonId, options.arms) : null;
    if (stored === null) throw error;
    return stored;
  }
}

/** A stopped comparison is stored arm by arm, a moment after the stop; null when that takes too long. */
async function settled(client: EngineClient, comparisonId: string, arms: Arm[]): Promise<Comparison | null> {
  for (const pause of [50, 200, 400, 800, 1600]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const stored = await client.comparison.get({ comparisonId });
    if (stored.arms.length === arms.length) return stored;
  }
  return null;
}

/** A model by id, by name, or by the path of a file, which is added when the workspace does not know it yet. */
async function modelIdOf(client: EngineClient, fileOrName: string, signal: AbortSignal): Promise<string> {
  const { models } = await client.models.list({});
  const known = models.find(({ id, name }) => id === fileOrName || name === fileOrName);
  if (known !== undefined && !existsSync(fileOrName)) return known.id;
  const added = await follow(client.models.add({ path: resolve(fileOrName) }, { signal }), () => {});
  return added.id;
}

export function showProgress(line: ProgressLine, progress: AskProgress): void {
  if (progress.type === "loading")
    line.show(`${progress.progress.stage} the model ${Math.round(progress.progress.fraction * 100)} %`);
  else if (progress.type === "retrieving") line.show("searching the documents");
  else if (progress.type === "prefill") {
    line.show(
      `${progress.arm}: reading the prompt ${Math.round((100 * progress.doneTokens) / progress.promptTokens)} %`,
    );
  } else if (progress.type === "text") line.show(`${progress.arm}: answering`);
}

/** One failed arm among answers is said in its place; the command fails when an arm failed. */
export function exitCodeOfComparison({ arms }: Comparison): number {
  const failures = arms.flatMap(({ failure }) => failure ?? []);
  if (arms.some(({ stopReason }) => stopReason === "stopped")) return EXIT.failure;
  if (failures.length === 0) return EXIT.done;
  return failures.every((failure) => exitCodeOfFailure(failure) === EXIT.badUsage) ? EXIT.badUsage : EXIT.failure;
}

function parseArms(list: string): Arm[] {
  const arms = list.split(",").map((word) => Arm.safeParse(word.trim()));
  if (arms.some(({ success }) => !success)) throw new InvalidArgumentError(`Arms are ${Arm.options.join(", ")}.`);
  return [...new Set(arms.map(({ data }) => data!))];
}

/** `FILE` or `FILE:scale`; a colon belongs to the path unless only a number follows it, as in C:\adapter.gguf. */
function collectAdapter(word: string, before: { file: string; scale: number }[]): { file: string; scale: number }[] {
  const match = existsSync(word) ? null : /^(.+):([+-]?(?:\d+\.?\d*|\.\d+))$/.exec(word);
  return [...before, match === null ? { file: word, scale: 1 } : { file: match[1]!, scale: Number(match[2]) }];
}
