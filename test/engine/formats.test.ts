import { appendFileSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Document } from "../../core/contract/documents.ts";
import { follow } from "../../core/contract/follow.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

const files = [
  "slides.pptx",
  "prices.xlsx",
  "book.epub",
  "mail.eml",
  "analysis.ipynb",
  "two-pages.pdf",
  "make_fixtures.py",
];
const fixture = (name: string): string => join("test/fixtures/documents", name);
let opened: OpenEngine;
let collectionId: string;

beforeAll(async () => {
  opened = await openEngine({ workspace: join(fileFolder(), "workspace") });
  ({ id: collectionId } = await opened.client.collections.create({ name: "Formats" }));
}, 120_000);
afterAll(() => opened[Symbol.asyncDispose]());

async function importFiles(paths: string[]): Promise<Document[]> {
  await follow(opened.client.documents.import({ collection: collectionId, paths }), () => {});
  return opened.client.documents.list({ collectionId });
}

test("files of every format are imported and found by what they say", { timeout: 300_000 }, async () => {
  const documents = await importFiles(files.map(fixture));

  expect(new Set(documents.map(({ format }) => format))).toEqual(
    new Set(["pptx", "xlsx", "epub", "eml", "notebook", "pdf", "code"]),
  );
  for (const [question, name, words] of [
    ["How often are filters changed?", "slides.pptx", "Filters every three months"],
    ["What does the TW-30 cost and since when?", "prices.xlsx", "Since: 2026-05-04 13:30"],
    ["How is the filter rinsed?", "book.epub", "warm water"],
    ["When do the Dichtungen arrive?", "mail.eml", "Dienstag"],
    ["What is flow of litres and minutes?", "analysis.ipynb", "litres / minutes"],
  ] as const) {
    const { passages } = await opened.client.retrieval.search({ collectionId, question, topK: 5 });
    const found = passages.filter(({ document }) => document === name);
    expect(found.map(({ text }) => text).join("\n"), question).toContain(words);
  }
});

test("a PDF gives its file and the places of a passage, until the file changes", { timeout: 300_000 }, async () => {
  const path = join(temporaryFolder(), "manual.pdf");
  copyFileSync(fixture("running-foot.pdf"), path);
  const document = (await importFiles([path])).find(({ name }) => name === "manual.pdf")!;
  const { text } = await opened.client.documents.text({ documentId: document.id });
  const start = text.indexOf("What page 4 says is said only once.");

  const rectangles = await opened.client.documents.rectangles({
    documentId: document.id,
    span: { start, end: start + 10 },
  });
  expect(rectangles.at(-1)).toMatchObject({ page: 4, width: expect.any(Number) });
  const { base64, sizeBytes } = await opened.client.documents.file({ documentId: document.id });
  expect(Buffer.from(base64, "base64").equals(readFileSync(path))).toBe(true);
  expect(sizeBytes).toBe(readFileSync(path).length);

  appendFileSync(path, "\n");
  await expect(opened.client.documents.file({ documentId: document.id })).rejects.toMatchObject({
    data: { code: "document_changed", message: expect.stringContaining("since it was imported") },
  });
});
