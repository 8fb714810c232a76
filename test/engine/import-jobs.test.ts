import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ImportProgress, ImportResult } from "../../core/contract/documents.ts";
import { follow } from "../../core/contract/follow.ts";
import { examineStore } from "../support/examine-store.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const FILES = 30;

function documents(): string {
  const folder = temporaryFolder();
  for (let i = 0; i < FILES; i++) {
    const lines = Array.from({ length: 12 }, (_, line) => `Article ${i * 100 + line} costs ${line * 7} euros.`);
    writeFileSync(join(folder, `${String(i).padStart(2, "0")}.txt`), lines.join("\n\n"));
  }
  return folder;
}

const workspace = join(fileFolder(), "workspace");
let opened: OpenEngine;
beforeAll(async () => {
  opened = await openEngine({ workspace });
}, 240_000);
afterAll(() => opened[Symbol.asyncDispose]());

/** Begins an import and calls back at its `count`th finished document. */
function begin(
  collection: string,
  folder: string,
  count: number,
  act: (importId: string) => void,
  signal?: AbortSignal,
): { result: Promise<ImportResult>; progress: ImportProgress[] } {
  const progress: ImportProgress[] = [];
  let importId = "";
  const result = follow(opened.client.documents.import({ collection, paths: [folder] }, { signal }), (report) => {
    progress.push(report);
    if (report.type === "begun") ({ importId } = report);
    if (report.type === "finished" && report.done === count) act(importId);
  });
  return { result, progress };
}

describe("an import", { timeout: 300_000 }, () => {
  test("pauses within a second, rests, and goes on where it was", async () => {
    const folder = documents();
    const { client } = opened;
    const paused = Promise.withResolvers<string>();
    const { result, progress } = begin("Paused", folder, 3, (importId) => {
      void client.imports.pause({ importId }).then(() => paused.resolve(importId));
    });
    const importId = await paused.promise;
    const pausedAt = performance.now();
    // Another import has its turn meanwhile: the one that pauses holds nothing.
    const note = join(temporaryFolder(), "note.txt");
    writeFileSync(note, "We open at nine.");
    await follow(client.documents.import({ collection: "Notes", paths: [note] }), () => {});
    expect(await client.imports.list({})).toMatchObject([
      { id: importId, state: "paused", collection: "Paused", paths: [folder], total: FILES },
    ]);
    const reports = progress.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(progress.length, "reports of a resting import").toBe(reports);
    expect(performance.now() - pausedAt).toBeGreaterThan(300);

    const followed = follow(client.imports.resume({ importId }), () => {});
    const { documents: imported, stopped } = await result;
    expect(stopped).toBe(false);
    expect(imported.map(({ status }) => status)).toEqual(Array.from({ length: FILES }, () => "imported"));
    expect(await followed).toEqual({ ...(await result), ms: expect.any(Number) });
    expect(progress.map(({ type }) => type).filter((type) => type === "paused" || type === "resumed")).toEqual([
      "paused",
      "resumed",
    ]);
    expect(await client.imports.list({})).toEqual([]);
    expect(examineStore(workspace).faults).toEqual([]);
  });

  test("that is cancelled keeps what was finished, and is not offered again", async () => {
    const { client } = opened;
    const { result } = begin("Cancelled", documents(), 3, (importId) => void client.imports.cancel({ importId }));
    const { stopped, documents: finished } = await result;

    expect(stopped).toBe(true);
    expect(finished.length).toBeGreaterThanOrEqual(3);
    expect(finished.length).toBeLessThan(FILES);
    expect(await client.imports.list({})).toEqual([]);
    const { id: collectionId } = (await client.collections.list({})).find(({ name }) => name === "Cancelled")!;
    expect(await client.documents.list({ collectionId })).toHaveLength(finished.length);
  });

  test("can be cancelled while it pauses", async () => {
    const { client } = opened;
    const paused = Promise.withResolvers<string>();
    const { result } = begin("Cancelled while paused", documents(), 3, (importId) => {
      void client.imports.pause({ importId }).then(() => paused.resolve(importId));
    });
    const importId = await paused.promise;
    expect(await client.imports.cancel({ importId })).toEqual({ cancelled: true });
    expect(await result).toMatchObject({ stopped: true });
    expect(await client.imports.cancel({ importId })).toEqual({ cancelled: false });
  });

  test("whose caller went away is kept, and resumed by whoever asks for it", async () => {
    const folder = documents();
    const leave = new AbortController();
    await begin("Left", folder, 3, () => leave.abort(), leave.signal).result;
    const [job] = await opened.client.imports.list({});
    expect(job).toMatchObject({ state: "interrupted", collection: "Left", total: FILES });

    const { documents: all } = await follow(opened.client.imports.resume({ importId: job!.id }), () => {});
    expect(all).toHaveLength(FILES);
    expect(all.filter(({ status }) => status === "unchanged").length).toBeGreaterThanOrEqual(3);
    expect(await opened.client.imports.list({})).toEqual([]);
    await expect(follow(opened.client.imports.resume({ importId: job!.id }), () => {})).rejects.toMatchObject({
      data: { code: "import_not_found" },
    });
  });

  test(
    "that a kill interrupted is offered at the next start and finished from there",
    { timeout: 300_000 },
    async () => {
      const folder = documents();
      const own = join(temporaryFolder(), "workspace");
      const program = new URL("../../cli/main.ts", import.meta.url);
      const words = ["import", folder, "--collection", "Articles", "--workspace", own];
      const engine = fork(program, words, { execArgv: [], stdio: "ignore" });
      onTestFinished(() => void engine.kill("SIGKILL"));
      const stored = (): number => {
        try {
          return examineStore(own).documents.length;
        } catch {
          return 0;
        }
      };
      await until("two documents are stored", () => engine.exitCode !== null || stored() >= 2, 240_000);
      const ended = new Promise((resolve) => engine.once("exit", resolve));
      engine.kill("SIGKILL");
      await ended;

      const second = await openEngine({ workspace: own });
      onTestFinished(() => second[Symbol.asyncDispose]());
      const { client } = second;
      const [job] = await client.imports.list({});
      expect(job).toMatchObject({ state: "interrupted", paths: [folder] });
      const { documents: all } = await follow(client.imports.resume({ importId: job!.id }), () => {});
      expect(all).toHaveLength(FILES);
      expect(all.filter(({ status }) => status === "imported").length).toBeLessThanOrEqual(FILES - 2);
      expect(examineStore(own).faults).toEqual([]);
    },
  );
});
