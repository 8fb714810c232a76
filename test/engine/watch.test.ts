import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import type { Change } from "../../core/contract/workspace.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { writeModel } from "../support/random-model.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

const folder = fileFolder();
let opened: OpenEngine;
beforeAll(async () => {
  opened = await openEngine({ workspace: join(folder, "workspace") });
});
afterAll(() => opened[Symbol.asyncDispose]());

/** Changes as a window hears of them; `ended` resolves when the stream is over. */
function watch({ client }: OpenEngine, signal?: AbortSignal): { seen: Change[]; ended: Promise<unknown> } {
  const seen: Change[] = [];
  return { seen, ended: follow(client.workspace.watch({}, { signal }), (change) => seen.push(change)) };
}

describe("watching a workspace", () => {
  test("tells every window what changed, until it leaves", async () => {
    const leave = new AbortController();
    const staying = watch(opened);
    const leaving = watch(opened, leave.signal);
    await new Promise((resolve) => setImmediate(resolve));
    await opened.client.workspace.configure({ theme: "dark" });
    await expect.poll(() => [staying.seen, leaving.seen]).toEqual([[settings], [settings]]);
    leave.abort();
    expect(await leaving.ended).toEqual({});
    await opened.client.workspace.configure({ theme: "system" });

    await expect.poll(() => staying.seen).toHaveLength(2);
    expect(leaving.seen).toEqual([settings]);
  });

  test("is over at once for who has left already, and for all when the engine closes", async () => {
    const left = new AbortController();
    left.abort();
    const other = await openEngine({ workspace: join(temporaryFolder(), "workspace") });
    const open = watch(other);
    await watch(other, left.signal).ended.catch(() => {});
    await other[Symbol.asyncDispose]();

    expect(await open.ended).toEqual({});
  });
});

describe("a model host that dies", () => {
  test("fails the arm it was answering, tells the windows, and is back for the next arm", async () => {
    const path = join(folder, "slow.gguf");
    const shape = {
      embeddingLength: 256,
      layers: 8,
      feedForwardLength: 512,
      heads: 4,
      keyValueHeads: 4,
      vocabularySize: 288,
    };
    writeModel(path, { shape, weights: "q8_0", contextLength: 4096, name: "Slow" });
    await opened.engine.prepareSamples();
    const { client } = opened;
    const collectionId = (await client.workspace.settings({})).collectionId!;
    const { id: modelId } = await follow(client.models.add({ path }), () => {});
    const watching = watch(opened);
    let killed = false;
    const { arms } = await follow(
      client.comparison.ask({
        question: "Tell me more.",
        modelId,
        collectionId,
        arms: ["base", "rag"],
        maxTokens: 400,
      }),
      async (progress) => {
        if (killed || progress.type !== "text") return;
        killed = true;
        const { children } = await client.workspace.status({});
        process.kill(children.find(({ name }) => name === "the model host")!.pid!, "SIGKILL");
      },
    );

    expect(arms[0]).toMatchObject({
      arm: "base",
      stopReason: "failed",
      failure: { code: "child_crashed", message: "The model host stopped unexpectedly (SIGKILL)." },
    });
    expect(arms[1]).toMatchObject({ arm: "rag", failure: null });
    await expect
      .poll(() => watching.seen)
      .toContainEqual({
        topic: "children",
        notice: "The model host stopped unexpectedly (SIGKILL) and starts again when it is needed.",
      });
  });
});

const settings: Change = { topic: "settings", notice: null };
