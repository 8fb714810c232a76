import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Collection } from "../../core/contract/documents.ts";
import type { EmbedderInfo } from "../../core/contract/embedders.ts";
import { follow } from "../../core/contract/follow.ts";
import { examineStore } from "../support/examine-store.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { writeModel } from "../support/random-model.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

const samples = resolve("models/samples/documents");
const workspace = join(fileFolder(), "workspace");
const gguf = join(fileFolder(), "tiny.gguf");
let opened: OpenEngine;

beforeAll(async () => {
  writeModel(gguf, { name: "Tiny embedder", seed: 5 });
  opened = await openEngine({ workspace });
}, 240_000);
afterAll(() => opened[Symbol.asyncDispose]());

const add = (
  input: Parameters<OpenEngine["client"]["embedders"]["add"]>[0],
  { client } = opened,
): Promise<EmbedderInfo> => follow(client.embedders.add(input), () => {});

const importSamples = (collection: string, paths = [samples], { client } = opened) =>
  follow(client.documents.import({ collection, paths }), () => {});

const describeCollection = async (name: string, { client } = opened): Promise<Collection> =>
  (await client.collections.list({})).find((collection) => collection.name === name)!;

const chunkIds = (collectionId: string): number[] => {
  const db = new Database(join(workspace, "fourfold.sqlite"), { readonly: true });
  try {
    return db
      .prepare<[string], number>("SELECT id FROM chunk WHERE collection_id = ? ORDER BY id")
      .pluck()
      .all(collectionId);
  } finally {
    db.close();
  }
};

/** The bundled embedder's files in a folder of the user's own. */
function onnxFolder(): string {
  const folder = join(temporaryFolder(), "my-embedder");
  cpSync(resolve("models/embedder"), folder, { recursive: true });
  return folder;
}

describe("an embedder of the user's own", { timeout: 300_000 }, () => {
  test("may be an ONNX folder, with the prefixes and pooling its files name", async () => {
    const folder = onnxFolder();
    writeFileSync(
      join(folder, "config_sentence_transformers.json"),
      JSON.stringify({ prompts: { query: "search_query: ", document: "search_document: " } }),
    );
    const added = await add({ path: folder });

    expect(added).toMatchObject({
      name: "my-embedder",
      runtime: "onnx",
      path: folder,
      bundled: false,
      present: true,
      dimensions: 256,
      pooling: "mean",
      queryPrefix: "search_query: ",
      passagePrefix: "search_document: ",
      maxTokens: 512,
    });
    const { client } = opened;
    const created = await client.collections.create({ name: "By folder", embedderId: added.id });
    expect(created.embedder).toMatchObject({ id: added.id, dimensions: 256 });
    await importSamples("By folder");
    const { passages } = await client.retrieval.search({
      collectionId: created.id,
      question: "How many vacation days do employees get?",
      topK: 3,
    });
    expect(passages.map(({ document }) => document)).toContain("employee-handbook.md");
  });

  test("may be a GGUF file, pooled as the user says", async () => {
    const added = await add({ path: gguf, pooling: "mean", queryPrefix: "query: " });

    expect(added).toMatchObject({
      name: "Tiny embedder",
      runtime: "gguf",
      path: gguf,
      dimensions: 64,
      queryPrefix: "query: ",
    });
    const { client } = opened;
    const { id: collectionId } = await client.collections.create({ name: "By file", embedderId: added.id });
    const { documents } = await importSamples("By file", [join(samples, "employee-handbook.md")]);
    expect(documents).toMatchObject([{ status: "imported" }]);
    const { passages } = await client.retrieval.search({ collectionId, question: "vacation", topK: 5 });
    expect(passages.map(({ similarity }) => similarity).filter((each) => each !== null)).not.toEqual([]);
    for (const { similarity } of passages) expect(Math.abs(similarity ?? 0)).toBeLessThanOrEqual(1.000001);
    expect(examineStore(workspace).faults).toEqual([]);
  });

  test("must be one: what is missing or wrong is said, and nothing is stored", async () => {
    const before = await opened.client.embedders.list({});
    const adapter = resolve("models/ticket-json/ticket-json.gguf");
    const broken = onnxFolder();
    writeFileSync(join(broken, "onnx", "model_quantized.onnx"), "this is no model");
    for (const [path, code] of [
      [temporaryFolder(), "embedder_unsupported"],
      [adapter, "embedder_unsupported"],
      [resolve("package.json"), "not_a_gguf"],
      [broken, "embedder_failed"],
      [join(temporaryFolder(), "nowhere.gguf"), "file_missing"],
    ] as const) {
      await expect(add({ path }), path).rejects.toMatchObject({ data: { code } });
    }
    expect(await opened.client.embedders.list({})).toEqual(before);
  });

  test("is not taken for a model that writes", async () => {
    const path = join(temporaryFolder(), "encoder.gguf");
    writeModel(path, { architecture: "bert" });
    await expect(follow(opened.client.models.add({ path }), () => {})).rejects.toMatchObject({
      data: { code: "model_is_embedder" },
    });
  });

  test("that was replaced on disk is refused instead of being compared with old vectors", async () => {
    const path = join(temporaryFolder(), "mine.gguf");
    writeModel(path, { name: "Mine", seed: 6 });
    const added = await add({ path, pooling: "mean" });
    const { id: collectionId } = await opened.client.collections.create({ name: "Mine", embedderId: added.id });
    await importSamples("Mine", [join(samples, "employee-handbook.md")]);
    writeModel(path, { name: "Mine", seed: 7 });

    await expect(opened.client.retrieval.search({ collectionId, question: "vacation", topK: 5 })).rejects.toMatchObject(
      { data: { code: "embedder_failed", message: expect.stringContaining("replaced") } },
    );
  });
});

describe("a collection that goes over to another embedder", { timeout: 300_000 }, () => {
  test(
    "answers with its old vectors meanwhile, then changes all at once and keeps its chunks",
    { timeout: 300_000 },
    async () => {
      const { client } = opened;
      await importSamples("Samples");
      const before = await describeCollection("Samples");
      const ids = chunkIds(before.id);
      const other = await add({ path: gguf, pooling: "mean" });
      await client.embedders.change({ collectionId: before.id, embedderId: other.id });
      await client.embedders.pause({ collectionId: before.id });
      const resting = await describeCollection("Samples");
      expect(resting).toMatchObject({
        embedder: before.embedder,
        reembedding: { embedder: { id: other.id }, state: "paused", total: before.chunkCount, failure: null },
      });
      const question = "How many vacation days do employees get?";
      const found = await client.retrieval.search({ collectionId: before.id, question, topK: 3 });
      expect(found.passages[0]).toMatchObject({ document: "employee-handbook.md", similarity: expect.any(Number) });

      // What comes in on the way has vectors of both when it matters.
      const note = join(temporaryFolder(), "note.txt");
      writeFileSync(note, "The canteen on the second floor serves soup at noon.");
      await importSamples("Samples", [note]);
      await client.embedders.resume({ collectionId: before.id });
      await expect
        .poll(() => describeCollection("Samples"), { timeout: 240_000, interval: 200 })
        .toMatchObject({
          embedder: { id: other.id, dimensions: 64 },
          reembedding: null,
          chunkCount: before.chunkCount + 1,
        });
      expect(chunkIds(before.id).slice(0, ids.length)).toEqual(ids);
      expect(examineStore(workspace).faults).toEqual([]);
      const after = await client.retrieval.search({ collectionId: before.id, question: "soup at noon", topK: 50 });
      expect(after.passages.map(({ document }) => document)).toContain("note.txt");
      // Unchanged files need no vector of the new embedder either.
      expect(await importSamples("Samples")).toMatchObject({ chunksEmbedded: 0 });
      await expect(client.embedders.remove({ embedderId: other.id })).rejects.toMatchObject({
        data: { code: "embedder_in_use", details: { collections: expect.arrayContaining(["Samples"]) } },
      });
    },
  );

  test("stays with the old one when it is cancelled, or when its chunks would not fit", async () => {
    const { client } = opened;
    await importSamples("Staying", [join(samples, "employee-handbook.md")]);
    const before = await describeCollection("Staying");
    const short = join(temporaryFolder(), "short.gguf");
    writeModel(short, { name: "Short", seed: 8, contextLength: 16 });
    const other = await add({ path: gguf, pooling: "cls" });
    await client.embedders.change({ collectionId: before.id, embedderId: other.id });
    await client.embedders.pause({ collectionId: before.id });
    expect(await client.embedders.cancel({ collectionId: before.id })).toEqual({ cancelled: true });

    expect(await describeCollection("Staying")).toEqual(before);
    expect(examineStore(workspace).faults).toEqual([]);
    const tooShort = await add({ path: short, pooling: "mean" });
    await expect(client.embedders.change({ collectionId: before.id, embedderId: tooShort.id })).rejects.toMatchObject({
      data: { code: "embedder_too_short" },
    });
  });

  test("goes on at the next start, with what it had", async () => {
    const own = join(temporaryFolder(), "workspace");
    let otherId = "";
    {
      await using first = await openEngine({ workspace: own });
      await importSamples("Samples", [samples], first);
      ({ id: otherId } = await add({ path: gguf, pooling: "mean" }, first));
      const { id: collectionId } = await describeCollection("Samples", first);
      await first.client.embedders.change({ collectionId, embedderId: otherId });
      await expect
        .poll(async () => (await describeCollection("Samples", first)).reembedding?.done ?? 1, { timeout: 240_000 })
        .toBeGreaterThan(0);
    }
    const second = await openEngine({ workspace: own });
    onTestFinished(() => second[Symbol.asyncDispose]());
    second.engine.startBackgroundWork();
    await expect
      .poll(async () => (await describeCollection("Samples", second)).embedder.id, { timeout: 240_000, interval: 200 })
      .toBe(otherId);
    expect(examineStore(own).faults).toEqual([]);
  });
});
