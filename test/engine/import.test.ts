import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import type { Collection, ImportProgress, ImportResult } from "../../core/contract/documents.ts";
import { examineStore } from "../support/examine-store.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { smallDisk } from "../support/small-disk.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

const samples = resolve("models/samples/documents");
const workspace = join(fileFolder(), "workspace");
let opened: OpenEngine;
/** A collection of its own for every test. */
let collection: Collection;
let folder: string;

beforeAll(async () => {
  // An index from so few chunks on that the samples get one.
  opened = await openEngine({ workspace, hnswFromChunks: 50 });
});
afterAll(() => opened[Symbol.asyncDispose]());

let count = 0;
beforeEach(async () => {
  folder = temporaryFolder();
  collection = await opened.client.collections.create({ name: `Collection ${++count}` });
});

async function importPaths(
  paths: string[],
  onProgress: (progress: ImportProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<ImportResult> {
  return follow(opened.client.documents.import({ collection: collection.id, paths }, { signal }), onProgress);
}

const outcomes = ({ documents }: ImportResult) =>
  documents.map(({ path, status, failure }) => [path.split("/").at(-1), failure?.code ?? status]);

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const describeCollection = async (): Promise<Collection> =>
  (await opened.client.collections.list({})).find(({ id }) => id === collection.id)!;

describe("importing", () => {
  test("reads Markdown, text, HTML, PDF and Word into chunks that are found again", async () => {
    const { documents, stopped } = await importPaths([samples]);
    const listed = await opened.client.documents.list({ collectionId: collection.id });

    expect(stopped).toBe(false);
    expect(documents.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => "imported"));
    expect(new Set(listed.map(({ format }) => format))).toEqual(new Set(["markdown", "text", "html", "pdf", "docx"]));
    for (const [question, name, words] of [
      ["How many vacation days do employees get?", "employee-handbook.md", "30 days of leave"],
      ["How much does the TW-20 pump cost?", "price-list-2026.txt", "545"],
      ["Who is the CEO?", "company-profile.html", "Nadia Larsen"],
      ["How much does the TW-20 weigh?", "tw-20-manual.pdf", "11.5 kg"],
      ["Who approves travel?", "travel-and-expenses.docx", "finance manager"],
    ] as const) {
      const { passages } = await opened.client.retrieval.search({ collectionId: collection.id, question, topK: 5 });
      const passage = passages.find(({ document, text }) => document === name && text.includes(words));
      expect(passage, question).toBeDefined();
      if (name.endsWith(".pdf")) {
        expect(passage).toMatchObject({ page: expect.any(Number) });
        expect(passage!.rectangles[0]).toMatchObject({ page: passage!.page, width: expect.any(Number) });
      }
    }
    expect(examineStore(workspace).faults).toEqual([]);
  });

  test("reports every file in order, and never more than is true", async () => {
    const paths = ["a", "b", "c"].map((name) => write(`${name}.txt`, `The ${name} lamp costs 79 euros.`));
    const progress: ImportProgress[] = [];
    await importPaths([folder], (report) => progress.push(report));

    expect(progress.slice(0, 2)).toEqual([
      { type: "begun", importId: expect.any(String) },
      { type: "found", total: 3 },
    ]);
    const finished = progress.flatMap((report) => (report.type === "finished" ? [report] : []));
    expect(finished.map(({ document, done, total }) => [document.path, done, total])).toEqual(
      paths.map((path, index) => [path, index + 1, 3]),
    );
    for (const report of progress) if (report.type === "working") expect(report.fraction).toBeLessThanOrEqual(1);
  });

  test("skips what did not change, and takes the new version of what did", async () => {
    const path = write("prices.txt", "The Norrby lamp costs 79 euros.");
    write("hours.txt", "We open at nine.");
    expect(outcomes(await importPaths([folder]))).toEqual([
      ["hours.txt", "imported"],
      ["prices.txt", "imported"],
    ]);
    expect(outcomes(await importPaths([folder]))).toEqual([
      ["hours.txt", "unchanged"],
      ["prices.txt", "unchanged"],
    ]);

    writeFileSync(path, "The Norrby lamp costs 89 euros.");
    expect(outcomes(await importPaths([folder]))).toEqual([
      ["hours.txt", "unchanged"],
      ["prices.txt", "updated"],
    ]);
    const { passages } = await opened.client.retrieval.search({
      collectionId: collection.id,
      question: "Norrby lamp",
      topK: 5,
    });
    expect(passages.map(({ text }) => text)).toEqual(["The Norrby lamp costs 89 euros.", "We open at nine."]);
  });

  test("does not store the same content twice, and says where it is", async () => {
    const first = write("a.txt", "The Norrby lamp costs 79 euros.");
    copyFileSync(first, join(folder, "b.txt"));
    const { documents } = await importPaths([folder]);

    expect(documents.map(({ status }) => status)).toEqual(["imported", "unchanged"]);
    expect(documents[1]).toMatchObject({
      documentId: documents[0]!.documentId,
      warnings: [{ code: "duplicate", message: expect.stringContaining(first) }],
    });
    expect(await opened.client.documents.list({ collectionId: collection.id })).toHaveLength(1);
  });
});

describe("a file that cannot be imported", () => {
  test("fails alone, in words", async () => {
    mkdirSync(join(folder, "good"));
    write("good/note.txt", "We open at nine.");
    const given = [
      write("empty.txt", ""),
      write("image.txt", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
      write("broken.docx", "PK\x03\x04 and then nothing that is a Word document"),
      write("broken.pdf", "%PDF-1.7\nnothing follows"),
      resolve("test/fixtures/documents/encrypted.pdf"),
      join(folder, "missing.txt"),
      join(folder, "good"),
    ];
    const result = await importPaths(given);

    expect(outcomes(result)).toEqual([
      ["empty.txt", "document_empty"],
      ["image.txt", "document_binary"],
      ["broken.docx", "document_damaged"],
      ["broken.pdf", "document_damaged"],
      ["encrypted.pdf", "document_encrypted"],
      ["missing.txt", "file_missing"],
      ["note.txt", "imported"],
    ]);
    for (const { failure, path } of result.documents.filter(({ status }) => status === "failed")) {
      expect(failure!.message).toContain(path);
      expect(failure!.action).not.toBe("");
    }
    expect(await opened.client.documents.list({ collectionId: collection.id })).toHaveLength(1);
  });

  test("because it is a pipe does not keep the import waiting", async () => {
    const path = join(folder, "pipe.txt");
    execFileSync("mkfifo", [path]);
    const { documents } = await importPaths([path]);

    expect(documents[0]!.failure).toMatchObject({
      code: "file_unreadable",
      details: { reason: "it is a pipe, not a file" },
    });
  });

  test("because another program writes it can be imported when that is done", async () => {
    const path = write("growing.txt", "A line that repeats.\n".repeat(100_000));
    const writer = setInterval(() => appendFileSync(path, "One more line.\n"), 2);
    onTestFinished(() => clearInterval(writer));

    expect(outcomes(await importPaths([path]))).toEqual([["growing.txt", "document_changed"]]);
    clearInterval(writer);
    writeFileSync(path, "The final text.");
    expect(outcomes(await importPaths([path]))).toEqual([["growing.txt", "imported"]]);
  });

  test("because it has a gigabyte is refused before it is read", async () => {
    await importPaths([write("warm.txt", "The reader is up.")]);
    const path = write("huge.txt", "");
    truncateSync(path, 1_000_000_000);
    const { documents, ms } = await importPaths([path]);

    expect(documents[0]!.failure).toMatchObject({
      code: "document_too_large",
      message: `${path} is 1.0 GB; the limit is 200 MB.`,
      details: { bytes: 1_000_000_000 },
    });
    expect(ms).toBeLessThan(1000);
  });
});

describe("a folder", () => {
  test("that links to itself is walked once", async () => {
    mkdirSync(join(folder, "inner"));
    write("inner/note.txt", "We open at nine.");
    symlinkSync(folder, join(folder, "inner", "loop"));
    symlinkSync(join(folder, "inner", "self"), join(folder, "inner", "self"));

    expect(outcomes(await importPaths([folder]))).toEqual([["note.txt", "imported"]]);
  });

  test("without documents is said to be one, and leaves no collection behind", async () => {
    write("program.exe", "MZ");
    const names = async () => (await opened.client.collections.list({})).map(({ name }) => name);
    const before = await names();
    const importing = follow(opened.client.documents.import({ collection: "Never made", paths: [folder] }), () => {});

    await expect(importing).rejects.toMatchObject({
      data: { code: "nothing_to_import", details: { paths: [folder] } },
    });
    expect(await names()).toEqual(before);
  });
});

describe("a stop", () => {
  test("keeps the documents that were finished, and the next import goes on from there", async () => {
    for (let i = 0; i < 30; i++)
      write(`${String(i).padStart(2, "0")}.txt`, `Article ${i} costs ${i} euros. `.repeat(40));
    const stop = new AbortController();
    let stoppedAt = 0;
    const result = await importPaths(
      [folder],
      (progress) => {
        if (progress.type !== "finished" || progress.done !== 3) return;
        stoppedAt = performance.now();
        stop.abort();
      },
      stop.signal,
    );

    expect(performance.now() - stoppedAt).toBeLessThan(1000);
    expect(result.stopped).toBe(true);
    const kept = await opened.client.documents.list({ collectionId: collection.id });
    expect(result.documents.map(({ path }) => path)).toEqual(kept.map(({ path }) => path));
    expect(kept.length).toBeGreaterThanOrEqual(3);
    const { documents } = await importPaths([folder]);
    expect(documents.filter(({ status }) => status === "unchanged")).toHaveLength(kept.length);
    expect(documents.filter(({ status }) => status === "imported")).toHaveLength(30 - kept.length);
  });

  test("takes effect in the middle of a long document, of which nothing stays", async () => {
    write("long.txt", Array.from({ length: 30_000 }, (_, i) => `Article ${i} costs ${i * 7} euros.`).join("\n\n"));
    const stop = new AbortController();
    let stoppedAt = 0;
    const result = await importPaths(
      [folder],
      (progress) => {
        if (progress.type !== "working" || progress.stage !== "embedding" || progress.fraction === 0) return;
        stoppedAt ||= performance.now();
        stop.abort();
      },
      stop.signal,
    );

    expect(performance.now() - stoppedAt).toBeLessThan(1000);
    expect(result).toMatchObject({ stopped: true, documents: [] });
    expect(await describeCollection()).toMatchObject({ documentCount: 0, chunkCount: 0 });
  });

  test("comes by itself when the collection is removed meanwhile", async () => {
    for (let i = 0; i < 30; i++) write(`${i}.txt`, `Article ${i} costs ${i} euros. `.repeat(40));
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const importing = importPaths([folder], (progress) => progress.type === "finished" && begin());
    await begun;
    const { removed } = await opened.client.collections.remove({ collectionId: collection.id });

    expect(removed).toBe(true);
    expect(await importing).toMatchObject({ stopped: true });
    expect(await describeCollection()).toBeUndefined();
    expect(examineStore(workspace).faults).toEqual([]);
  });
});

describe("removing", () => {
  const indexFiles = (): string[] =>
    readdirSync(join(workspace, "index")).filter((name) => name.startsWith(collection.id));

  test("a document or a collection leaves no row, word, vector or index file", async () => {
    const before = examineStore(workspace);
    await importPaths([samples]);
    const { client } = opened;
    const search = () =>
      client.retrieval.search({ collectionId: collection.id, question: "How many vacation days?", topK: 50 });
    await expect.poll(async () => (await describeCollection()).index.kind).toBe("hnsw");
    expect(await search()).toMatchObject({ index: "hnsw" });
    await expect.poll(indexFiles, { timeout: 5000 }).toHaveLength(2);

    const handbook = (await client.documents.list({ collectionId: collection.id })).find(
      ({ name }) => name === "employee-handbook.md",
    )!;
    expect(await client.documents.remove({ documentId: handbook.id })).toEqual({ removed: true });
    expect((await search()).passages.filter(({ documentId }) => documentId === handbook.id)).toEqual([]);
    await expect(client.documents.text({ documentId: handbook.id })).rejects.toMatchObject({
      data: { code: "document_not_found" },
    });
    expect(await client.documents.remove({ documentId: handbook.id })).toEqual({ removed: false });

    expect(await client.collections.remove({ collectionId: collection.id })).toEqual({ removed: true });
    expect(indexFiles()).toEqual([]);
    expect(examineStore(workspace)).toEqual(before);
    await expect(search()).rejects.toMatchObject({ data: { code: "collection_not_found" } });
  });
});

describe("without hnswlib", () => {
  test("exact search serves, and says why", async () => {
    const before = process.env["NODE_OPTIONS"];
    // For the children that this engine starts: on such a machine the package is not there.
    process.env["NODE_OPTIONS"] = `--import=${new URL("../support/without-hnswlib.mjs", import.meta.url).href}`;
    onTestFinished(() => {
      if (before === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = before;
    });
    await using plain = await openEngine({ workspace: join(folder, "workspace"), hnswFromChunks: 50 });
    await plain.engine.prepareSamples();
    const [samplesCollection] = await plain.client.collections.list({});
    const question = {
      collectionId: samplesCollection!.id,
      question: "How many vacation days do employees get at Tarnholm Works?",
      topK: 3,
    };
    const found = await plain.client.retrieval.search(question);

    expect((await plain.client.workspace.status({})).hnsw).toEqual({
      available: false,
      reason: "hnswlib-node is not built on this machine (Cannot find module 'hnswlib-node')",
    });
    expect(samplesCollection!.index).toMatchObject({
      kind: "exact",
      reason: expect.stringContaining("not built on this machine"),
    });
    expect(found).toMatchObject({ index: "exact" });
    expect(found.passages[0]!.text).toContain("30 days of leave");
  });
});

describe("a full disk", () => {
  test("is said once, keeps what is stored and leaves the engine alive", async (context) => {
    const disk = smallDisk(24);
    if (disk === null) return context.skip("this user may not mount a small disk");
    const own = join(disk, "workspace");
    for (let i = 0; i < 6; i++)
      write(`${i}.txt`, Array.from({ length: 300 }, (_, j) => `Article ${i * 300 + j} costs ${j} euros.`).join("\n\n"));
    await using full = await openEngine({ workspace: own });
    const importAll = () => follow(full.client.documents.import({ collection: "Articles", paths: [folder] }), () => {});
    await follow(full.client.documents.import({ collection: "Articles", paths: [join(folder, "0.txt")] }), () => {});
    const filler = join(disk, "filler");
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 200_000));

    const { documents } = await importAll();
    const stored = documents.length - 1;
    expect(documents[0]!.status).toBe("unchanged");
    expect(documents.at(-1)!.failure).toMatchObject({ code: "disk_full", action: "Free disk space, then try again." });
    expect(documents.filter(({ failure }) => failure !== null)).toHaveLength(1);
    expect(await full.client.collections.list({})).toMatchObject([{ name: "Articles", documentCount: stored }]);
    await expect(fillAndWrite(full, `${filler} to the last byte`)).rejects.toMatchObject({
      data: { code: "disk_full" },
    });

    for (const file of [filler, `${filler} to the last byte`]) rmSync(file);
    const rest = (await importAll()).documents.map(({ status }) => status);
    expect(rest).toEqual(Array.from({ length: 6 }, (_, i) => (i < stored ? "unchanged" : "imported")));
    expect(examineStore(own).faults).toEqual([]);
  });
});

/** Fill the last byte of a disk, then write more than the room SQLite's log still has. */
async function fillAndWrite({ client }: OpenEngine, filler: string): Promise<unknown> {
  try {
    for (;;) appendFileSync(filler, Buffer.alloc(4096));
  } catch {
    return client.workspace.configure({ systemPrompts: { base: "Be brief. ".repeat(1_000_000) } });
  }
}
