import { rmSync, cpSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import type { EmbedderIdentity } from "../../core/store/collections.ts";
import { openStore } from "../../core/store/open-store.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let embedder: EmbedderIdentity;
beforeAll(async () => {
  embedder = await bundledEmbedder(await readManifest());
});

function openVectors(): Vectors {
  const workspace = temporaryFolder();
  openStore(workspace).close();
  const vectors = new Vectors({ workspace });
  onTestFinished(() => vectors[Symbol.asyncDispose]());
  return vectors;
}

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe("the bundled embedder", () => {
  test("gives one vector of unit length per text, in order", async () => {
    const vectors = await openVectors().embedPassages(embedder, [
      "One short line.",
      "Another, about bread and butter.",
    ]);

    expect(vectors.map((vector) => [vector.length, Math.round(Math.hypot(...vector) * 1e4) / 1e4])).toEqual([
      [embedder.dimensions, 1],
      [embedder.dimensions, 1],
    ]);
  });

  test("gives a text the same vector alone and among longer ones", async () => {
    const vectors = openVectors();
    const long = Array.from({ length: 12 }, (_, i) => `${"A much longer sentence about pumps. ".repeat(i + 1)}`);

    const [alone] = await vectors.embedPassages(embedder, ["The pump stands still."]);
    const together = await vectors.embedPassages(embedder, [...long, "The pump stands still."]);

    expect(cosine(alone!, together.at(-1)!)).toBeCloseTo(1, 4);
  });

  test("puts a paraphrase closer than another subject", async () => {
    const [question, paraphrase, other] = await openVectors().embedPassages(embedder, [
      "How long may I return a product?",
      "Goods can be sent back within thirty days.",
      "The canteen serves soup on Mondays.",
    ]);

    expect(cosine(question!, paraphrase!)).toBeGreaterThan(cosine(question!, other!));
  });

  test("says which folder it misses, and works again once it is back", async () => {
    const folder = join(temporaryFolder(), "embedder");
    const vectors = openVectors();
    const moved = { ...embedder, folder, id: "moved" };

    await expect(vectors.embedPassages(moved, ["x"])).rejects.toMatchObject({
      failure: { code: "embedder_failed", message: expect.stringContaining(folder) },
    });
    cpSync(embedder.folder, folder, { recursive: true });
    await expect(vectors.embedPassages(moved, ["x"])).resolves.toHaveLength(1);
    rmSync(folder, { recursive: true });
  });

  test("survives the death of its process: the call fails in words, the next one works", async () => {
    const vectors = openVectors();
    await vectors.embedPassages(embedder, ["warm"]);
    const running = vectors.embedPassages(
      embedder,
      Array.from({ length: 4000 }, (_, i) => `sentence number ${i}`),
    );
    process.kill(vectors.host.pid!, "SIGKILL");

    await expect(running).rejects.toMatchObject({ failure: { code: "child_crashed" } });
    await expect(vectors.embedPassages(embedder, ["again"])).resolves.toHaveLength(1);
    expect(vectors.host.restarts).toBe(1);
  });
});
