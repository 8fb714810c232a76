import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { RetrievalFilter, type RetrievalSettings } from "../../core/contract/retrieval.ts";
import { defaultRetrievalSettings } from "../../core/retrieval/default-settings.ts";
import { rank, type SearchRequest } from "../../core/retrieval/rank.ts";
import { Reranking } from "../../core/retrieval/reranking.ts";
import { search } from "../../core/retrieval/search.ts";
import { writeTags } from "../../core/store/document-use.ts";
import { openStore } from "../../core/store/open-store.ts";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import { ensureCollection, findCollection, type StoredCollection } from "../../core/store/collections.ts";
import { CollectionStores } from "../../core/vectors/collection-stores.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { noFilter } from "../support/no-filter.ts";
import { writeReranker } from "../support/random-reranker.ts";
import { storeTexts } from "../support/stored-documents.ts";

const reranker = join(import.meta.dirname, "../fixtures/retrieval/tiny-reranker");

const workspace = mkdtempSync(join(tmpdir(), "fourfold-ranking-"));
const db = openStore(workspace);
const exact = new Vectors({ workspace, hnswFromChunks: Infinity });
const reranking = new Reranking();
afterAll(async () => {
  await Promise.all([exact[Symbol.asyncDispose](), reranking[Symbol.asyncDispose]()]);
  db.close();
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
});
let libraries = 0;

/** A collection of its own with the bundled embedder's real vectors, and everything that ranks it. */
async function library(files: Record<string, string[]>, vectors = exact) {
  libraries += 1;
  const collection = await fill(`Library ${libraries}`, files);
  const parts = { db, vectors, stores: new CollectionStores(db, vectors, workspace), reranking };
  const request = (
    question: string,
    changes: Partial<Omit<SearchRequest, "settings">> = {},
    settings: Partial<RetrievalSettings> = {},
  ): SearchRequest => ({
    collections: [collection],
    question,
    topK: 3,
    filter: noFilter,
    ...changes,
    settings: { ...defaultRetrievalSettings, ...settings },
  });
  const textOf = db.prepare<[number], string>("SELECT text FROM chunk WHERE id = ?").pluck();
  const found = async (...given: Parameters<typeof request>): Promise<string[]> => {
    const { chunks } = await rank(parts, request(...given));
    return chunks.filter(({ isBelowFloor }) => !isBelowFloor).map(({ id }) => textOf.get(id)!);
  };
  const idOf = (path: string): string =>
    db
      .prepare<[string, string], string>("SELECT id FROM document WHERE path = ? AND collection_id = ?")
      .pluck()
      .get(path, collection.id)!;
  return { collection, parts, request, found, idOf };
}

async function fill(name: string, files: Record<string, string[]>): Promise<StoredCollection> {
  const embedder = await bundledEmbedder(await readManifest());
  const { id } = ensureCollection(db, name, embedder);
  for (const [path, texts] of Object.entries(files)) {
    const embeddings = await exact.embedPassages(embedder, texts);
    const chunks = texts.map((text, index) => ({ text, embedding: embeddings[index]! }));
    storeTexts(db, id, path, chunks, { format: path.endsWith(".md") ? "markdown" : "text" });
  }
  return findCollection(db, id)!;
}

const manuals = {
  "/pumps/tw-20.md": [
    "The warranty of the pump lasts 36 months.",
    "The pump is blue.",
    "The motor of the pump has 850 W.",
  ],
  "/pumps/old/tw-10.txt": ["The warranty of the old pump lasts 12 months."],
  "/valves/kv-1.txt": ["The valve costs 40 euros.", "The valve is red."],
};

describe("a search", () => {
  test("gives the same passages in the same order each time, and records what decided them", async () => {
    const { parts, request } = await library(manuals);
    const asked = request("How long is the warranty of the pump?");
    const [first, second] = [await search(parts, asked), await search(parts, asked)];

    expect(first.passages).toEqual(second.passages);
    expect(first.passages[0]!.text).toContain("warranty of the pump");
    expect(first).toMatchObject({
      searchedFor: asked.question,
      settings: { ...asked.settings, lineWeight: 1 },
      filter: noFilter,
      rerankerSha256: null,
    });
    expect(first.passages.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  test("knows the similarity also of what only words found", async () => {
    const { parts, request } = await library(manuals);
    const { chunks } = await rank(parts, request("valve", {}, { candidatesPerLeg: 5, meaningWeight: 0 }));

    expect(
      chunks.every(({ vectorRank, similarity }) => vectorRank === null && similarity > -1 && similarity <= 1),
    ).toBe(true);
    expect(chunks).toHaveLength(2);
  });
});

describe("a filter holds in both legs", () => {
  const question = "warranty of the pump or valve";
  const filter = (changes: Partial<RetrievalFilter>) => ({ filter: RetrievalFilter.parse(changes) });

  test("by folder, with what lies below it and nothing that only begins alike", async () => {
    const { found } = await library(manuals);

    expect(await found(question, filter({ folders: ["/pumps"] }))).toHaveLength(4);
    expect(await found(question, filter({ folders: ["/pumps/old/"] }))).toEqual([
      "The warranty of the old pump lasts 12 months.",
    ]);
    expect(await found(question, filter({ folders: ["/pump"] }))).toEqual([]);
  });

  test("by type, document and tag", async () => {
    const { found, idOf } = await library(manuals);
    writeTags(db, idOf("/valves/kv-1.txt"), ["current"]);

    expect(await found(question, filter({ formats: ["markdown"] }))).toHaveLength(3);
    expect((await found(question, filter({ tags: ["current", "new"] }))).sort()).toEqual([
      "The valve costs 40 euros.",
      "The valve is red.",
    ]);
    expect(await found("valve", filter({ documentIds: [idOf("/pumps/old/tw-10.txt")] }))).toHaveLength(1);
  });

  test("by the day of import", async () => {
    const { found, idOf } = await library(manuals);
    db.prepare("UPDATE document SET imported_at = '2025-03-01T10:00:00.000Z' WHERE id = ?").run(
      idOf("/valves/kv-1.txt"),
    );

    expect(await found(question, filter({ importedBefore: "2025-03-02" }))).toHaveLength(2);
    expect(await found(question, filter({ importedFrom: "2025-03-01", importedBefore: "2025-03-02" }))).toHaveLength(2);
    expect(await found(question, filter({ importedFrom: "2025-03-02" }))).toHaveLength(4);
  });

  test("also where an index serves, which then compares the filter's own chunks exactly", async () => {
    await using hnsw = new Vectors({ workspace, hnswFromChunks: 1 });
    const { collection, parts, request, found } = await library(manuals, hnsw);
    await hnsw.settle(collection);

    expect((await rank(parts, request("warranty"))).index).toBe("hnsw");
    expect(await found("warranty", filter({ folders: ["/valves"] }))).toHaveLength(2);
    expect((await rank(parts, request("warranty", filter({ folders: ["/valves"] })))).index).toBe("exact");
  });
});

describe("more than one collection", () => {
  test("is searched in one go, and the better chunk comes first wherever it lies", async () => {
    const { collection, found } = await library(manuals);
    const collections = [collection, await fill("Other", { "/notes/a.txt": ["The canteen opens at noon."] })];

    expect((await found("When does the canteen open?", { collections }))[0]).toBe("The canteen opens at noon.");
    expect((await found("How long is the warranty of the pump?", { collections }))[0]).toContain("36 months");
  });
});

describe("a score floor", () => {
  test("cuts what is too far away, whichever leg found it, and leaves nothing rather than anything", async () => {
    const { found } = await library(manuals);
    const all = await found("How long is the warranty of the pump?");
    const near = await found("How long is the warranty of the pump?", {}, { scoreFloor: 0.6 });

    expect(near.length).toBeGreaterThan(0);
    expect(near.length).toBeLessThan(all.length);
    expect(await found("the valve of a cathedral organ", {}, { scoreFloor: 0.99 })).toEqual([]);
  });
});

describe("diversity", () => {
  const repeated = {
    "a.txt": [
      "The pump is blue.",
      "The pump is blue!",
      "The pump, it is blue.",
      "The pump has a warranty of 36 months.",
    ],
  };

  test("puts something new before the third way to say the same", async () => {
    const { found } = await library(repeated);
    const question = "Is the pump blue?";

    expect((await found(question)).slice(0, 3).some((text) => text.includes("warranty"))).toBe(false);
    expect((await found(question, {}, { mmrLambda: 0.3 })).slice(0, 2).some((text) => text.includes("warranty"))).toBe(
      true,
    );
  });

  test("changes nothing at λ = 1", async () => {
    const { found } = await library(manuals);

    expect(await found("pump", {}, { mmrLambda: 1 })).toEqual(await found("pump"));
  });
});

describe("the user's own reranker", () => {
  test("reads question and passage together and decides the order; its hash is recorded", async () => {
    const { parts, request } = await library({
      "a.txt": [
        "The warranty of the motor lasts years.",
        "The pump costs 40 euros and the colour of the pump is red.",
        "The price.",
      ],
    });
    const question = "What is the colour of the pump and what is the price";
    const { passages, rerankerSha256 } = await search(parts, request(question, {}, { reranker }));

    // The tiny model counts shared words: the, of, pump, and, is, colour.
    expect(passages[0]!.text).toContain("colour");
    const scores = passages.map(({ rerankScore }) => rerankScore!);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(scores[1]!);
    expect(rerankerSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("only reads as many as it is told, and the others keep their order behind", async () => {
    const { parts, request } = await library(manuals);
    const { chunks } = await rank(parts, request("pump", {}, { reranker, rerankCandidates: 2 }));

    expect(chunks.map(({ rerankRank }) => rerankRank)).toEqual([1, 2, ...chunks.slice(2).map(() => null)]);
    expect(chunks.slice(2).map(({ fusedRank }) => fusedRank)).toEqual(chunks.slice(2).map((_, index) => index + 3));
  });

  test("may be a GGUF file with a ranking head, read by llama.cpp, the same scores each time", async () => {
    const path = join(workspace, "reranker.gguf");
    writeReranker(path);
    const { parts, request } = await library({
      ...manuals,
      "/long.txt": [`The pump ${"is blue and ".repeat(300)}red.`],
    });
    const asked = request("How long is the warranty of the pump?", {}, { reranker: path });
    const [first, second] = [await rank(parts, asked), await rank(parts, asked)];
    const scores = first.chunks.map(({ rerankScore }) => rerankScore!);

    expect(scores).toHaveLength(7);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(second.chunks.map(({ rerankScore }) => rerankScore)).toEqual(scores);
    expect(first.rerankerSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("that is none fails in words, and the search with it", async () => {
    const { parts, request } = await library(manuals);
    const failing = (path: string) => search(parts, request("pump", {}, { reranker: path }));

    await expect(failing("/nowhere/reranker")).rejects.toMatchObject({ failure: { code: "file_missing" } });
    await expect(failing(import.meta.dirname)).rejects.toMatchObject({ failure: { code: "reranker_unusable" } });
    await expect(failing(import.meta.filename)).rejects.toMatchObject({ failure: { code: "reranker_unusable" } });
  });
});
