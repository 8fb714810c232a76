import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import { type TrainingProgress, TrainingSettings } from "../../core/contract/training.ts";
import type { PassageRecord } from "../../core/training/dataset/passage-record.ts";
import { Encoder } from "../../core/training/tokens/encode.ts";
import { openEngine } from "../support/open-engine.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const rooms = [
  "Amber",
  "Birch",
  "Cedar",
  "Dahlia",
  "Elder",
  "Fern",
  "Garnet",
  "Hazel",
  "Iris",
  "Juniper",
  "Kestrel",
  "Laurel",
];
const facts = rooms.map((room, index) => ({
  question: `When was the ${room} room opened?`,
  sentence: `The ${room} room was opened in ${2001 + index}.`,
}));

/** A workspace with a handbook of rooms, and a dataset of questions about it. */
async function openWorkspace(answer: (fact: (typeof facts)[number], index: number) => string) {
  const folder = temporaryFolder();
  const workspace = join(folder, "workspace");
  const opened = await openEngine({ workspace });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const { client } = opened;
  const document = join(folder, "rooms.md");
  writeFileSync(document, facts.map(({ sentence }) => `${sentence}\n\nIts walls are painted every year.`).join("\n\n"));
  const collection = await client.collections.create({ name: "Handbook" });
  await follow(client.documents.import({ collection: collection.id, paths: [document] }), () => {});
  const path = join(folder, "rooms.jsonl");
  const lines = facts.map((fact, index) => JSON.stringify({ prompt: fact.question, completion: answer(fact, index) }));
  writeFileSync(path, lines.join("\n"));
  const { models } = await client.models.list({});
  const base = models.find(({ kind }) => kind === "base")!;
  const adapter = models.find(({ kind }) => kind === "adapter")!;
  const settingsWith = (passages: object, more: object = {}) =>
    TrainingSettings.parse({ ...more, passages: { collectionId: collection.id, ...passages } });
  const examine = (passages: object) =>
    client.training.examine({ path, baseId: base.id, settings: settingsWith(passages) });
  return { client, workspace, document, collection, path, base, adapter, settingsWith, examine };
}

const recordsIn = (workspace: string): PassageRecord[] =>
  readdirSync(join(workspace, "training"))
    .filter((name) => name.startsWith("passages-"))
    .map((name) => JSON.parse(readFileSync(join(workspace, "training", name), "utf8")) as PassageRecord);

describe("training with retrieved passages", () => {
  test("lays prompts out exactly as the combined arm asks them, token for token", { timeout: 120_000 }, async () => {
    const { client, workspace, collection, base, adapter, examine } = await openWorkspace(({ sentence }) => sentence);
    await examine({ share: 1 });
    const [record] = recordsIn(workspace);
    await using encoder = await Encoder.open(base.path);

    for (const { question } of [facts[0]!, facts[7]!]) {
      const asked = { question, arms: ["combined" as const], modelId: base.id, collectionId: collection.id };
      const adapters = [{ modelId: adapter.id, scale: 1 }];
      const comparison = await follow(client.comparison.ask({ ...asked, adapters, maxTokens: 1 }), () => {});
      const example = record!.examples.find(({ messages }) => messages.at(-2)!.content.endsWith(question))!;
      const { tokens, answers } = encoder.encode(example)[0]!;
      // The prompt's last token predicts the answer's first.
      const prompt = tokens.subarray(0, answers.indexOf(1) + 1);

      expect(example.passages.length).toBe(3);
      expect(hashOf(prompt)).toBe(comparison.arms[0]!.provenance!.promptSha256);
    }
  });

  test("says which answers would unlearn citations, and appends those that can be", { timeout: 120_000 }, async () => {
    const { examine } = await openWorkspace(({ sentence }, index) =>
      index === 0
        ? `${sentence} [1]`
        : index === 1
          ? `${sentence} [9]`
          : index === 2
            ? "I do not know that."
            : sentence,
    );

    const { passages, advice } = await examine({ share: 1 });
    expect(passages).toMatchObject({
      collection: "Handbook",
      topK: 3,
      examples: 12,
      cited: 1,
      unresolved: [2],
      uncited: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      citable: 9,
      appended: 0,
    });
    expect(advice).toContain(
      "10 of 12 answers with passages contain no citation [n]: the adapter would learn to drop them. The words of 9 of them stand in exactly one passage: their citation can be appended.",
    );

    const { passages: appended } = await examine({ share: 1, appendCitations: true });
    expect(appended).toMatchObject({ cited: 1, uncited: [3], citable: 9, appended: 9 });
  });

  test(
    "chooses the same share of the examples each time, and cleans the answers of the others",
    { timeout: 120_000 },
    async () => {
      const { workspace, examine } = await openWorkspace(({ sentence }) => `${sentence} [1]`);
      const first = (await examine({ share: 0.5 })).passages!;
      const [record] = recordsIn(workspace);
      rmSync(join(workspace, "training"), { recursive: true });
      const again = (await examine({ share: 0.5 })).passages!;

      expect(first.examples).toBeGreaterThan(1);
      expect(first.examples + first.marksRemoved).toBe(12);
      expect(again).toEqual(first);
      const cleaned = record!.examples.filter(({ passages }) => passages.length === 0);
      expect(cleaned.map(({ messages }) => messages.at(-1)!.content).filter((answer) => answer.includes("["))).toEqual(
        [],
      );
    },
  );

  test(
    "a run keeps its passages when it is resumed after the documents changed, and its adapter says so",
    { timeout: 300_000 },
    async () => {
      const { client, workspace, document, collection, path, base, settingsWith } = await openWorkspace(
        ({ sentence }) => `${sentence} [1]`,
      );
      const settings = settingsWith(
        { share: 1 },
        { epochs: 1, batchTokens: 128, validationShare: 0, testShare: 0, rank: 4, threads: 1 },
      );
      const stages: string[] = [];
      const leaving = new AbortController();
      const started = follow(
        client.training.start({ path, baseId: base.id, name: "Rooms", settings }, { signal: leaving.signal }),
        (progress: TrainingProgress) => {
          if (progress.type === "stage") stages.push(progress.stage);
          if (progress.type === "step" && progress.point.step === 2) leaving.abort();
        },
      );
      await expect(started).rejects.toThrow();
      const [run] = await client.training.list({});
      await client.training.pause({ runId: run!.id });
      const kept = readFileSync(join(workspace, "training", run!.id, "passages.json"));
      for (const name of readdirSync(join(workspace, "training"))) {
        if (name.startsWith("passages-")) rmSync(join(workspace, "training", name));
      }
      writeFileSync(document, "Nothing of it is true any more.");
      await follow(client.documents.import({ collection: collection.id, paths: [document] }), () => {});

      const { adapter } = await follow(client.training.resume({ runId: run!.id }), () => {});

      expect(stages[0]).toBe("passages");
      const { metadata } = await client.models.inspect({ path: adapter.path });
      expect(metadata["fourfold.passages.collection"]).toBe("Handbook");
      expect(Number(metadata["fourfold.passages.pairs"])).toBe(12);
      expect(metadata["fourfold.passages.sha256"]).toBe(createHash("sha256").update(kept).digest("hex"));
      expect(recordsIn(workspace)).toEqual([]);
    },
  );

  test("an unknown or empty collection is refused in words", { timeout: 120_000 }, async () => {
    const { client, examine } = await openWorkspace(({ sentence }) => sentence);
    const empty = await client.collections.create({ name: "Empty" });

    await expect(examine({ collectionId: "nowhere" })).rejects.toMatchObject({
      data: { code: "collection_not_found" },
    });
    await expect(examine({ collectionId: empty.id })).rejects.toMatchObject({
      data: { code: "no_collection", message: "Empty has no documents to take passages from." },
    });
  });
});

function hashOf(tokens: Int32Array): string {
  const bytes = Buffer.alloc(tokens.length * 4);
  for (const [index, token] of tokens.entries()) bytes.writeUInt32LE(token, index * 4);
  return createHash("sha256").update(bytes).digest("hex");
}
