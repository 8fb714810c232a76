import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import { childrenOf } from "../support/children-of.ts";
import { examineStore } from "../support/examine-store.ts";
import { isAlive } from "../support/is-alive.ts";
import { openEngine } from "../support/open-engine.ts";
import { seededRandom } from "../support/random.ts";
import { writeModel } from "../support/random-model.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import type { DoomedReport } from "./doomed-changes.ts";

const KILLS = process.env["FOURFOLD_LONG"] === "1" ? 100 : 6;

test(
  `${KILLS} kills during import, edit, removal and re-embedding lose nothing and leave no orphan`,
  { timeout: 120_000 + KILLS * 40_000 },
  async () => {
    const random = seededRandom(2027);
    const workspace = join(temporaryFolder(), "workspace");
    const folder = join(temporaryFolder(), "documents");
    mkdirSync(folder);
    const embedderIds = await prepare(workspace, folder);
    let stored = storedFiles(workspace);
    const interrupted: string[] = [];

    for (let kill = 1; kill <= KILLS; kill++) {
      const { reports, end } = start(workspace, folder, kill, embedderIds);
      // So many reports, then a moment more: a kill meets any point of any step.
      const goal = 2 + Math.floor(random() * 5);
      await until(`${goal} reports`, () => reports.length >= goal, 120_000);
      await new Promise((resolve) => setTimeout(resolve, random() * 150));
      await end();

      const [started] = reports;
      expect(started, "the index after a restart").toMatchObject({ type: "started" });
      if (started?.type === "started") expect(started.indexed, "vectors in the index").toBe(started.chunks);
      const { faults, documents, chunks, words } = examineStore(workspace);
      expect(faults, `after kill ${kill}`).toEqual([]);
      expect(words).toBe(chunks);
      expect(orphans(workspace), `after kill ${kill}`).toEqual([]);

      const done = reports.findLast((report) => report.type === "done");
      if (done?.type === "done") ({ stored } = done);
      const last = reports.at(-1);
      const touched = new Set(last?.type === "begins" ? last.touched : []);
      interrupted.push(last?.type === "begins" ? last.step : "between two");
      // What was reported as stored and is not being changed is there, byte for byte.
      const now = storedFiles(workspace);
      for (const [path, sha256] of Object.entries(stored))
        if (!touched.has(path)) expect(now[path], `${path} after kill ${kill}`).toBe(sha256);
      for (const path of documents) if (!touched.has(path)) expect(stored[path], path).toBeDefined();
      stored = now;
    }
    expect(
      interrupted.filter((step) => step !== "between two"),
      "kills within a step",
    ).not.toEqual([]);
  },
);

async function prepare(workspace: string, folder: string): Promise<string[]> {
  for (let i = 0; i < 24; i++) {
    const lines = Array.from({ length: 12 }, (_, line) => `Article ${line} in file ${i} costs ${line * 7} euros.`);
    writeFileSync(join(folder, `${i}.txt`), lines.join("\n\n"));
  }
  const path = join(folder, "..", "tiny.gguf");
  writeModel(path, { name: "Tiny embedder", seed: 9 });
  await using opened = await openEngine({ workspace });
  await follow(opened.client.documents.import({ collection: "Articles", paths: [folder] }), () => {});
  const { id } = await follow(opened.client.embedders.add({ path, pooling: "mean" }), () => {});
  return [id, ...(await opened.client.embedders.list({})).filter(({ bundled }) => bundled).map((each) => each.id)];
}

function start(workspace: string, folder: string, seed: number, embedderIds: string[]) {
  const program = new URL("./doomed-changes.ts", import.meta.url);
  const engine = fork(program, [workspace, folder, String(seed), ...embedderIds], { execArgv: [] });
  onTestFinished(() => void engine.kill("SIGKILL"));
  const reports: DoomedReport[] = [];
  engine.on("message", (report: DoomedReport) => reports.push(report));
  const ended = new Promise((resolve) => engine.once("exit", resolve));
  return {
    reports,
    async end(): Promise<void> {
      expect(engine.exitCode, "the process ended by itself").toBeNull();
      const children = childrenOf(engine.pid!);
      engine.kill("SIGKILL");
      await ended;
      await until("no child of the killed engine is left", () => !children.some(isAlive));
    },
  };
}

/** Vectors on the way to another embedder that belong to no chunk, or to a collection that is not on its way. */
const orphans = (workspace: string): unknown[] =>
  query(
    workspace,
    `SELECT chunk_id FROM next_embedding WHERE chunk_id NOT IN (SELECT id FROM chunk)
       OR collection_id NOT IN (SELECT collection_id FROM reembedding)
     UNION ALL SELECT path FROM twin_file WHERE document_id NOT IN (SELECT id FROM document)`,
  );

const storedFiles = (workspace: string): Record<string, string> =>
  Object.fromEntries(
    (query(workspace, "SELECT json_array(path, sha256) FROM document") as string[]).map(
      (row) => JSON.parse(row) as [string, string],
    ),
  );

function query(workspace: string, sql: string): unknown[] {
  const db = new Database(join(workspace, "fourfold.sqlite"), { readonly: true });
  try {
    return db.prepare(sql).pluck().all();
  } finally {
    db.close();
  }
}
