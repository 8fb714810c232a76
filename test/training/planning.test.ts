import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEngine } from "../support/open-engine.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test(
  "a dataset that is examined anew is not lost with the examination that was given up",
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder();
    await using opened = await openEngine({ workspace: join(folder, "workspace") });
    const { client } = opened;
    const { models } = await client.models.list({});
    const baseId = models.find(({ kind }) => kind === "base")!.id;
    const path = join(folder, "large.jsonl");
    // So many that the first cannot answer a stop in time, and its process is ended.
    const lines = Array.from({ length: 6_000 }, (_, index) =>
      JSON.stringify({ prompt: `What is kept in room ${index}? ${"words ".repeat(20)}`, completion: `Thing ${index}` }),
    );
    writeFileSync(path, lines.join("\n"));
    const givenUp = new AbortController();
    const first = client.training.examine({ path, baseId }, { signal: givenUp.signal });
    const second = client.training.examine({ path, baseId, settings: { testShare: 0.2 } });
    givenUp.abort();

    await expect(first).rejects.toThrow();
    expect(await second).toMatchObject({ examples: 6_000, lengths: { longest: expect.any(Number) } });
  },
);
