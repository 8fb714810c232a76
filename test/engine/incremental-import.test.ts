import { copyFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Collection, ImportProgress, ImportResult } from "../../core/contract/documents.ts";
import { follow } from "../../core/contract/follow.ts";
import { examineStore } from "../support/examine-store.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { seededRandom } from "../support/random.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

const workspace = join(fileFolder(), "workspace");
let opened: OpenEngine;
let collection: Collection;
let folder: string;

beforeAll(async () => {
  opened = await openEngine({ workspace });
}, 240_000);
afterAll(() => opened[Symbol.asyncDispose]());

let count = 0;
beforeEach(async () => {
  folder = temporaryFolder();
  collection = await opened.client.collections.create({ name: `Collection ${++count}` });
});

const importFolder = (onProgress: (progress: ImportProgress) => void = () => {}): Promise<ImportResult> =>
  follow(opened.client.documents.import({ collection: collection.id, paths: [folder] }), onProgress);

/** Written an hour ago: a file of this moment is read again, because its time could not tell another change. */
function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  const then = new Date(Date.now() - 3_600_000 + 1000 * ++count);
  utimesSync(path, then, then);
  return path;
}

const words =
  "harbour pump valve winter ledger orchard signal copper lantern meadow engine ribbon canvas thunder pillar".split(
    " ",
  );

/** Paragraphs of words, each long enough to be a chunk of its own. */
function paragraphs(seed: number, howMany: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: howMany }, (_, number) => {
    const sentence = Array.from({ length: 16 }, () => words[Math.floor(random() * words.length)]!);
    return `Paragraph ${number}: ${sentence.join(" ")}.`;
  });
}

const chunkRows = (): { id: number; text: string }[] => {
  const db = new Database(join(workspace, "fourfold.sqlite"), { readonly: true });
  try {
    return db
      .prepare<[string], { id: number; text: string }>("SELECT id, text FROM chunk WHERE collection_id = ? ORDER BY id")
      .all(collection.id);
  } finally {
    db.close();
  }
};

describe("an edited document", { timeout: 300_000 }, () => {
  test("has only its changed chunks embedded; the others keep their id and vector", async () => {
    const text = paragraphs(1, 640);
    write("long.md", text.join("\n\n"));
    const first = await importFolder();
    const before = chunkRows();
    expect(first.documents[0]).toMatchObject({ status: "imported", chunksReused: 0 });
    expect(before.length).toBeGreaterThanOrEqual(200);

    text[300] = "Paragraph 300: the warranty on the new pump is eighty-four months, seals not counted.";
    write("long.md", text.join("\n\n"));
    const second = await importFolder();
    const after = chunkRows();

    expect(second.documents[0]).toMatchObject({ status: "updated", chunks: after.length });
    expect(second.chunksEmbedded).toBeGreaterThan(0);
    expect(second.chunksEmbedded).toBeLessThanOrEqual(4);
    expect(second.chunksReused).toBe(after.length - second.chunksEmbedded);
    expect(second.documents[0]!.documentId).toBe(first.documents[0]!.documentId);
    const known = new Set(before.map(({ id }) => id));
    expect(after.filter(({ id }) => !known.has(id))).toHaveLength(second.chunksEmbedded);
    const { passages } = await opened.client.retrieval.search({
      collectionId: collection.id,
      question: "How long is the warranty on the new pump?",
      topK: 1,
    });
    expect(passages[0]!.text).toContain("eighty-four months");
    expect(examineStore(workspace).faults).toEqual([]);
  });

  test("whose paragraphs change places has nothing embedded at all", async () => {
    const text = paragraphs(2, 40);
    write("long.md", text.map((paragraph, i) => `## Section ${i}\n\n${paragraph}`).join("\n\n"));
    await importFolder();
    const turned = text.map((paragraph, i) => `## Section ${i}\n\n${paragraph}`).reverse();
    write("long.md", turned.join("\n\n"));
    const { chunksEmbedded, documents } = await importFolder();

    expect(documents[0]).toMatchObject({ status: "updated", chunksEmbedded: 0 });
    expect(chunksEmbedded).toBe(0);
    expect(examineStore(workspace).faults).toEqual([]);
  });

  test("takes a paragraph over from another document without embedding it again", async () => {
    const shared = paragraphs(3, 12).map((paragraph, i) => `## Section ${i}\n\n${paragraph}`);
    write("a.md", shared.join("\n\n"));
    await importFolder();
    write("b.md", [...shared.slice(3, 6), "## New\n\nNobody has written this sentence before."].join("\n\n"));
    const { documents } = await importFolder();
    const b = documents.find(({ path }) => path.endsWith("b.md"))!;

    expect(b.chunksEmbedded).toBe(1);
    expect(b.chunksReused).toBe(b.chunks - 1);
  });
});

describe("a folder that has not changed", { timeout: 300_000 }, () => {
  test("is passed over without reading or embedding any of its files", async () => {
    for (let i = 0; i < 120; i++) write(`${i}.txt`, `Article ${i} costs ${i * 7} euros and comes in ${i + 1} colours.`);
    await importFolder();
    const progress: ImportProgress[] = [];
    const { documents, chunksEmbedded } = await importFolder((report) => progress.push(report));

    expect(new Set(documents.map(({ status }) => status))).toEqual(new Set(["unchanged"]));
    expect(chunksEmbedded).toBe(0);
    expect(progress.slice(1)).toEqual([
      { type: "found", total: 120 },
      { type: "passed", done: 120, total: 120 },
    ]);
  });

  test("although its files were touched: their bytes are compared, and next time their time alone", async () => {
    const path = write("a.txt", "The Norrby lamp costs 79 euros.");
    await importFolder();
    write("a.txt", "The Norrby lamp costs 79 euros.");
    const read = (reports: ImportProgress[]): boolean => reports.some(({ type }) => type === "working");
    const first: ImportProgress[] = [];
    const touched = await importFolder((report) => first.push(report));
    const second: ImportProgress[] = [];
    await importFolder((report) => second.push(report));

    expect(touched.documents).toMatchObject([{ path, status: "unchanged" }]);
    expect([read(first), read(second)]).toEqual([true, false]);
  });

  test("is never believed of a file written this moment with the same size", async () => {
    const path = join(folder, "a.txt");
    writeFileSync(path, "The Norrby lamp costs 79 euros.");
    await importFolder();
    writeFileSync(path, "The Norrby lamp costs 89 euros.");
    expect((await importFolder()).documents).toMatchObject([{ status: "updated" }]);
  });
});

describe("a file that moved", { timeout: 300_000 }, () => {
  test("keeps its document, with nothing embedded", async () => {
    const from = write("a.md", paragraphs(4, 10).join("\n\n"));
    const { documents } = await importFolder();
    mkdirSync(join(folder, "archive"));
    const to = join(folder, "archive", "a.md");
    renameSync(from, to);
    const again = await importFolder();

    expect(again.documents).toMatchObject([
      { path: to, status: "moved", documentId: documents[0]!.documentId, chunksEmbedded: 0 },
    ]);
    expect(await opened.client.documents.list({ collectionId: collection.id })).toMatchObject([{ path: to }]);
  });
});

describe("a document that is there twice", { timeout: 300_000 }, () => {
  test("is stored once, also when only line ends differ, and its twin is not read again", async () => {
    write("a.txt", "The Norrby lamp costs 79 euros.\nIts shade is made of linen.\n");
    write("b.txt", "The Norrby lamp costs 79 euros.\r\nIts shade is made of linen.\r\n");
    const { documents } = await importFolder();
    expect(documents.map(({ status }) => status)).toEqual(["imported", "unchanged"]);
    expect(documents[1]!.warnings).toEqual([
      { code: "duplicate", message: expect.stringMatching(/the same text as .*a\.txt/) },
    ]);
    const progress: ImportProgress[] = [];
    const again = await importFolder((report) => progress.push(report));
    expect(again.documents.map(({ warnings }) => warnings.length)).toEqual([0, 1]);
    expect(progress.some(({ type }) => type === "working")).toBe(false);
  });

  test("comes in on its own when the one that stood for it changes", async () => {
    const a = write("a.txt", "The Norrby lamp costs 79 euros.");
    copyFileSync(a, join(folder, "b.txt"));
    await importFolder();
    write("a.txt", "The Norrby lamp is not sold any more.");
    const { documents } = await importFolder();

    expect(documents.map(({ path, status }) => [path.split("/").at(-1), status])).toEqual([
      ["a.txt", "updated"],
      ["b.txt", "imported"],
    ]);
    rmSync(a);
    expect(examineStore(workspace).faults).toEqual([]);
  });

  test("nearly, is stored with a warning that names its like and how like it is", async () => {
    const text = paragraphs(5, 60);
    const a = write("a.md", text.join("\n\n"));
    write("b.md", text.with(30, "This paragraph is another one.").join("\n\n"));
    write("c.md", paragraphs(6, 60).join("\n\n"));
    const { documents } = await importFolder();

    expect(documents.map(({ status }) => status)).toEqual(["imported", "imported", "imported"]);
    expect(documents.map(({ warnings }) => warnings.length)).toEqual([0, 1, 0]);
    const [warning] = documents[1]!.warnings;
    expect(warning).toMatchObject({ code: "near_duplicate", message: expect.stringContaining(a) });
    const percent = Number(/about (\d+) %/.exec(warning!.message)![1]);
    expect(percent).toBeGreaterThanOrEqual(88);
  });
});
