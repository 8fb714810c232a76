import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../core/store/open-store.ts";
import { removeDocument } from "../../core/store/documents.ts";
import { CollectionVectors } from "../../core/vectors/collection-vectors.ts";
import { randomUnitVector, seededRandom } from "../support/random.ts";
import { collectionOf, embedderIdentity, storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DIMENSIONS = 32;
/** Low, so that the index is used with few rows. */
const HNSW_FROM = 100;

/** Vectors in loose clusters, as the embeddings of texts about some topics are. */
function clusteredVectors(count: number, random: () => number): Float32Array[] {
  const centres = Array.from({ length: 20 }, () => randomUnitVector(random, DIMENSIONS));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * centres.length)]!;
    const noise = randomUnitVector(random, DIMENSIONS);
    const mixed = centre.map((value, i) => value + 0.6 * noise[i]!);
    const length = Math.hypot(...mixed);
    return mixed.map((value) => value / length);
  });
}

function setUp() {
  const workspace = temporaryFolder();
  mkdirSync(join(workspace, "index"));
  const db = openStore(workspace);
  const collection = collectionOf(db, DIMENSIONS);
  const open = (hnswFrom = HNSW_FROM) =>
    new CollectionVectors(db, collection.id, embedderIdentity(DIMENSIONS), join(workspace, "index"), hnswFrom);
  const store = (path: string, vectors: Float32Array[]) =>
    storeTexts(
      db,
      collection.id,
      path,
      vectors.map((embedding, i) => ({ text: `${path} ${i}`, embedding })),
    );
  onTestFinished(() => void db.close());
  return { db, open, store, indexFile: join(workspace, "index", `${collection.id}.hnsw`) };
}

describe("the vectors of a collection", () => {
  test("are searched exactly while there are few", async () => {
    const { open, store } = setUp();
    const random = seededRandom(1);
    const vectors = clusteredVectors(HNSW_FROM - 1, random);
    store("few.txt", vectors);
    const searched = open();

    const { neighbours, kind } = await searched.search(vectors[7]!, 3);

    expect(kind).toBe("exact");
    expect(neighbours[0]).toEqual({ chunkId: 8, similarity: expect.closeTo(1, 5) });
  });

  test("get an index when there are many, and it finds nearly all that exact search finds", async () => {
    const { open, store } = setUp();
    const random = seededRandom(2);
    store("many.txt", clusteredVectors(3000, random));
    const approximate = open();
    await approximate.settle();
    const exact = open(Infinity);

    let found = 0;
    for (let i = 0; i < 50; i++) {
      const query = randomUnitVector(random, DIMENSIONS);
      const truth = new Set((await exact.search(query, 10)).neighbours.map(({ chunkId }) => chunkId));
      const { neighbours, kind } = await approximate.search(query, 10);
      expect(kind).toBe("hnsw");
      found += neighbours.filter(({ chunkId }) => truth.has(chunkId)).length;
    }

    expect(found / 500).toBeGreaterThanOrEqual(0.95);
  });

  test("answer exactly while the index is being built", async () => {
    const { open, store } = setUp();
    store("many.txt", clusteredVectors(2000, seededRandom(3)));
    const searched = open();

    const { kind } = await searched.search(randomUnitVector(seededRandom(4), DIMENSIONS), 5);

    expect(kind).toBe("exact");
    expect(searched.state.kind).toBe("building");
    await searched.settle();
    expect(searched.state.kind).toBe("hnsw");
  });

  test("never return a removed document, and always a new one, with the index in place", async () => {
    const { db, open, store } = setUp();
    const random = seededRandom(5);
    const vectors = clusteredVectors(400, random);
    store("first.txt", vectors.slice(0, 200));
    const doomed = store("doomed.txt", vectors.slice(200));
    const searched = open();
    await searched.settle();
    const target = vectors[250]!;

    expect((await searched.search(target, 1)).neighbours[0]!.similarity).toBeCloseTo(1, 5);
    removeDocument(db, doomed);
    const after = await searched.search(target, 200);
    expect(after.neighbours.every(({ chunkId }) => chunkId <= 200)).toBe(true);
    store("again.txt", [target]);
    expect((await searched.search(target, 1)).neighbours).toEqual([{ chunkId: 401, similarity: expect.closeTo(1, 5) }]);
  });

  test("take a saved index only when it is the one of these very rows", async () => {
    const { open, store, indexFile } = setUp();
    const vectors = clusteredVectors(500, seededRandom(6));
    store("many.txt", vectors);
    await open().settle();
    expect(existsSync(indexFile)).toBe(true);

    const reopened = open();
    await reopened.settle();
    expect((await reopened.search(vectors[9]!, 1)).kind).toBe("hnsw");

    // One flipped byte: hnswlib itself would open it and die in the search.
    const damaged = readFileSync(indexFile);
    damaged[damaged.length >> 1]! ^= 0xff;
    writeFileSync(indexFile, damaged);
    const rebuilt = open();
    await rebuilt.settle();
    expect((await rebuilt.search(vectors[9]!, 1)).neighbours[0]).toEqual({
      chunkId: 10,
      similarity: expect.closeTo(1, 5),
    });

    // Rows that came after the index was written: its generation no longer fits.
    store("later.txt", [vectors[0]!]);
    const later = open();
    await later.settle();
    expect(new Set((await later.search(vectors[0]!, 2)).neighbours.map(({ chunkId }) => chunkId))).toEqual(
      new Set([1, 501]),
    );
  });
});
