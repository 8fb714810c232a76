import { expect, onTestFinished, test } from "vitest";
import { readEmbeddings } from "../../core/store/chunks.ts";
import { findCollection } from "../../core/store/collections.ts";
import { openStore } from "../../core/store/open-store.ts";
import {
  beginReembedding,
  chunksToEmbed,
  findReembedding,
  listReembeddings,
  removeCopied,
  removeReembedding,
  saveNextEmbeddings,
  switchEmbedder,
} from "../../core/store/reembeddings.ts";
import { collectionOf, embedderIdentity, storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const next = embedderIdentity(3);
const newVector = new Float32Array([0, 0, 1]);

/** A collection of `count` chunks on its way from two dimensions to three, `done` of them there. */
function onItsWay(count: number, done: number) {
  const db = openStore(temporaryFolder());
  onTestFinished(() => void db.close());
  const { id } = collectionOf(db, 2);
  const chunks = Array.from({ length: count }, (_, index) => ({
    text: `${index}`,
    embedding: new Float32Array([1, 0]),
  }));
  storeTexts(db, id, "a.txt", chunks);
  beginReembedding(db, id, next);
  const ids = chunksToEmbed(db, id, count).map((chunk) => chunk.id);
  const embed = (some: number[]): void =>
    saveNextEmbeddings(
      db,
      id,
      next.id,
      some.map((chunkId) => ({ chunkId, embedding: newVector })),
    );
  embed(ids.slice(0, done));
  return { db, id, ids, embed };
}

test("a collection goes over when its last chunk has a new vector, and what was copied then goes little by little", () => {
  const { db, id, ids, embed } = onItsWay(5, 4);
  expect(switchEmbedder(db, id)).toBe(false);
  embed(ids.slice(4));

  expect(switchEmbedder(db, id)).toBe(true);
  expect(findCollection(db, id)?.embedder.id).toBe(next.id);
  expect([...readEmbeddings(db, ids).values()].map(({ embedding }) => embedding)).toEqual(ids.map(() => newVector));
  expect([findReembedding(db, id), listReembeddings(db), removeReembedding(db, id)]).toEqual([null, [], false]);

  const left = () => db.prepare("SELECT count(*) FROM next_embedding").pluck().get();
  const lefts = [left()];
  while (removeCopied(db, 2)) lefts.push(left());
  expect(lefts).toEqual([5, 3, 1, 0]);
  expect(db.prepare("SELECT count(*) FROM reembedding").pluck().get()).toBe(0);
});

test("a collection that has just gone over may set out again at once", () => {
  const { db, id, ids } = onItsWay(3, 3);
  switchEmbedder(db, id);
  removeCopied(db, 1);
  beginReembedding(db, id, { ...next, id: "third" });

  expect(findReembedding(db, id)).toMatchObject({ embedder: { id: "third" }, done: 0, total: 3 });
  expect(chunksToEmbed(db, id, 9).map((chunk) => chunk.id)).toEqual(ids);
  expect(removeCopied(db, 9)).toBe(false);
});

test("only vectors of a collection that has gone over are taken for leftovers", () => {
  const { db, id } = onItsWay(3, 2);

  expect(removeCopied(db, 9)).toBe(false);
  expect(findReembedding(db, id)).toMatchObject({ done: 2, total: 3 });
});

test("chunks that are done are not looked through again", () => {
  const { db, id, ids } = onItsWay(5, 3);

  expect(chunksToEmbed(db, id, 9, ids[3]).map((chunk) => chunk.id)).toEqual([ids[4]]);
  expect(chunksToEmbed(db, id, 1).map((chunk) => chunk.id)).toEqual([ids[3]]);
});
