import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { FourfoldError } from "../../core/contract/failures.ts";
import { follow } from "../../core/contract/follow.ts";
import type { LinkedFolder, SyncResult } from "../../core/contract/folders.ts";
import type { EngineClient } from "../../core/contract/index.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { ProgressLine } from "../progress-line.ts";
import { showProgress } from "./import.ts";

interface FoldersOptions {
  documents: "keep" | "remove";
  acceptEmpty?: boolean;
}

export function addFolders(program: Command): void {
  program
    .command("folders")
    .description("list the linked folders, look through one now, or follow one no longer (import --link links one)")
    .argument("[action]", "sync or unlink; without one they are listed")
    .argument("[folder]", "the folder's path or id")
    .addOption(
      new Option("--documents <what>", "of unlink: what becomes of its documents")
        .choices(["keep", "remove"])
        .default("keep"),
    )
    .option("--accept-empty", "of sync: a folder that is suddenly empty is meant to be, and its documents go")
    .action(async (action: string | undefined, folder: string | undefined, own: FoldersOptions, command: Command) => {
      const options = globalOptions(command);
      const result = await withEngine(options, "folders", async (client, signal) => {
        if (action === undefined) return { folders: await client.folders.list({}) };
        const { id } = await findFolder(client, folder);
        if (action === "unlink") return client.folders.unlink({ folderId: id, documents: own.documents });
        if (action === "sync") return sync(client, id, own.acceptEmpty ?? false, signal);
        throw badUsage("action", `There is no folders ${action}.`, "Say folders, folders sync or folders unlink.");
      });
      if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else print(result);
    });
}

async function sync(client: EngineClient, folderId: string, acceptEmpty: boolean, signal: AbortSignal) {
  const line = new ProgressLine();
  try {
    return await follow(client.folders.sync({ folderId, acceptEmpty }, { signal }), (progress) =>
      showProgress(line, progress),
    );
  } finally {
    line.clear();
  }
}

async function findFolder(client: EngineClient, given: string | undefined): Promise<LinkedFolder> {
  const folders = await client.folders.list({});
  const found = folders.find(({ id, path }) => given !== undefined && (id === given || path === resolve(given)));
  if (found !== undefined) return found;
  throw new FourfoldError({
    code: "folder_not_linked",
    message: given === undefined ? "No folder is named." : `${given} is not linked.`,
    action: "Name one of those that `fourfold folders` lists.",
    details: { folder: given ?? "" },
  });
}

function print(result: { folders: LinkedFolder[] } | { removed: number } | SyncResult): void {
  if ("folders" in result) {
    if (result.folders.length === 0) process.stdout.write("No folder is linked.\n");
    for (const { path, documentCount, syncedAt, watch, state } of result.folders) {
      const looked = syncedAt === null ? "never looked through" : `looked through ${syncedAt}`;
      process.stdout.write(`${path}\n  ${documentCount} documents · ${watch} · ${looked}\n`);
      if (state.status === "failed") process.stdout.write(`  ${state.failure.message} ${state.failure.action}\n`);
    }
  } else if ("documents" in result) {
    const { documents, chunksEmbedded, removed, ms } = result;
    const changed = documents.filter(({ status }) => status !== "unchanged").length;
    process.stdout.write(
      `${documents.length} documents, ${changed} changed, ${removed.length} removed, ${chunksEmbedded} chunks embedded, ${(ms / 1000).toFixed(1)} s\n`,
    );
  } else process.stdout.write(`Not followed any more; ${result.removed} documents removed.\n`);
}

function badUsage(path: string, message: string, action: string): FourfoldError {
  return new FourfoldError({ code: "bad_request", message, action, details: { issues: [{ path, problem: message }] } });
}
