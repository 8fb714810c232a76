import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import { openEngine } from "../support/open-engine.ts";
import { fileFolder } from "../support/temporary-folder.ts";

const folder = fileFolder();
const workspace = join(folder, "workspace");
const documents = join(folder, "documents");
const HNSW_FROM = 20;

test(
  "what an index is can be asked without starting the index host, and is what the host itself says",
  { timeout: 240_000 },
  async () => {
    mkdirSync(documents);
    const sentences = Array.from(
      { length: 800 },
      (_, i) => `Sentence number ${i} says what machine ${i} is made of and why.`,
    );
    writeFileSync(join(documents, "machines.txt"), sentences.join("\n\n"));
    const options = { workspace, hnswFromChunks: HNSW_FROM };
    let running: unknown;
    {
      await using first = await openEngine(options);
      await follow(first.client.documents.import({ collection: "Machines", paths: [documents] }), () => {});
      await first.client.retrieval.search({
        collectionId: (await first.client.collections.list({}))[0]!.id,
        question: "machine",
      });
      await expect
        .poll(async () => (await first.client.collections.list({}))[0]!.index.kind, { timeout: 120_000 })
        .toBe("hnsw");
      running = { list: await first.client.collections.list({}), hnsw: (await first.client.workspace.status({})).hnsw };
    }

    await using second = await openEngine(options);
    const atRest = {
      list: await second.client.collections.list({}),
      hnsw: (await second.client.workspace.status({})).hnsw,
    };

    expect(atRest).toEqual(running);
    const { children } = await second.client.workspace.status({});
    expect(children.find(({ name }) => name === "the index host")).toMatchObject({ state: "idle", pid: null });

    // Rows that no index file knows yet.
    const [document] = await second.client.documents.list({ collectionId: atRest.list[0]!.id });
    await second.client.documents.remove({ documentId: document!.id });
    expect((await second.client.collections.list({}))[0]!.index.kind).toBe("exact");
  },
);
