import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { AdapterFiles } from "../../core/runtime/adapter-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const adapterIn = (folder: string, content: string) => {
  const path = join(folder, "adapter.gguf");
  writeFileSync(path, content);
  return { path, sha256: createHash("sha256").update(content).digest("hex"), scale: 1 };
};

const folderOf = (processId: number): string => {
  const folder = mkdtempSync(join(tmpdir(), `fourfold-adapters-${processId}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test("an adapter is reached by a name made of its content, and the name goes with its host", async () => {
  const adapter = adapterIn(temporaryFolder(), "weights");
  const files = new AdapterFiles();

  const named = await files.pathFor(adapter);
  expect(named).toContain(adapter.sha256);
  expect(readFileSync(named, "utf8")).toBe("weights");

  await files[Symbol.asyncDispose]();
  expect(existsSync(dirname(named))).toBe(false);
});

test("a file that was replaced is not taken for the adapter it was", async () => {
  const folder = temporaryFolder();
  const before = adapterIn(folder, "weights");
  await using files = new AdapterFiles();
  await files.pathFor(before);
  adapterIn(folder, "other weights");

  await expect(files.pathFor(before)).rejects.toMatchObject({ failure: { code: "model_changed" } });
});

test("what a killed host left is tidied up by the next one; what a living host uses stays", async () => {
  const dead = folderOf(spawnSync(process.execPath, ["--version"]).pid);
  const living = folderOf(process.ppid);
  await using files = new AdapterFiles();

  await files.pathFor(adapterIn(temporaryFolder(), "weights"));

  expect(existsSync(dead)).toBe(false);
  expect(existsSync(living)).toBe(true);
});
