import { afterAll, beforeAll, expect, test } from "vitest";
import { placeOf, rankNearestLines } from "../../core/generation/nearest-lines.ts";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import type { EmbedderIdentity } from "../../core/store/collections.ts";
import { Vectors } from "../../core/vectors/vectors.ts";

let embedder: EmbedderIdentity;
const vectors = new Vectors({ workspace: "/nowhere" });
beforeAll(async () => void (embedder = await bundledEmbedder(await readManifest())));
afterAll(() => vectors[Symbol.asyncDispose]());

const rank = (question: string, ...texts: string[]) =>
  rankNearestLines(
    (asked, lines) => vectors.likeness(embedder, asked, lines),
    question,
    texts.map((text, index) => ({ n: index + 1, text })),
  );

test("the line that speaks of what was asked comes first, wherever it stands", async () => {
  const nearest = await rank(
    "Where are broken lamps repaired?",
    "The strap can be washed by hand. The battery lasts nineteen hours at the lowest level.",
    "- The lamp costs 129 euros.\n- Repairs of lamps are done in Innsbruck.\n- It weighs 118 grams.",
  );

  expect(nearest.get(placeOf(2, 1))).toBe(0);
  expect([...nearest.values()]).toEqual([0, 1, 2, 3]);
});

test("passages of fewer lines have as many ranks, and none has none", async () => {
  expect([...(await rank("How much is it?", "It costs 12 euros.", "* * *")).keys()]).toEqual([placeOf(1, 0)]);
  expect(await rank("How much is it?")).toEqual(new Map());
});

test("lines that say the same keep the order of their passages", async () => {
  const nearest = await rank("When is tea served?", "Tea is served at four.", "Tea is served at four.");

  expect(nearest.get(placeOf(1, 0))).toBe(0);
  expect(nearest.get(placeOf(2, 0))).toBe(1);
});
