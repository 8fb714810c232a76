import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import type { LinkedFolder } from "../../core/contract/folders.ts";
import { examineStore } from "../support/examine-store.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** Generous: what is promised is that it happens, on however busy a machine. */
const soon = { timeout: 240_000, interval: 100 };

const workspace = join(fileFolder(), "workspace");
let opened: OpenEngine;
beforeAll(async () => {
  opened = await openEngine({ workspace, lookEveryMs: 200 });
  opened.engine.startBackgroundWork();
}, 240_000);
afterAll(() => opened[Symbol.asyncDispose]());

function place(): { folder: string; write: (name: string, text: string) => void } {
  const folder = join(temporaryFolder(), "manuals");
  mkdirSync(folder);
  return { folder, write: (name, text) => writeFileSync(join(folder, name), text) };
}

let count = 0;
/** Into a collection of its own. */
const link = (path: string, watch: "events" | "polling" = "events", { client } = opened): Promise<LinkedFolder> =>
  client.folders.link({ collection: `Manuals ${++count}`, path, watch });

const namesIn = async ({ collectionId }: LinkedFolder, { client } = opened): Promise<string[]> =>
  (await client.documents.list({ collectionId })).map(({ name }) => name);

const statusOf = async ({ id }: LinkedFolder, { client } = opened): Promise<string | undefined> =>
  (await client.folders.list({})).find((folder) => folder.id === id)?.state.status;

const sync = ({ id: folderId }: LinkedFolder, acceptEmpty = false) =>
  follow(opened.client.folders.sync({ folderId, acceptEmpty }), () => {});

describe("a linked folder", { timeout: 300_000 }, () => {
  test(
    "is followed: what is new, changed or removed there, is in the collection too",
    { timeout: 300_000 },
    async () => {
      const { folder, write } = place();
      write("lamp.txt", "The Norrby lamp costs 79 euros.");
      const linked = await link(folder);
      const names = () => namesIn(linked);
      await expect.poll(names, soon).toEqual(["lamp.txt"]);
      await expect.poll(() => statusOf(linked), soon).toBe("watching");

      write("hours.txt", "We open at nine.");
      await expect.poll(names, soon).toEqual(["hours.txt", "lamp.txt"]);
      write("lamp.txt", "The Norrby lamp costs 89 euros.");
      const found = async (): Promise<string[]> => {
        const question = { collectionId: linked.collectionId, question: "Norrby lamp", topK: 5 };
        return (await opened.client.retrieval.search(question)).passages.map(({ text }) => text);
      };
      await expect.poll(found, soon).toContain("The Norrby lamp costs 89 euros.");
      rmSync(join(folder, "lamp.txt"));
      await expect.poll(names, soon).toEqual(["hours.txt"]);
      expect(await found()).toEqual(["We open at nine."]);
      expect(examineStore(workspace)).toMatchObject({ chunks: 1, words: 1, faults: [] });
    },
  );

  test("is looked through at the next start, for what changed while nobody watched", async () => {
    const { folder, write } = place();
    const own = join(temporaryFolder(), "workspace");
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    write("hours.txt", "We open at nine.");
    let linked: LinkedFolder;
    {
      await using first = await openEngine({ workspace: own });
      linked = await link(folder, "events", first);
      await follow(first.client.folders.sync({ folderId: linked.id }), () => {});
      expect(await namesIn(linked, first)).toHaveLength(2);
    }
    rmSync(join(folder, "hours.txt"));
    mkdirSync(join(folder, "inner"));
    write("inner/shade.txt", "Its shade is made of linen.");
    const second = await openEngine({ workspace: own });
    onTestFinished(() => second[Symbol.asyncDispose]());
    second.engine.startBackgroundWork();

    await expect.poll(() => namesIn(linked, second), soon).toEqual(["lamp.txt", "shade.txt"]);
    await expect.poll(() => statusOf(linked, second), soon).toBe("watching");
    // The new folder is watched as well.
    write("inner/foot.txt", "Its foot is made of oak.");
    await expect.poll(() => namesIn(linked, second), soon).toEqual(["foot.txt", "lamp.txt", "shade.txt"]);
  });

  test("that a network drive brings is looked at in turns", async () => {
    const { folder, write } = place();
    const linked = await link(folder, "polling");
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    await expect.poll(() => namesIn(linked), soon).toEqual(["lamp.txt"]);
    await opened.client.folders.unlink({ folderId: linked.id, documents: "remove" });
  });

  test("that is gone or suddenly empty takes nothing with it, and says so", async () => {
    const { folder, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    const linked = await link(folder);
    await sync(linked);
    renameSync(folder, `${folder} elsewhere`);
    await expect(sync(linked)).rejects.toMatchObject({
      data: { code: "folder_unavailable", message: expect.stringContaining("it is not there") },
    });
    mkdirSync(folder);
    await expect(sync(linked)).rejects.toMatchObject({
      data: { code: "folder_unavailable", details: { reason: "it is empty now", documents: 1 } },
    });
    await expect.poll(() => statusOf(linked), soon).toBe("failed");
    expect(await namesIn(linked)).toEqual(["lamp.txt"]);

    expect(await sync(linked, true)).toMatchObject({ removed: [join(folder, "lamp.txt")] });
    expect(await namesIn(linked)).toEqual([]);
  });

  test("does not bring back what the user took out by hand", async () => {
    const { folder, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    write("hours.txt", "We open at nine.");
    const linked = await link(folder);
    await sync(linked);
    const [hours] = await opened.client.documents.list({ collectionId: linked.collectionId });
    await opened.client.documents.remove({ documentId: hours!.id });
    await sync(linked);
    expect(await namesIn(linked)).toEqual(["lamp.txt"]);

    // Linked once more, all of it is wanted.
    await opened.client.folders.link({ collection: linked.collectionId, path: folder, watch: "events" });
    await sync(linked);
    expect(await namesIn(linked)).toEqual(["hours.txt", "lamp.txt"]);
  });

  test(
    "leaves its documents or takes them along when it is unlinked, as the user says",
    { timeout: 300_000 },
    async () => {
      for (const [documents, left] of [
        ["keep", ["lamp.txt"]],
        ["remove", []],
      ] as const) {
        const { folder, write } = place();
        write("lamp.txt", "The Norrby lamp costs 79 euros.");
        const linked = await link(folder);
        await sync(linked);
        const folderId = linked.id;
        expect(await opened.client.folders.unlink({ folderId, documents })).toEqual({ removed: 1 - left.length });
        expect(await namesIn(linked)).toEqual(left);
        expect((await opened.client.folders.list({})).map(({ id }) => id)).not.toContain(folderId);
        await expect(sync(linked)).rejects.toMatchObject({ data: { code: "folder_not_linked" } });
      }
      expect(examineStore(workspace).faults).toEqual([]);
    },
  );

  test("must be a folder that is there", async () => {
    const { folder, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    const before = await opened.client.collections.list({});
    await expect(link(join(folder, "nowhere"))).rejects.toMatchObject({ data: { code: "file_missing" } });
    await expect(link(join(folder, "lamp.txt"))).rejects.toMatchObject({ data: { code: "file_unreadable" } });
    expect(await opened.client.collections.list({})).toEqual(before);
  });
});
