import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { ImportReport } from "../../core/contract/reports.ts";
import { childrenOf } from "../support/children-of.ts";
import { examineStore } from "../support/examine-store.ts";
import { isAlive } from "../support/is-alive.ts";
import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const FILES = 60;
const KILLS = process.env["FOURFOLD_LONG"] === "1" ? 100 : 6;

test(`an import survives ${KILLS} kills at random moments`, { timeout: 60_000 + KILLS * 20_000 }, async () => {
  const random = seededRandom(2026);
  const folder = join(temporaryFolder(), "documents");
  const workspace = join(temporaryFolder(), "workspace");
  mkdirSync(folder);
  writeVersion(folder, 0);
  await importAll(folder, workspace);
  const reached: number[] = [];

  for (let version = 1; version <= KILLS; version++) {
    writeVersion(folder, version);
    const engine = startImport(folder, workspace);
    // Counted in documents, because the start takes longer than the import; then a moment more, to meet any step of one.
    const goal = Math.floor(random() * FILES);
    const isReached = (): boolean => engine.exitCode !== null || storedOf(workspace, version) >= goal;
    await until(`${goal} documents are stored`, isReached, 120_000);
    await new Promise((resolve) => setTimeout(resolve, random() * 30));
    const children = childrenOf(engine.pid!);
    const ended = new Promise((resolve) => (engine.exitCode === null ? engine.once("exit", resolve) : resolve(null)));
    engine.kill("SIGKILL");
    await ended;

    const { faults, documents, chunks, words } = examineStore(workspace);
    expect(faults, `after kill ${version}`).toEqual([]);
    expect(documents).toHaveLength(FILES);
    expect(words).toBe(chunks);
    expect(mixedOf(workspace), "documents of two versions at once").toEqual([]);
    reached.push(storedOf(workspace, version));
    await until("no child of the killed engine is left", () => !children.some(isAlive));
  }

  expect(
    reached.filter((stored) => stored > 0 && stored < FILES),
    "kills in the middle of an import",
  ).not.toEqual([]);
  const statuses = (await importAll(folder, workspace)).documents.map(({ status }) => status);
  expect(statuses).toHaveLength(FILES);
  expect(new Set(statuses).isSubsetOf(new Set(["updated", "unchanged"]))).toBe(true);
  expect(storedOf(workspace, KILLS)).toBe(FILES);
  expect(examineStore(workspace).faults).toEqual([]);
});

/** Every file anew: a killed import then leaves some documents of this version and some of the last. */
function writeVersion(folder: string, version: number): void {
  for (let i = 0; i < FILES; i++) {
    const lines = Array.from(
      { length: 12 },
      (_, line) => `Article ${i} line ${line} of version${version} costs ${line * 7} euros.`,
    );
    writeFileSync(join(folder, `${String(i).padStart(2, "0")}.txt`), lines.join("\n\n"));
  }
}

function startImport(folder: string, workspace: string): ChildProcess {
  const program = new URL("../../cli/main.ts", import.meta.url);
  const words = ["import", folder, "--workspace", workspace, "--json"];
  const engine = fork(program, words, { execArgv: [], stdio: ["ignore", "pipe", "pipe", "ipc"] });
  onTestFinished(() => void engine.kill("SIGKILL"));
  return engine;
}

async function importAll(folder: string, workspace: string): Promise<ImportReport> {
  const engine = startImport(folder, workspace);
  let output = "";
  engine.stdout!.setEncoding("utf8").on("data", (part: string) => (output += part));
  const code = await new Promise((resolve) => engine.once("close", resolve));
  expect(code).toBe(0);
  return ImportReport.parse(JSON.parse(output));
}

/** Documents that are stored in a version. */
const storedOf = (workspace: string, version: number): number =>
  Number(query(workspace, `SELECT count(*) FROM document WHERE text LIKE '%of version${version} costs%'`)[0]);

/** Documents whose chunks were not all made from their text. */
const mixedOf = (workspace: string): unknown[] =>
  query(
    workspace,
    `SELECT DISTINCT path FROM document JOIN chunk ON document_id = document.id WHERE instr(document.text, chunk.text) = 0`,
  );

function query(workspace: string, sql: string): unknown[] {
  const db = new Database(join(workspace, "fourfold.sqlite"), { readonly: true });
  try {
    return db.prepare(sql).pluck().all();
  } finally {
    db.close();
  }
}
