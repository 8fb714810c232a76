import { appendFileSync, copyFileSync, cpSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { addBundledModels, bundledEmbedder } from "../../core/models/bundled.ts";
import { bundledFolder, type BundledEmbedder, type Manifest, readManifest } from "../../core/models/manifest.ts";
import { hashFile } from "../../core/runtime/hash-file.ts";
import { openStore } from "../../core/store/open-store.ts";
import { listModels } from "../../core/store/models.ts";
import { openRuntime } from "../support/loaded-runtime.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const manifest = await readManifest();
const { runtime } = openRuntime();
const stores: ReturnType<typeof openStore>[] = [];
afterAll(() => stores.forEach((db) => db.close()));

function newStore() {
  const db = openStore(temporaryFolder());
  stores.push(db);
  return db;
}

/** A path outside `models/`, as the manifest would name it. */
const fromModels = (path: string): string => relative(bundledFolder, path);

const damaged = (path: string) => ({
  failure: expect.objectContaining({
    code: "bundle_damaged",
    message: expect.stringContaining(path),
    action: expect.stringContaining("Restore the models folder"),
  }),
});

describe("the models that Fourfold brings along", () => {
  const files = manifest.models.flatMap((model) =>
    model.kind === "embedder"
      ? model.files.map(({ path, sha256 }) => ({ path: join(model.folder, path), sha256 }))
      : [{ path: model.file, sha256: model.sha256 }],
  );

  test.each(files)("$path is the file that the manifest names", async ({ path, sha256 }) => {
    expect((await hashFile(join(bundledFolder, path))).sha256).toBe(sha256);
  });

  test("stay small enough to be part of every copy", () => {
    const size = (path: string): number => statSync(join(bundledFolder, path)).size;
    const bytes = files.reduce((sum, { path }) => sum + size(path), 0);
    const base = manifest.models.find(({ kind }) => kind === "base") as { file: string };

    expect(size(base.file)).toBeLessThanOrEqual(20_000_000);
    expect(bytes).toBeLessThanOrEqual(60_000_000);
  });

  test("are each described on a card", () => {
    const cards = manifest.models.map((model) =>
      join(bundledFolder, model.kind === "embedder" ? model.folder : join(model.file, ".."), "CARD.md"),
    );

    for (const card of cards) expect(statSync(card).isFile(), card).toBe(true);
  });
});

describe("a bundled file that was changed", () => {
  test("as a base or an adapter is refused by name, and none of them is made known", async () => {
    const changed = join(temporaryFolder(), "pocket.gguf");
    const base = manifest.models.find((model) => model.kind === "base")!;
    copyFileSync(join(bundledFolder, base.file), changed);
    appendFileSync(changed, "x");
    const db = newStore();
    const tampered: Manifest = { ...manifest, models: [{ ...base, file: fromModels(changed) }] };

    await expect(addBundledModels(db, runtime, tampered)).rejects.toMatchObject(damaged(changed));
    expect(listModels(db)).toEqual([]);
  });

  test("is refused too when it was known and changes later", async () => {
    const copy = join(temporaryFolder(), "pocket.gguf");
    const base = manifest.models.find((model) => model.kind === "base")!;
    copyFileSync(join(bundledFolder, base.file), copy);
    const db = newStore();
    const copied: Manifest = { ...manifest, models: [{ ...base, file: fromModels(copy) }] };
    await addBundledModels(db, runtime, copied);
    expect(listModels(db)).toMatchObject([{ sha256: base.sha256, bundled: true }]);
    appendFileSync(copy, "x");

    await expect(addBundledModels(db, runtime, copied)).rejects.toMatchObject(damaged(copy));
  });

  test("as part of an embedder is refused before anything is embedded with it", async () => {
    const embedder = manifest.models.find((model) => model.kind === "embedder") as BundledEmbedder;
    const folder = join(temporaryFolder(), "embedder");
    cpSync(join(bundledFolder, embedder.folder), folder, { recursive: true });
    const copied: Manifest = { ...manifest, models: [{ ...embedder, folder: fromModels(folder) }] };
    const { id } = await bundledEmbedder(manifest);
    expect(await bundledEmbedder(copied)).toMatchObject({ id, folder });
    appendFileSync(join(folder, "tokenizer.json"), " ");

    await expect(bundledEmbedder(copied)).rejects.toMatchObject(damaged(join(folder, "tokenizer.json")));
  });

  test("is told from one that is gone", async () => {
    const base = manifest.models.find((model) => model.kind === "base")!;
    const gone: Manifest = { ...manifest, models: [{ ...base, file: "pocket/gone.gguf" }] };

    await expect(addBundledModels(newStore(), runtime, gone)).rejects.toMatchObject({
      failure: expect.objectContaining({ code: "file_missing" }),
    });
  });

  test("or a manifest that is none is said to be damaged", async () => {
    await expect(readManifest(temporaryFolder())).rejects.toMatchObject(damaged("manifest.json"));
  });
});
