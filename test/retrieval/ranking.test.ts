import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RetrievalSettings } from "../../core/contract/retrieval.ts";
import { RetrievalFilter } from "../../core/contract/retrieval.ts";
import { defaultRetrievalSettings } from "../../core/retrieval/default-settings.ts";
import { rank, type SearchRequest } from "../../core/retrieval/rank.ts";
import { Reranking } from "../../core/retrieval/reranking.ts";
import { search } from "../../core/retrieval/search.ts";
import { writeTags } from "../../core/store/document-use.ts";
import type { WritableDb } from "../../core/store/db.ts";
import { openStore } from "../../core/store/open-store.ts";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import { ensureCollection, findCollection } from "../../core/store/collections.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { noFilter } from "../support/no-filter.ts";
import { storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const reranker = join(import.meta.dirname, "../fixtures/retrieval/tiny-reranker");

/** A collection with the bundled embedder's real vectors, and everything that ranks it. */
async function library(files: Record<string, string[]>, hnswFromChunks = Infinity) {
  const workspace = temporaryFolder();
  const db = openStore(workspace);
  const vectors = new Vectors({ workspace, hnswFromChunks });
  const reranking = new Reranking();
  onTestFinished(async () => {
    await Promise.all([vectors[Symbol.asyncDispose](), reranking[Symbol.asyncDispose]()]);
    db.close();
  });
  await fill({ db, vectors }, "Library", files);
  const request = (
    question: string,
    changes: Partial<Omit<SearchRequest, "settings">> = {},
    settings: Partial<RetrievalSettings> = {},
  ) => ({
    collections: [findCollection(db, "Library")!],
    question,
    topK: 3,
    filter: noFilter,
    ...changes,
    settings: { ...defaultRetrievalSettings, ...settings },
  });
  const parts = { db, vectors, reranking };
  const textOf = db.prepare<[number], string>("SELECT text FROM chunk WHERE id = ?").pluck();
  const found = async (...given: Parameters<typeof request>) =>
    (await rank(parts, request(...given))).chunks
      .filter(({ isBelowFloor }) => !isBelowFloor)
      .map(({ id }) => textOf.get(id)!);
  return { ...parts, parts, request, found };
}

async function fill(
  { db, vectors }: { db: WritableDb; vectors: Vectors },
  name: string,
  files: Record<string, string[]>,
) {
  const embedder = await bundledEmbedder(await readManifest());
  const { id } = ensureCollection(db, name, embedder);
  for (const [path, texts] of Object.entries(files)) {
    const embeddings = await vectors.embedPassages(embedder, texts);
    const format = path.endsWith(".md") ? "markdown" : "text";
    storeTexts(
      db,
      id,
      path,
      texts.map((text, index) => ({ text, embedding: embeddings[index]! })),
      { format },
    );
  }
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
      settings: asked.settings,
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
  const onlyIn = async (filter: Partial<RetrievalFilter>, prepare: (db: WritableDb) => void = () => {}) => {
    const { db, found } = await library(manuals);
    prepare(db);
    return (await found("warranty of the pump or valve", { filter: RetrievalFilter.parse(filter) })).sort();
  };

  test("by folder, with what lies below it and nothing that only begins alike", async () => {
    expect(await onlyIn({ folders: ["/pumps"] })).toHaveLength(4);
    expect(await onlyIn({ folders: ["/pumps/old/"] })).toEqual(["The warranty of the old pump lasts 12 months."]);
    expect(await onlyIn({ folders: ["/pump"] })).toEqual([]);
  });

  test("by type, document and tag", async () => {
    expect(await onlyIn({ formats: ["markdown"] })).toHaveLength(3);
    const idOf = (db: WritableDb, path: string) =>
      db.prepare<[string], string>("SELECT id FROM document WHERE path = ?").pluck().get(path)!;
    const tagged = await onlyIn({ tags: ["current", "new"] }, (db) =>
      writeTags(db, idOf(db, "/valves/kv-1.txt"), ["current"]),
    );
    expect(tagged).toEqual(["The valve costs 40 euros.", "The valve is red."]);
    const { db, found } = await library(manuals);
    const documentIds = [idOf(db, "/pumps/old/tw-10.txt")];
    expect(await found("valve", { filter: RetrievalFilter.parse({ documentIds }) })).toHaveLength(1);
  });

  test("by the day of import", async () => {
    const age = (db: WritableDb) =>
      void db.prepare("UPDATE document SET imported_at = '2025-03-01T10:00:00.000Z' WHERE path LIKE '/valves/%'").run();
    expect(await onlyIn({ importedBefore: "2025-03-02" }, age)).toHaveLength(2);
    expect(await onlyIn({ importedFrom: "2025-03-01", importedBefore: "2025-03-02" }, age)).toHaveLength(2);
    expect(await onlyIn({ importedFrom: "2025-03-02" }, age)).toHaveLength(4);
  });

  test("also where an index serves, which then compares the filter's own chunks exactly", async () => {
    const { vectors, found, request, parts } = await library(manuals, 1);
    await vectors.settle(request("").collections[0]!);
    expect((await rank(parts, request("warranty"))).index).toBe("hnsw");
    const filter = RetrievalFilter.parse({ folders: ["/valves"] });

    expect(await found("warranty", { filter })).toHaveLength(2);
    expect((await rank(parts, request("warranty", { filter }))).index).toBe("exact");
  });
});

describe("more than one collection", () => {
  test("is searched in one go, and the better chunk comes first wherever it lies", async () => {
    const { db, vectors, found } = await library(manuals);
    await fill({ db, vectors }, "Other", { "/notes/a.txt": ["The canteen opens at noon."] });
    const collections = ["Library", "Other"].map((name) => findCollection(db, name)!);

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

  test("that is none fails in words, and the search with it", async () => {
    const { parts, request } = await library(manuals);
    const failing = (path: string) => search(parts, request("pump", {}, { reranker: path }));

    await expect(failing("/nowhere/reranker")).rejects.toMatchObject({ failure: { code: "file_missing" } });
    await expect(failing(import.meta.dirname)).rejects.toMatchObject({ failure: { code: "reranker_unusable" } });
    await expect(failing(import.meta.filename)).rejects.toMatchObject({ failure: { code: "reranker_unusable" } });
  });
});
