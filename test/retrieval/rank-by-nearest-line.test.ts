import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import { defaultRetrievalSettings } from "../../core/retrieval/default-settings.ts";
import { lineWeightOf } from "../../core/retrieval/rank-by-nearest-line.ts";
import { rank } from "../../core/retrieval/rank.ts";
import { Reranking } from "../../core/retrieval/reranking.ts";
import { search } from "../../core/retrieval/search.ts";
import { ensureCollection, findCollection, relocateEmbedder } from "../../core/store/collections.ts";
import { openStore } from "../../core/store/open-store.ts";
import { CollectionStores } from "../../core/vectors/collection-stores.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { noFilter } from "../support/no-filter.ts";
import { storeTexts } from "../support/stored-documents.ts";

const workspace = mkdtempSync(join(tmpdir(), "fourfold-nearest-line-"));
const db = openStore(workspace);
const vectors = new Vectors({ workspace, hnswFromChunks: Infinity });
const reranking = new Reranking();
const parts = { db, vectors, stores: new CollectionStores(db, vectors, workspace), reranking };
afterAll(async () => {
  await Promise.all([vectors[Symbol.asyncDispose](), reranking[Symbol.asyncDispose]()]);
  db.close();
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
});

const embedder = await bundledEmbedder(await readManifest());

/** One long passage with the answer among much else, and short ones that are all about the question's subject. */
const handbook = [
  [
    "The canteen opens at 11:30 and serves soup, salad and two dishes of the day.",
    "Dogs are welcome in the east wing as long as they are on a lead.",
    "The night bus leaves from the main gate at 23:10.",
    "Bicycles are kept in the shed behind the tennis court.",
    "Lost badges cost 15 euros.",
  ].join("\n"),
  "Buses and trains are listed on the board at the reception.",
  "Bus tickets are sold by the reception.",
  "The bus company was founded in 1931.",
];

async function collectionOf(name: string, texts: string[], identity = embedder) {
  const { id } = ensureCollection(db, name, identity);
  const embeddings = await vectors.embedPassages(identity, texts);
  const chunks = texts.map((text, index) => ({ text, embedding: embeddings[index]! }));
  storeTexts(db, id, `/${name}.txt`, chunks, { format: "text" });
  return findCollection(db, id)!;
}

const question = "From where does the night bus leave?";
const asked = (collection: Awaited<ReturnType<typeof collectionOf>>, lineWeight: number | null) => ({
  collections: [collection],
  question,
  topK: 3,
  filter: noFilter,
  settings: { ...defaultRetrievalSettings, lineWeight },
});

test("a chunk about many things is found by its one line that answers", async () => {
  const handbookCollection = await collectionOf("Handbook", handbook);
  const unread = await rank(parts, asked(handbookCollection, 0));
  const read = await rank(parts, asked(handbookCollection, 1));
  const long = ({ chunks }: typeof read) => chunks.find(({ id }) => id === firstChunk)!;
  const firstChunk = db
    .prepare<[string], number>("SELECT min(id) FROM chunk WHERE collection_id = ?")
    .pluck()
    .get(handbookCollection.id)!;

  expect(unread.chunks.every(({ lineRank, lineSimilarity }) => lineRank === null && lineSimilarity === null)).toBe(
    true,
  );
  expect(long(unread).vectorRank).toBeGreaterThan(1);
  expect(long(read)).toMatchObject({ lineRank: 1, vectorRank: long(unread).vectorRank });
  expect(long(read).lineSimilarity).toBeGreaterThan(long(read).similarity);
  expect(long(read).fusedRank).toBeLessThanOrEqual(long(unread).fusedRank);
  expect(read.chunks.map(({ fusedRank }) => fusedRank)).toEqual(read.chunks.map((_, index) => index + 1));
  expect(read.chunks.map(({ score }) => score)).toEqual(
    read.chunks.map(({ score }) => score).toSorted((a, b) => b - a),
  );
});

test("lines are read by themselves where the embedder is static, and what was done is recorded", async () => {
  const byTable = await collectionOf("By table", handbook);
  const { isStatic: _, ...network } = embedder;
  const byNetwork = await collectionOf("By network", handbook, network);

  expect(lineWeightOf(defaultRetrievalSettings, [byTable])).toBe(1);
  expect(lineWeightOf(defaultRetrievalSettings, [byTable, byNetwork])).toBe(0);
  expect(lineWeightOf({ lineWeight: null, meaningWeight: 0 }, [byTable])).toBe(0);
  expect((await search(parts, asked(byTable, null))).settings!.lineWeight).toBe(1);

  const plain = await search(parts, asked(byNetwork, null));
  expect(plain.settings!.lineWeight).toBe(0);
  expect(plain.passages.every(({ lineRank }) => lineRank === null)).toBe(true);
  expect((await search(parts, asked(byNetwork, 2))).passages[0]!.lineRank).toBe(1);

  relocateEmbedder(db, embedder);
  const known = await search(parts, asked(findCollection(db, byNetwork.id)!, null));
  expect(known.settings!.lineWeight).toBe(1);
});

test("what is below the floor has no say among the lines", async () => {
  const collection = await collectionOf("Floor", handbook);
  const { settings, ...request } = asked(collection, 1);
  const { chunks } = await rank(parts, { ...request, settings: { ...settings, scoreFloor: 0.99 } });

  expect(chunks.every(({ isBelowFloor, lineRank }) => isBelowFloor && lineRank === null)).toBe(true);

  const unread = await rank(parts, asked(collection, 0));
  const scoreFloor = unread.chunks.map(({ similarity }) => similarity).toSorted((a, b) => b - a)[1]!;
  const half = await rank(parts, { ...request, settings: { ...settings, scoreFloor } });
  expect(half.chunks.map(({ lineRank }) => lineRank !== null)).toEqual([true, true, false, false]);
  expect(half.chunks.map(({ fusedRank }) => fusedRank).toSorted()).toEqual([1, 2, 3, 4]);
});

test("chunks with hundreds of lines are read as far as it stays quick, the first one in any case", async () => {
  const table = Array.from({ length: 600 }, (_, row) => `Bus ${row} | leaves from gate ${row % 40}`).join("\n");
  const tables = await collectionOf("Tables", [table, "The night bus leaves from the main gate at 23:10."]);
  const { chunks } = await rank(parts, asked(tables, 1));

  expect(chunks[0]!.lineRank).toBe(1);
  expect(chunks.filter(({ lineRank }) => lineRank !== null)).toHaveLength(1);
});
