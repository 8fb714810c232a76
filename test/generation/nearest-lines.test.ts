import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPrompt } from "../../core/generation/build-prompt.ts";
import { type Likeness, markNearestLines, placeOf } from "../../core/generation/nearest-lines.ts";
import { treatmentOf } from "../../core/generation/passage-treatment.ts";
import { resolveSettings } from "../../core/generation/resolve-settings.ts";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import type { EmbedderIdentity } from "../../core/store/collections.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { passageOf } from "../support/passages.ts";

let embedder: EmbedderIdentity;
const vectors = new Vectors({ workspace: "/nowhere" });
beforeAll(async () => void (embedder = await bundledEmbedder(await readManifest())));
afterAll(() => vectors[Symbol.asyncDispose]());

const likenessTo =
  (question: string): Likeness =>
  (lines) =>
    vectors.likeness(embedder, question, lines);
const numbered = (...texts: string[]) => texts.map((text, index) => passageOf(index + 1, text));

describe("the lines nearest to a question", () => {
  test("begin with the one that speaks of what was asked, wherever it stands", async () => {
    const marks = await markNearestLines(
      likenessTo("Where are broken lamps repaired?"),
      numbered(
        "The strap can be washed by hand. The battery lasts nineteen hours at the lowest level.",
        "- The lamp costs 129 euros.\n- Repairs of lamps are done in Innsbruck.\n- It weighs 118 grams.",
      ),
    );

    expect(marks.get(placeOf(2, 1))).toBe(">");
    expect([...marks.values()]).toEqual([">", "=", "+", "~"]);
  });

  test("are as many as there are lines, and none where there is none", async () => {
    const likeness = likenessTo("How much is it?");

    expect([...(await markNearestLines(likeness, numbered("It costs 12 euros.", "* * *"))).keys()]).toEqual([
      placeOf(1, 0),
    ]);
    expect(await markNearestLines(likeness, [])).toEqual(new Map());
  });

  test("keep the order of their passages where they say the same", async () => {
    const same = numbered("Tea is served at four.", "Tea is served at four.");
    const marks = await markNearestLines(likenessTo("When is tea served?"), same);

    expect([...marks]).toEqual([
      [placeOf(1, 0), ">"],
      [placeOf(2, 0), "="],
    ]);
  });
});

describe("the prompt of a base that reads marks", () => {
  const question = "When is tea served?";
  const found = numbered(
    "Tea is served at four. Bring a cup.",
    "The garden closes at dusk.",
    "Coffee is served at nine.",
  );
  const layer = { settings: {}, bundledSettings: { passageFormat: "marked-lines" as const } };
  const settings = resolveSettings("rag", { workspacePrompts: {}, adapters: [], model: layer });
  const asked: string[][] = [];
  const stores = {
    ofDocument: (documentId: string) =>
      documentId === found[0]!.documentId
        ? {
            readSection: async () => [],
            readTextSlice: async () => null,
            likenessTo: (about: string, texts: string[]) => {
              asked.push(texts);
              return vectors.likeness(embedder, about, texts);
            },
          }
        : null,
  };
  const retrieval = { settings: null, wholeDocuments: false, passages: found, searchedFor: question };
  /** A token a word, so that the context can be made just too small. */
  const runtime = {
    measure: async (messages: { content: string }[]) => {
      const prompt = messages.map(({ content }) => content).join("\n");
      return { prompt, promptSha256: "", promptTokens: prompt.split(/\s+/u).length };
    },
  };
  const promptOf = async (contextSize: number, treatment = treatmentOf(stores, retrieval)) => {
    const built = await buildPrompt(
      runtime,
      { ...settings, maxTokens: 32 },
      question,
      found,
      [],
      contextSize,
      treatment,
    );
    return { lines: built.prompt.split("\n"), used: built.used.length, tokens: built.promptTokens };
  };

  test("shows them, each sign once and the nearest line under the first", async () => {
    const { lines } = await promptOf(500);

    expect(lines.filter((line) => /^[>=+~]$/u.test(line)).toSorted()).toEqual(["+", "=", ">", "~"]);
    expect(lines[lines.indexOf(">") + 1]).toBe("Tea is served at four. [1]");
  });

  test("gives the signs anew to the lines that stay when a passage does not fit, and embeds no line twice", async () => {
    const { tokens } = await promptOf(500);
    asked.length = 0;
    const { lines, used } = await promptOf(tokens + 31);

    expect(used).toBe(2);
    expect(lines.filter((line) => /^[>=+~]$/u.test(line)).toSorted()).toEqual(["+", "=", ">"]);
    expect(asked).toHaveLength(1);
  });

  test("has none for whole documents, nor where the collection is gone", async () => {
    const whole = await promptOf(500, treatmentOf(stores, { ...retrieval, wholeDocuments: true }));
    const gone = await promptOf(500, treatmentOf({ ofDocument: () => null }, retrieval));

    expect(whole.lines).not.toContain(">");
    expect(gone.lines).not.toContain(">");
  });
});

test("the recipe that trains the bundled base writes the same prompts", async () => {
  const file = join(import.meta.dirname, "..", "fixtures", "marked-prompts.jsonl");
  const base = (await readManifest()).models.find((model) => model.kind === "base")!;
  const model = { settings: {}, bundledSettings: base.settings };
  const settings = resolveSettings("rag", { workspacePrompts: {}, adapters: [], model });
  const runtime = { measure: async () => ({ prompt: "", promptSha256: "", promptTokens: 1 }) };
  const written = readFileSync(file, "utf8").trim().split("\n");
  expect(written.length).toBeGreaterThan(20);
  for (const line of written) {
    const { question, passages, prompt } = JSON.parse(line);
    const given = passages.map(({ heading, text }: { heading: string | null; text: string }, index: number) =>
      passageOf(index + 1, text, heading),
    );
    const treatment = { isWhole: false, widen: null, likeness: likenessTo(question) };
    const { messages } = await buildPrompt(runtime, settings, question, given, [], 2048, treatment);
    expect(messages.at(-1)!.content).toBe(prompt);
  }
});
