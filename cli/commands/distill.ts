import { basename, extname, resolve } from "node:path";
import type { Command } from "commander";
import { follow } from "../../core/contract/follow.ts";
import {
  type DistillationDraft,
  type DistillationProgress,
  type EngineClient,
  FourfoldError,
} from "../../core/contract/index.ts";
import { baseIdOf } from "../base-id.ts";
import { inWords } from "../in-words.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { parseInteger, parseNumber } from "../parse-number.ts";
import { ProgressLine } from "../progress-line.ts";

interface DistillOptions {
  teacher?: string;
  collection?: string;
  system?: string;
  out?: string;
  name?: string;
  draft?: string;
  acceptAll?: boolean;
  maxTokens?: number;
  temperature?: number;
  seed?: number;
}

export function addDistill(program: Command): void {
  program
    .command("distill")
    .description("let a larger model draft answers to prompts, to be reviewed and trained on; Ctrl-C pauses it")
    .argument("[prompts]", "plain text with a prompt per line, JSONL or CSV; answers in it are left out")
    .option("--teacher <file>", "the GGUF model that answers: its path, name or id; default: the one chosen last")
    .option("--collection <name>", "documents it answers from, with citations")
    .option("--system <text>", "said to the teacher, and not trained on")
    .option("--out <file>", "JSONL of the accepted pairs")
    .option("--accept-all", "accept undecided answers unseen; those cut at their limit stay undecided")
    .option("--draft <id>", "go on with a draft instead, and write what of it is accepted")
    .option("--name <name>", "the draft's name; default: the prompts'")
    .option("--max-tokens <n>", "longest answer; default: the teacher's own", parseInteger)
    .option("--temperature <x>", "default: 0, the likeliest word each time", parseNumber)
    .option("--seed <n>", "decides everything random", parseInteger)
    .action(async (prompts: string | undefined, options: DistillOptions, command: Command) => {
      const global = globalOptions(command);
      const line = new ProgressLine();
      await withEngine(global, "distill", async (client, signal) => {
        const started = begin(client, prompts, options, signal);
        let draftId = options.draft ?? "";
        let draft = await follow(started, (progress) => {
          if (progress.type === "draft") draftId = progress.draft.id;
          showProgress(line, progress);
        }).catch(async (error: unknown) => {
          line.clear();
          // The engine may be another process's, and would go on.
          if (signal.aborted && draftId !== "") await client.distillation.pause({ draftId });
          if (draftId !== "") process.stderr.write(`Kept. Go on with: fourfold distill --draft ${draftId}\n`);
          throw error;
        });
        line.clear();
        if (options.acceptAll === true) draft = await client.distillation.acceptAll({ draftId: draft.id });
        const out = options.out === undefined ? {} : { path: resolve(options.out) };
        const isReviewed = draft.counts.accepted > 0;
        const written = isReviewed ? await client.distillation.export({ draftId: draft.id, ...out }) : null;
        if (global.json) process.stdout.write(`${JSON.stringify({ draft, written })}\n`);
        else process.stdout.write(inSentences(draft, written));
      });
    });
}

async function begin(
  client: EngineClient,
  prompts: string | undefined,
  options: DistillOptions,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<EngineClient["distillation"]["start"]>>> {
  const { draft, teacher, collection, name, system, maxTokens, temperature, seed } = options;
  if (draft !== undefined) return client.distillation.resume({ draftId: draft }, { signal });
  if (prompts === undefined) {
    throw new FourfoldError({
      code: "bad_request",
      message: "No prompts were named.",
      action: "Name a file of prompts, or a draft with --draft.",
      details: { issues: [{ path: "prompts", problem: "missing" }] },
    });
  }
  const input = {
    path: resolve(prompts),
    name: name ?? basename(prompts, extname(prompts)),
    teacherId: await baseIdOf(client, teacher, signal),
    collectionId: collection ?? null,
    system,
    maxTokens,
    temperature,
    seed,
  };
  return client.distillation.start(input, { signal });
}

function showProgress(line: ProgressLine, progress: DistillationProgress): void {
  if (progress.type === "loading") line.show("loading the teacher");
  if (progress.type !== "answered") return;
  const { pair, done, prompts, etaMs } = progress;
  if (pair.failure !== null) {
    line.clear();
    process.stderr.write(`line ${pair.line}: ${pair.failure.message}\n`);
  }
  line.show(`${done} of ${prompts} answers · ${inWords(etaMs)} left`);
}

function inSentences(
  { id, counts, malformed, teacher }: DistillationDraft,
  written: { path: string; pairs: number } | null,
): string {
  const { prompts, answered, open, accepted, rejected, cut } = counts;
  const left = malformed.length === 0 ? "" : `, ${malformed.length} malformed lines left out`;
  return [
    ...(written === null ? [] : [written.path]),
    `${answered} of ${prompts} prompts answered by ${teacher}${left}: ${accepted} accepted, ${rejected} rejected, ${open} undecided`,
    ...(cut === 0 ? [] : [`${cut} answers were cut at their limit; --max-tokens allows longer ones`]),
    ...(open === 0 ? [] : [howToReview(id, written === null)]),
    "",
  ].join("\n");
}

const howToReview = (id: string, isUnwritten: boolean): string =>
  `${isUnwritten ? "Nothing is written before it is reviewed. " : ""}Review: fourfold serve, then Train › Drafts; then fourfold distill --draft ${id} --out FILE\nor accept unseen: fourfold distill --draft ${id} --accept-all --out FILE`;
