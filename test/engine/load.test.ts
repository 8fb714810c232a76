import { availableParallelism } from "node:os";
import { describe, expect, onTestFinished, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import { openEngine } from "../support/open-engine.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("loading a base", () => {
  test("keeps the context and threads chosen by hand for the next time", async () => {
    const opened = await openEngine({ workspace: temporaryFolder() });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    const { client } = opened;
    const base = (await client.models.list({})).models.find(({ kind }) => kind === "base")!;

    await follow(client.models.load({ modelId: base.id, contextSize: 512, threads: 1 }), () => {});
    await client.models.unload({});
    const again = await follow(client.models.load({ modelId: base.id }), () => {});

    expect(again).toMatchObject({ contextSize: 512, threads: 1 });
  });

  test("never takes more threads than the machine has cores", async () => {
    const opened = await openEngine({ workspace: temporaryFolder() });
    onTestFinished(() => opened[Symbol.asyncDispose]());
    const { client } = opened;
    const base = (await client.models.list({})).models.find(({ kind }) => kind === "base")!;
    const loaded = await follow(client.models.load({ modelId: base.id, threads: 256 }), () => {});

    expect(loaded.threads).toBeLessThanOrEqual(availableParallelism());
  });
});
