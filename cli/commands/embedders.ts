import { resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Command, Option } from "commander";
import type { EmbedderInfo } from "../../core/contract/embedders.ts";
import { FourfoldError } from "../../core/contract/failures.ts";
import { follow } from "../../core/contract/follow.ts";
import type { EngineClient } from "../../core/contract/index.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { ProgressLine } from "../progress-line.ts";
import { parseInteger } from "../numbers.ts";

interface EmbeddersOptions {
  name?: string;
  queryPrefix?: string;
  passagePrefix?: string;
  pooling?: "mean" | "cls" | "last";
  chunkSize?: number;
  collection: string;
}

export function addEmbedders(program: Command): void {
  program
    .command("embedders")
    .description("list the embedders, add or remove one, or take a collection over to one")
    .argument("[action]", "add, remove or use; without one they are listed")
    .argument("[embedder]", "of add: a GGUF file or an ONNX folder; else an id")
    .option("--name <name>", "of add: how it is called")
    .option("--query-prefix <text>", "of add: what stands before a question")
    .option("--passage-prefix <text>", "of add: what stands before a passage")
    .addOption(new Option("--pooling <how>", "of add: how tokens become one vector").choices(["mean", "cls", "last"]))
    .option("--chunk-size <tokens>", "of add: chunks of collections made for it", parseInteger)
    .option("--collection <name>", "of use: the collection that goes over to it", "Documents")
    .action(async (action: string | undefined, given: string | undefined, own: EmbeddersOptions, command: Command) => {
      const options = globalOptions(command);
      const result = await withEngine(options, "embedders", async (client, signal) => {
        if (action === undefined) return { embedders: await client.embedders.list({}) };
        if (given === undefined) throw badUsage(`embedders ${action} needs to know which one.`);
        if (action === "add") return { embedders: [await add(client, given, own, signal)] };
        if (action === "remove") return client.embedders.remove({ embedderId: given });
        if (action === "use") return use(client, given, own.collection, signal);
        throw badUsage(`There is no embedders ${action}.`);
      });
      if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else print(result);
    });
}

async function add(client: EngineClient, path: string, own: EmbeddersOptions, signal: AbortSignal) {
  const { collection: _, ...wishes } = own;
  const line = new ProgressLine();
  try {
    return await follow(client.embedders.add({ path: resolve(path), ...wishes }, { signal }), ({ stage, fraction }) =>
      line.show(`${stage} ${Math.round(fraction * 100)} %`),
    );
  } finally {
    line.clear();
  }
}

/** The change itself goes on in the background; a command waits for its end, and an interrupted one leaves it resting. */
async function use(client: EngineClient, embedderId: string, name: string, signal: AbortSignal) {
  const find = async () => (await client.collections.list({})).find((each) => each.name === name || each.id === name);
  const collection = await find();
  if (collection === undefined) {
    throw new FourfoldError({
      code: "collection_not_found",
      message: `There is no collection ${name}.`,
      action: "Name one that exists with --collection.",
      details: { collection: name },
    });
  }
  await client.embedders.change({ collectionId: collection.id, embedderId });
  const line = new ProgressLine();
  try {
    for (;;) {
      const now = await find();
      if (now === undefined || now.reembedding === null) return { collection: name, embedder: now?.embedder ?? null };
      const { done, total, failure } = now.reembedding;
      if (failure !== null) throw new FourfoldError(failure);
      line.show(`${done} of ${total} chunks embedded`);
      await setTimeout(200, undefined, { signal });
    }
  } finally {
    line.clear();
  }
}

type Result =
  | { embedders: EmbedderInfo[] }
  | { removed: boolean }
  | { collection: string; embedder: { name: string } | null };

function print(result: Result): void {
  if ("embedders" in result) {
    for (const { id, name, runtime, dimensions, pooling, path, present, collections } of result.embedders) {
      const state = present ? "" : "  (missing or replaced)";
      process.stdout.write(`${id}  ${name}  ${runtime}  ${dimensions} dimensions, ${pooling}${state}\n  ${path}\n`);
      if (collections.length > 0) process.stdout.write(`  used by ${collections.join(", ")}\n`);
    }
  } else if ("removed" in result) process.stdout.write(result.removed ? "Removed.\n" : "There was none of that id.\n");
  else process.stdout.write(`${result.collection} is indexed with ${result.embedder?.name ?? "no embedder"} now.\n`);
}

function badUsage(message: string): FourfoldError {
  return new FourfoldError({
    code: "bad_request",
    message,
    action: "Say embedders, embedders add PATH, embedders remove ID or embedders use ID --collection NAME.",
    details: { issues: [{ path: "embedders", problem: message }] },
  });
}
