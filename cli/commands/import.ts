import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { ImportProgress, ImportResult } from "../../core/contract/documents.ts";
import { FourfoldError } from "../../core/contract/failures.ts";
import { importReport } from "../../core/contract/reports.ts";
import { EXIT, exitCodeOfFailure } from "../failures.ts";
import { follow } from "../../core/contract/follow.ts";
import { globalOptions, withEngine } from "../open-engine.ts";
import { ProgressLine } from "../progress-line.ts";

export function addImport(program: Command): void {
  program
    .command("import")
    .description("read, split, embed and store files and folders")
    .argument(
      "<path...>",
      "documents (PDF, Office, Markdown, text, HTML, CSV, EPUB, mail, notebooks, code), and folders of them",
    )
    .option("--collection <name>", "collection to put them in; made if there is none of that name", "Documents")
    .option("--link", "go on following the named folders while the workbench runs")
    .option("--poll", "with --link: look for changes in turns, as network drives need it")
    .addOption(
      new Option(
        "--server <url>",
        "keep a new collection on a shared PostgreSQL server with pgvector: postgres://user@host:5432/database",
      ).conflicts("link"),
    )
    .action(async (paths: string[], own: ImportCommandOptions, command: Command) => {
      const { collection, server } = own;
      const options = globalOptions(command);
      // An unset variable of a script; resolved, it would be the current folder.
      if (paths.some((path) => path.trim() === "")) throw emptyPath();
      const line = new ProgressLine();
      const result = await withEngine(options, "import", async (client, signal) => {
        const watch = own.poll === true ? "polling" : "events";
        if (own.link === true)
          for (const path of paths) await client.folders.link({ collection, path: resolve(path), watch });
        return follow(
          client.documents.import({ collection, server, paths: paths.map((path) => resolve(path)) }, { signal }),
          (progress) => showProgress(line, progress),
        );
      });
      line.clear();
      if (options.json) process.stdout.write(`${JSON.stringify(importReport(result))}\n`);
      else printResult(result);
      process.exitCode = exitCodeOfImport(result);
    });
}

interface ImportCommandOptions {
  collection: string;
  server?: string;
  link?: boolean;
  poll?: boolean;
}

export function showProgress(line: ProgressLine, progress: ImportProgress): void {
  if (progress.type !== "working") return;
  const { done, total, stage, path, fraction, etaMs } = progress;
  const eta = etaMs === null ? "" : ` · about ${Math.ceil(etaMs / 1000)} s left`;
  line.show(`${done + 1} of ${total} · ${stage} ${Math.round(fraction * 100)} %${eta} · ${path}`);
}

/** The first few by name; a folder of photographs needs no list. */
function passedOver(skipped: ImportResult["skipped"]): string {
  const named = skipped.slice(0, 5).map(({ path, reason }) => `${path} (${reason})`);
  const more = skipped.length > named.length ? ` and ${skipped.length - named.length} more` : "";
  return `Passed over: ${named.join(", ")}${more}.`;
}

function emptyPath(): FourfoldError {
  return new FourfoldError({
    code: "bad_request",
    message: "One of the paths is empty.",
    action: "Name files or folders; a dot stands for the current folder.",
    details: { issues: [{ path: "paths", problem: "A path is empty." }] },
  });
}

function printResult({ documents, chunksEmbedded, skipped, stopped, ms }: ImportResult): void {
  // What has not changed is counted, not listed, unless there is something to say of it.
  const listed = documents.filter(({ status, warnings }) => status !== "unchanged" || warnings.length > 0);
  for (const { path, status, chunks, chunksEmbedded, warnings, failure } of listed) {
    const embedded = status === "updated" ? `, ${chunksEmbedded} embedded` : "";
    process.stdout.write(`${status.padEnd(9)}  ${String(chunks).padStart(5)} chunks${embedded}  ${path}\n`);
    for (const { message } of warnings) process.stdout.write(`           ${message}\n`);
    if (failure !== null) process.stdout.write(`           ${failure.message} ${failure.action}\n`);
  }
  if (skipped.length > 0) process.stdout.write(`${passedOver(skipped)}\n`);
  const failures = documents.filter(({ status }) => status === "failed").length;
  const end = stopped ? "Stopped; what is listed is stored." : "Done.";
  const unchanged = documents.filter(({ status }) => status === "unchanged").length;
  process.stdout.write(
    `${end} ${documents.length} documents, ${unchanged} unchanged, ${failures} failed, ${chunksEmbedded} chunks embedded, ${(ms / 1000).toFixed(1)} s\n`,
  );
}

/** Any file that failed is a failure, so that a script notices; the others are stored all the same. */
function exitCodeOfImport({ documents, stopped }: ImportResult): number {
  if (stopped) return EXIT.failure;
  const failures = documents.flatMap(({ failure }) => failure ?? []);
  if (failures.length === 0) return EXIT.done;
  return failures.every((failure) => exitCodeOfFailure(failure) === EXIT.badUsage) ? EXIT.badUsage : EXIT.failure;
}
