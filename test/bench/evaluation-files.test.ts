import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ExpectedAnswer, holdsAnswer, squeeze } from "../../bench/models/answers.ts";
import {
  handwrittenDocuments,
  readEvaluationItems,
  readHandwritten,
  readHeldOut,
} from "../../bench/models/evaluation-files.ts";
import { Reading } from "../../core/documents/reading.ts";
import { readManifest } from "../../core/models/manifest.ts";
import { readSampleQuestions, sampleDocumentsFolder } from "../../core/models/samples.ts";

const reading = new Reading();
afterAll(() => reading[Symbol.asyncDispose]());

const splitting = { tokenizerFolder: "models/embedder", chunkSize: 64, chunkOverlap: 0, languages: ["en"] };

/** What the product's own readers make of every document in a folder, white space squeezed. */
async function textsIn(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    texts.set(name, squeeze((await reading.read(join(folder, name), splitting)).text));
  }
  return texts;
}

const manifest = await readManifest();
const samples = await textsIn(sampleDocumentsFolder(manifest));
const items = await readEvaluationItems();
const questions = await readHandwritten();

const occurrences = (values: string[]): string[] => values.filter((value, index) => values.indexOf(value) !== index);

describe("the sample company's evaluation set", () => {
  test("has at least 120 different questions of every kind, with names of their own", () => {
    const count = (kind: string): number => items.filter((item) => item.kind === kind).length;

    expect(items.length).toBeGreaterThanOrEqual(120);
    for (const kind of ["knowledge", "behaviour", "both", "unanswerable", "general"]) {
      expect(count(kind), kind).toBeGreaterThanOrEqual(10);
    }
    expect(occurrences(items.map(({ id }) => id))).toEqual([]);
    expect(occurrences(items.map(({ question }) => question))).toEqual([]);
  });

  test("quotes passages that really stand in the documents, and hold an expected answer", () => {
    for (const { id, passages, expected } of items) {
      for (const { document, text } of passages) expect(samples.get(document), `${id}: ${document}`).toContain(text);
      if (passages.length > 0) {
        expect(holdsAnswer(passages.map(({ text }) => text).join("\n"), expected), id).toBe(true);
      }
    }
  });

  test("asks of every sample document, which come in all five formats", () => {
    const asked = new Set(items.flatMap(({ passages }) => passages.map(({ document }) => document)));

    expect([...asked].toSorted()).toEqual([...samples.keys()].toSorted());
    expect(new Set([...samples.keys()].map((name) => name.split(".").at(-1)))).toEqual(
      new Set(["md", "txt", "html", "pdf", "docx"]),
    );
  });

  test("says what the base remembers only where the documents say otherwise", () => {
    const outdated = items.filter(({ stale }) => stale !== undefined);

    expect(outdated.length).toBeGreaterThanOrEqual(15);
    for (const { id, stale, passages } of outdated) {
      expect(holdsAnswer(passages[0]!.text, [stale!]), id).toBe(false);
    }
  });

  test("expects nothing of what no document answers, and something of all the rest", () => {
    for (const { id, kind, expected, passages } of items) {
      expect(expected.length > 0, id).toBe(kind !== "unanswerable");
      expect(passages.length > 0, id).toBe(kind === "knowledge" || kind === "both" || passages.length > 0);
      if (kind === "unanswerable" || kind === "general") expect(passages, id).toEqual([]);
    }
  });
});

describe("the sample questions", () => {
  test("tell all stories, and their answers stand in the documents they name", async () => {
    const asked = await readSampleQuestions(manifest);

    expect(new Set(asked.map(({ story }) => story)).size).toBe(5);
    for (const { question, expected, document } of asked) {
      if (document !== null) expect(samples.get(document), question).toContain(expected);
    }
  });
});

describe("the hand-written set", () => {
  test("has documents and questions enough to tell models apart", () => {
    const documents = readdirSync(handwrittenDocuments);
    const answerable = questions.filter(({ passage }) => passage !== null);

    expect(documents.length).toBeGreaterThanOrEqual(6);
    expect(answerable.length).toBeGreaterThanOrEqual(60);
    expect(new Set(answerable.map(({ document }) => document))).toEqual(new Set(documents));
    expect(occurrences(questions.map(({ id }) => id))).toEqual([]);
  });

  test("quotes passages that really stand in the documents, and hold an accepted answer", async () => {
    const texts = await textsIn(handwrittenDocuments);
    for (const { id, document, passage, answers } of questions) {
      expect([...texts.keys()], id).toContain(document);
      if (passage === null) continue;
      expect(texts.get(document), id).toContain(passage.replaceAll(/^\| | \|$/gu, ""));
      expect(holdsAnswer(passage, answers), id).toBe(true);
    }
  });
});

describe("the held-out examples", () => {
  test("hold the answer in the passage that is said to be its source, as a whole line or sentence", async () => {
    for (const { set, question, passages, answer, source } of await readHeldOut()) {
      expect(source === null || source <= passages.length, question).toBe(true);
      expect(passages.length > 0, question).toBe(set !== "general" && set !== "memory");
      if (source !== null) expect(squeeze(passages[source - 1]!.text), question).toContain(squeeze(answer));
    }
  });
});

describe("an expected answer", () => {
  const holds = (text: string, ...answers: unknown[]): boolean =>
    holdsAnswer(
      text,
      answers.map((answer) => ExpectedAnswer.parse(answer)),
    );

  test("is found whatever the case and the line breaks around it", () => {
    expect(holds("It may be\n  used until 30  april.", "30 April")).toBe(true);
    expect(holds("no such day", "30 April")).toBe(false);
  });

  test("is not found inside a longer word or number", () => {
    expect(holds("It takes 15 days.", "5 days")).toBe(false);
    expect(holds("It costs 4,000 euros.", "4")).toBe(false);
    expect(holds("It weighs 1.8 kg.", "8 kg")).toBe(false);
    expect(holds("The oilfield", "oil")).toBe(false);
    expect(holds("It costs 4. [1]", "4")).toBe(true);
  });

  test("may be a pattern, which sees lines", () => {
    expect(holds("Lines:\n2 [1]", { pattern: String.raw`^2 \[\d\]$` })).toBe(true);
    expect(holds("Lines: 22", { pattern: "^2$" })).toBe(false);
  });
});
