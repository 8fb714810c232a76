import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import type { LinkedFolder } from "../../core/contract/folders.ts";
import type { EngineOptions } from "../../core/engine.ts";
import { examineStore } from "../support/examine-store.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Generous: what is promised is that it happens, on however busy a machine. */
const soon = { timeout: 90_000, interval: 100 };

interface Place {
  folder: string;
  workspace: string;
  write: (name: string, text: string) => void;
}

function place(): Place {
  const folder = join(temporaryFolder(), "manuals");
  mkdirSync(folder);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  return { folder, workspace: join(temporaryFolder(), "workspace"), write };
}

async function watching(workspace: string, options: Partial<EngineOptions> = {}): Promise<OpenEngine> {
  const opened = await openEngine({ workspace, ...options });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  opened.engine.startBackgroundWork();
  return opened;
}

const link = ({ client }: OpenEngine, path: string, watch: "events" | "polling" = "events"): Promise<LinkedFolder> =>
  client.folders.link({ collection: "Manuals", path, watch });

const namesIn = async ({ client }: OpenEngine): Promise<string[]> => {
  const [collection] = await client.collections.list({});
  return (await client.documents.list({ collectionId: collection!.id })).map(({ name }) => name);
};

const statusOf = async ({ client }: OpenEngine): Promise<string> => (await client.folders.list({}))[0]!.state.status;

describe("a linked folder", () => {
  test(
    "is followed: what is new, changed or removed there, is in the collection too",
    { timeout: 300_000 },
    async () => {
      const { folder, workspace, write } = place();
      write("lamp.txt", "The Norrby lamp costs 79 euros.");
      const opened = await watching(workspace);
      await link(opened, folder);
      await expect.poll(() => namesIn(opened), soon).toEqual(["lamp.txt"]);
      await expect.poll(() => statusOf(opened), soon).toBe("watching");

      write("hours.txt", "We open at nine.");
      await expect.poll(() => namesIn(opened), soon).toEqual(["hours.txt", "lamp.txt"]);
      write("lamp.txt", "The Norrby lamp costs 89 euros.");
      const found = async (): Promise<string[]> => {
        const [collection] = await opened.client.collections.list({});
        const question = { collectionId: collection!.id, question: "Norrby lamp", topK: 5 };
        return (await opened.client.retrieval.search(question)).passages.map(({ text }) => text);
      };
      await expect.poll(found, soon).toContain("The Norrby lamp costs 89 euros.");
      rmSync(join(folder, "lamp.txt"));
      await expect.poll(() => namesIn(opened), soon).toEqual(["hours.txt"]);
      expect(await found()).toEqual(["We open at nine."]);
      expect(examineStore(workspace)).toMatchObject({ chunks: 1, words: 1, faults: [] });
    },
  );

  test("is looked through at the next start, for what changed while nobody watched", { timeout: 300_000 }, async () => {
    const { folder, workspace, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    write("hours.txt", "We open at nine.");
    {
      await using first = await openEngine({ workspace });
      first.engine.startBackgroundWork();
      await link(first, folder);
      await expect.poll(() => namesIn(first), soon).toHaveLength(2);
    }
    rmSync(join(folder, "hours.txt"));
    mkdirSync(join(folder, "inner"));
    write("inner/shade.txt", "Its shade is made of linen.");
    const second = await watching(workspace);

    await expect.poll(() => namesIn(second), soon).toEqual(["lamp.txt", "shade.txt"]);
    // The new folder is watched as well.
    await expect.poll(() => statusOf(second), soon).toBe("watching");
    write("inner/foot.txt", "Its foot is made of oak.");
    await expect.poll(() => namesIn(second), soon).toEqual(["foot.txt", "lamp.txt", "shade.txt"]);
  });

  test("that a network drive brings is looked at in turns", { timeout: 300_000 }, async () => {
    const { folder, workspace, write } = place();
    const opened = await watching(workspace, { lookEveryMs: 200 });
    await link(opened, folder, "polling");
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    await expect.poll(() => namesIn(opened), soon).toEqual(["lamp.txt"]);
  });

  test("that is gone or suddenly empty takes nothing with it, and says so", async () => {
    const { folder, workspace, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    const opened = await openEngine({ workspace });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    const { id: folderId } = await link(opened, folder);
    const sync = (acceptEmpty = false) => follow(opened.client.folders.sync({ folderId, acceptEmpty }), () => {});
    await sync();
    renameSync(folder, `${folder} elsewhere`);
    await expect(sync()).rejects.toMatchObject({
      data: { code: "folder_unavailable", message: expect.stringContaining("it is not there") },
    });
    mkdirSync(folder);
    await expect(sync()).rejects.toMatchObject({
      data: { code: "folder_unavailable", details: { reason: "it is empty now", documents: 1 } },
    });
    expect(await statusOf(opened)).toBe("failed");
    expect(await namesIn(opened)).toEqual(["lamp.txt"]);

    expect(await sync(true)).toMatchObject({ removed: [join(folder, "lamp.txt")] });
    expect(await namesIn(opened)).toEqual([]);
  });

  test("does not bring back what the user took out by hand", async () => {
    const { folder, workspace, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    write("hours.txt", "We open at nine.");
    const opened = await openEngine({ workspace });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    const { id: folderId, collectionId } = await link(opened, folder);
    await follow(opened.client.folders.sync({ folderId }), () => {});
    const [hours] = await opened.client.documents.list({ collectionId });
    await opened.client.documents.remove({ documentId: hours!.id });
    await follow(opened.client.folders.sync({ folderId }), () => {});

    expect(await namesIn(opened)).toEqual(["lamp.txt"]);
    await link(opened, folder);
    await follow(opened.client.folders.sync({ folderId }), () => {});
    expect(await namesIn(opened)).toEqual(["hours.txt", "lamp.txt"]);
  });

  test("leaves its documents or takes them along when it is unlinked, as the user says", async () => {
    const { folder, workspace, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    const opened = await openEngine({ workspace });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    for (const [documents, left] of [
      ["keep", ["lamp.txt"]],
      ["remove", []],
    ] as const) {
      const { id: folderId } = await link(opened, folder);
      await follow(opened.client.folders.sync({ folderId }), () => {});
      expect(await opened.client.folders.unlink({ folderId, documents })).toEqual({ removed: 1 - left.length });
      expect(await namesIn(opened)).toEqual(left);
      expect(await opened.client.folders.list({})).toEqual([]);
    }
    expect(examineStore(workspace)).toMatchObject({ chunks: 0, words: 0, faults: [] });
  });

  test("must be a folder that is there", async () => {
    const { folder, workspace, write } = place();
    write("lamp.txt", "The Norrby lamp costs 79 euros.");
    const opened = await openEngine({ workspace });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    await expect(link(opened, join(folder, "nowhere"))).rejects.toMatchObject({ data: { code: "file_missing" } });
    await expect(link(opened, join(folder, "lamp.txt"))).rejects.toMatchObject({ data: { code: "file_unreadable" } });
    expect(await opened.client.collections.list({})).toEqual([]);
  });
});
