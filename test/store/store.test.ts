import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { readChunks, readChunkIds } from "../../core/store/chunks.ts";
import { findCollection, removeCollection } from "../../core/store/collections.ts";
import type { WritableDb } from "../../core/store/db.ts";
import { listDocuments, removeDocument } from "../../core/store/documents.ts";
import { holdWorkspace, readHolder } from "../../core/store/hold-workspace.ts";
import { newestMigration } from "../../core/store/migrations.ts";
import { openStore } from "../../core/store/open-store.ts";
import { fromBlob, toBlob } from "../../core/store/vector-blob.ts";
import { collectionOf, storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const anywhere = new Float32Array([1, 0]);

function openTemporaryStore(): { workspace: string; db: WritableDb } {
  const workspace = temporaryFolder();
  const db = openStore(workspace);
  onTestFinished(() => void db.close());
  return { workspace, db };
}

/** Rows of every table that a document fills, words included. */
const counts = (db: WritableDb) => ({
  documents: db.prepare("SELECT count(*) FROM document").pluck().get(),
  chunks: db.prepare("SELECT count(*) FROM chunk").pluck().get(),
  words: db.prepare(`SELECT count(*) FROM chunk_words WHERE chunk_words MATCH '"word"'`).pluck().get(),
});

describe("the store", () => {
  test("opens again what it has written, in the same schema", () => {
    const { workspace, db } = openTemporaryStore();
    storeTexts(db, collectionOf(db, 2).id, "a.txt", [{ text: "one word", embedding: anywhere }]);
    db.close();
    const again = openStore(workspace);
    onTestFinished(() => void again.close());

    expect(counts(again)).toEqual({ documents: 1, chunks: 1, words: 1 });
    expect(again.prepare("SELECT number FROM migration").pluck().all()).toEqual(
      Array.from({ length: newestMigration }, (_, index) => index + 1),
    );
  });

  test("keeps chunks with their exact spans and vectors", () => {
    const { db } = openTemporaryStore();
    const { id } = collectionOf(db, 2);
    storeTexts(db, id, "a.txt", [
      { text: "Grüße 💧", embedding: new Float32Array([0, 1]) },
      { text: "Ende", embedding: anywhere },
    ]);

    const chunk = readChunks(db, [1]).get(1)!;

    expect(chunk).toMatchObject({ documentName: "a.txt", text: "Grüße 💧", start: 0, end: 8, rectangles: [] });
  });

  test("replaces a document of the same path whole, what is new in it under a new id", () => {
    const { db } = openTemporaryStore();
    const { id } = collectionOf(db, 2);
    storeTexts(db, id, "a.txt", [{ text: "old word", embedding: anywhere }]);
    storeTexts(db, id, "a.txt", [{ text: "new word", embedding: anywhere }]);

    expect(counts(db)).toEqual({ documents: 1, chunks: 1, words: 1 });
    expect(readChunkIds(db, id)).toMatchObject({ generation: 2, ids: [2] });
    expect(db.prepare(`SELECT count(*) FROM chunk_words WHERE chunk_words MATCH '"old"'`).pluck().get()).toBe(0);
  });

  test("leaves no row, word or vector of a removed document or collection", () => {
    const { db } = openTemporaryStore();
    const { id } = collectionOf(db, 2);
    const first = storeTexts(db, id, "a.txt", [{ text: "a word", embedding: anywhere }]);
    storeTexts(db, id, "b.txt", [{ text: "another word", embedding: anywhere }]);

    removeDocument(db, first);
    expect(counts(db)).toEqual({ documents: 1, chunks: 1, words: 1 });
    expect(listDocuments(db, id).map(({ name }) => name)).toEqual(["b.txt"]);
    removeCollection(db, id);
    expect(counts(db)).toEqual({ documents: 0, chunks: 0, words: 0 });
    expect(findCollection(db, id)).toBeNull();
  });

  test("writes a document whole or not at all when the disk is full", () => {
    const { db } = openTemporaryStore();
    const { id } = collectionOf(db, 2);
    storeTexts(db, id, "kept.txt", [{ text: "kept word", embedding: anywhere }]);
    // SQLite's own limit raises the very error a full disk does.
    db.pragma(`max_page_count = ${Number(db.pragma("page_count", { simple: true })) + 2}`);
    const huge = Array.from({ length: 200 }, (_, i) => ({ text: `word ${i} ${"x".repeat(500)}`, embedding: anywhere }));

    expect(() => storeTexts(db, id, "huge.txt", huge)).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: "disk_full" }) }),
    );
    expect(counts(db)).toEqual({ documents: 1, chunks: 1, words: 1 });
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  });

  test("refuses a file that is no store, and one of a newer version, in words", () => {
    const damaged = temporaryFolder();
    writeFileSync(join(damaged, "fourfold.sqlite"), "this is not a database, it is a letter to a database".repeat(100));
    const newer = temporaryFolder();
    const db = new Database(join(newer, "fourfold.sqlite"));
    db.pragma("user_version = 999");
    db.close();

    for (const workspace of [damaged, newer]) {
      expect(() => openStore(workspace)).toThrow(
        expect.objectContaining({ failure: expect.objectContaining({ code: "workspace_unusable" }) }),
      );
    }
  });

  test("returns vectors bit for bit, at any alignment", () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 64 }), fc.nat(3), (vector, shift) => {
        const blob = toBlob(vector);
        const shifted = Buffer.concat([Buffer.alloc(shift), blob]).subarray(shift);
        expect(fromBlob(shifted)).toEqual(vector);
      }),
      { seed: 3 },
    );
  });

  test("loses nothing it has reported when its process is killed", async () => {
    const workspace = temporaryFolder();
    const writer = fork(new URL("./endless-writer.ts", import.meta.url), [workspace], { execArgv: [] });
    let reported = 0;
    await new Promise<void>((resolve) => {
      writer.on("message", (stored: number) => {
        reported = stored;
        if (stored >= 40) writer.kill("SIGKILL");
      });
      writer.on("exit", () => resolve());
    });
    const db = openStore(workspace);
    onTestFinished(() => void db.close());
    const { documents, chunks, words } = counts(db);

    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(documents).toBeGreaterThanOrEqual(reported);
    expect(chunks).toBe(Number(documents) * 5);
    expect(words).toBe(chunks);
  });
});

describe("holding a workspace", () => {
  test("is for one at a time, and the second learns who it is", () => {
    const workspace = temporaryFolder();
    const hold = holdWorkspace(workspace, "serve");
    hold!.announce({ port: 4444, token: "secret" });

    expect(holdWorkspace(workspace, "ask")).toBeNull();
    expect(readHolder(workspace)).toEqual({
      pid: process.pid,
      command: "serve",
      door: { port: 4444, token: "secret" },
    });
    hold!.release();
    const next = holdWorkspace(workspace, "ask");
    expect(next).not.toBeNull();
    next!.release();
  });

  test("ends with the process that held it, however it ends", async () => {
    const workspace = temporaryFolder();
    const holder = fork(new URL("./endless-writer.ts", import.meta.url), [workspace, "hold"], { execArgv: [] });
    await new Promise((resolve) => holder.once("message", resolve));
    expect(holdWorkspace(workspace, "ask")).toBeNull();
    const gone = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill("SIGKILL");
    await gone;

    const hold = holdWorkspace(workspace, "ask");
    expect(hold).not.toBeNull();
    hold!.release();
  });
});
