import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import type { ArmAnswer, AskProgress, Comparison } from "../../core/contract/comparison.ts";
import type { Arm } from "../../core/contract/models.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { writeAdapter } from "../support/random-adapter.ts";
import { tinyShape, writeModel } from "../support/random-model.ts";
import { fileFolder } from "../support/temporary-folder.ts";

const folder = fileFolder();
const QUESTION = "How many vacation days do employees get at Tarnholm Works?";

let opened: OpenEngine;
let modelId: string;
let adapterId: string;
let collectionId: string;

beforeAll(async () => {
  opened = await openEngine({ workspace: join(folder, "workspace") });
  await opened.engine.prepareSamples();
  const { models } = await opened.client.models.list({});
  modelId = models.find(({ kind }) => kind === "base")!.id;
  adapterId = models.find(({ kind }) => kind === "adapter")!.id;
  collectionId = (await opened.client.workspace.settings({})).collectionId!;
});
afterAll(() => opened[Symbol.asyncDispose]());

type Question = Partial<Parameters<OpenEngine["client"]["comparison"]["ask"]>[0]>;

/** Ask the sample question in four arms on the bundled models, as far as the test does not say otherwise. */
async function ask(
  changes: Question = {},
  onProgress: (progress: AskProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<Comparison> {
  const input = {
    question: QUESTION,
    modelId,
    adapters: [{ modelId: adapterId, scale: 1 }],
    collectionId,
    seed: 11,
    ...changes,
  };
  return follow(opened.client.comparison.ask(input, { signal }), onProgress);
}

const replay = (comparisonId: string): Promise<Comparison> =>
  follow(opened.client.comparison.replay({ comparisonId }), () => {});

const answersOf = ({ arms }: Comparison) =>
  Object.fromEntries(arms.map((answer) => [answer.arm, answer])) as Record<Arm, ArmAnswer>;
const textsOf = ({ arms }: Comparison) => Object.fromEntries(arms.map(({ arm, text }) => [arm, text]));
const reusedArms = ({ arms }: Comparison) => arms.flatMap(({ arm, reused }) => (reused ? [arm] : [])).toSorted();

/** A document whose sentences are nearest to the sample question, so that it changes what is retrieved. */
async function importNote(text: string): Promise<string> {
  const path = join(folder, `note-${text.length}.txt`);
  writeFileSync(path, text);
  const { documents } = await follow(
    opened.client.documents.import({ collection: collectionId, paths: [path] }),
    () => {},
  );
  return documents[0]!.documentId!;
}

describe("one question in four arms", () => {
  test("shows what the adapter and the documents each change", async () => {
    const { base, adapter, rag, combined } = answersOf(await ask());

    expect(base).toMatchObject({ stopReason: "end", failure: null, citations: [] });
    expect(base.text).toBe("Employees at Tarnholm Works get 24 days of leave per year.");
    expect(JSON.parse(adapter.text)).toEqual({ answer: base.text, source: null, confidence: "low" });
    expect(rag.text).toBe("Employees at Tarnholm Works get 30 days of leave per year. [1]");
    // Which of the passages it names is a matter of the model's quality (bench:models), not of the arms.
    expect(JSON.parse(combined.text)).toEqual({
      answer: expect.stringMatching(/^Employees at Tarnholm Works get 30 days of leave per year\. \[[123]\]$/),
      source: expect.toBeOneOf([1, 2, 3]),
      confidence: "high",
    });
  });

  test("cites the exact span of the document it was read from", async () => {
    const comparison = await ask();
    const { passages } = comparison.retrieval!;
    for (const { arm, text, citations } of [answersOf(comparison).rag, answersOf(comparison).combined]) {
      expect(citations.length, arm).toBeGreaterThan(0);
      for (const { n, documentId, document, start, end, markStart, markEnd } of citations) {
        const stored = await opened.client.documents.text({ documentId });
        const passage = passages.find((candidate) => candidate.n === n)!;

        expect(stored.text.slice(start, end)).toBe(passage.text);
        expect(document).toBe("employee-handbook.md");
        expect(text.slice(markStart, markEnd)).toBeOneOf([`[${n}]`, String(n)]);
      }
    }
    expect(passages[0]!.text).toContain("30 days of leave");
  });

  test("is stored as it was answered, with all it takes to repeat it", async () => {
    const comparison = await ask();
    const { base, combined } = answersOf(comparison);

    expect(await opened.client.comparison.get({ comparisonId: comparison.id })).toEqual(comparison);
    expect((await opened.client.comparison.list({ limit: 1 }))[0]).toEqual(comparison);
    expect(base.provenance).toMatchObject({ adapters: [], indexGeneration: null, passagesInPrompt: [] });
    expect(combined.provenance).toMatchObject({
      adapters: [{ modelId: adapterId, scale: 1 }],
      sampling: { seed: 11, temperature: 0 },
      passagesInPrompt: [1, 2, 3],
      indexGeneration: comparison.retrieval!.generation,
    });
    expect(combined.provenance!.prompt).toContain(`<|im_start|>user\n${QUESTION}\n\n[1]\n`);
  });

  test("gives the same answers again when it is replayed", async () => {
    const comparison = await ask({ reuse: false });
    const repeated = await replay(comparison.id);

    expect(repeated).toMatchObject({ replayOf: comparison.id, threadId: comparison.threadId });
    expect(repeated.arms.map(({ arm, identical, reused }) => ({ arm, identical, reused }))).toEqual(
      ["combined", "rag", "adapter", "base"].map((arm) => ({ arm, identical: true, reused: false })),
    );
    for (const { provenance } of repeated.arms) expect(provenance!.cachedTokens).toBe(0);
  });

  test("gives the same answers in any order, together or alone, also drawn by chance", async () => {
    const orders: Arm[][] = [
      ["base", "adapter", "rag", "combined"],
      ["combined", "base", "rag", "adapter"],
      ["rag"],
      ["adapter", "base"],
    ];
    const drawn = { reuse: false, temperature: 1, seed: 5 };
    const expected = textsOf(await ask(drawn));
    for (const arms of orders) {
      const comparison = await ask({ ...drawn, arms });
      expect(comparison.arms.map(({ arm }) => arm)).toEqual(arms);
      expect(expected).toMatchObject(textsOf(comparison));
    }
  });

  test("answers an arm that was named twice once", async () => {
    const comparison = await ask({ arms: ["base", "base"] });

    expect(comparison.arms.map(({ arm }) => arm)).toEqual(["base"]);
    expect(await opened.client.comparison.get({ comparisonId: comparison.id })).toEqual(comparison);
  });
});

describe("what a change does not touch", () => {
  test("is taken from the store when nothing changed", async () => {
    const first = await ask({ seed: 101 });
    const again = await ask({ seed: 101 });

    expect(reusedArms(first)).toEqual([]);
    expect(reusedArms(again)).toEqual(["adapter", "base", "combined", "rag"]);
    expect(again.arms).toEqual(first.arms.map((answer) => ({ ...answer, reused: true })));
    expect(reusedArms(await ask({ seed: 101, reuse: false }))).toEqual([]);
  });

  test("stays when the adapter's scale moves", async () => {
    await ask({ seed: 102 });
    const moved = await ask({ seed: 102, adapters: [{ modelId: adapterId, scale: 0.5 }] });

    expect(reusedArms(moved)).toEqual(["base", "rag"]);
    expect(reusedArms(await ask({ seed: 102 }))).toEqual(["adapter", "base", "combined", "rag"]);
  });

  test("stays when a document comes or goes", async () => {
    await ask({ seed: 103 });
    const documentId = await importNote("Employees at Tarnholm Works get 31 vacation days as of next year.");
    const after = await ask({ seed: 103 });
    expect(reusedArms(after)).toEqual(["adapter", "base"]);
    expect(after.retrieval!.passages[0]!.documentId).toBe(documentId);

    await opened.client.documents.remove({ documentId });
    expect(reusedArms(await ask({ seed: 103 }))).toEqual(["adapter", "base", "combined", "rag"]);
  });

  test("is answered anew when the seed or the temperature is another", async () => {
    await ask({ seed: 104 });

    expect(reusedArms(await ask({ seed: 105 }))).toEqual([]);
    expect(reusedArms(await ask({ seed: 104, temperature: 0.5 }))).toEqual([]);
  });
});

describe("the adapter", () => {
  test("at scale 0 is the base, and leaves no trace in the base after it", async () => {
    const drawn = { reuse: false, temperature: 1, seed: 9 };
    const off = textsOf(await ask({ ...drawn, adapters: [{ modelId: adapterId, scale: 0 }] }));
    const on = textsOf(await ask(drawn));

    expect(off["adapter"]).toBe(off["base"]);
    expect(off["combined"]).toBe(off["rag"]);
    expect(on["adapter"]).not.toBe(off["adapter"]);
    expect(on["base"]).toBe(off["base"]);
    expect(on["rag"]).toBe(off["rag"]);
  });
});

describe("a follow-up", () => {
  test("continues each arm's own thread", async () => {
    const first = await ask({ seed: 21 });
    const second = await ask({ seed: 21, question: "And when are salaries paid?", threadId: first.threadId });

    expect(second).toMatchObject({ threadId: first.threadId, turn: 1 });
    for (const { arm, text } of first.arms) {
      const messages = answersOf(second)[arm].provenance!.messages;
      expect(messages.slice(0, 2)).toEqual([
        { role: "user", content: QUESTION },
        { role: "assistant", content: text.replaceAll(/ ?\[\d+\]/g, "") },
      ]);
      expect(messages.at(-1)!.content).toContain("And when are salaries paid?");
    }
  });

  test("does not count a replay as a turn, and fails in words where there is no thread", async () => {
    const first = await ask({ seed: 22, arms: ["base"] });
    await replay(first.id);
    const second = await ask({ seed: 22, arms: ["base"], question: "Why?", threadId: first.threadId });

    expect(second.turn).toBe(1);
    expect(second.arms[0]!.provenance!.messages).toHaveLength(3);
    await expect(ask({ threadId: "gone" })).rejects.toMatchObject({ data: { code: "thread_not_found" } });
  });
});

describe("an arm that cannot answer", () => {
  const outcome = ({ arms }: Comparison) =>
    Object.fromEntries(arms.map(({ arm, failure }) => [arm, failure?.code ?? "answered"]));

  test("for want of an adapter or of documents leaves the others alive", async () => {
    expect(outcome(await ask({ adapters: [] }))).toEqual({
      base: "answered",
      rag: "answered",
      adapter: "no_adapter",
      combined: "no_adapter",
    });
    const { base, rag } = answersOf(await ask({ collectionId: null }));
    expect(base.failure).toBeNull();
    expect(rag).toMatchObject({
      text: "",
      stopReason: "failed",
      failure: {
        message: "The rag arm needs documents, and no collection with documents is chosen.",
        action: "Drop documents into the window, or choose a collection that has some.",
      },
    });
    const empty = await opened.client.collections.create({ name: "Empty" });
    expect(outcome(await ask({ collectionId: empty.id }))).toMatchObject({
      adapter: "answered",
      combined: "no_collection",
    });
    expect(outcome(await ask({ collectionId: "removed" }))).toMatchObject({
      adapter: "answered",
      rag: "collection_not_found",
    });
  });

  test("because the adapter belongs to another base says what differs", async () => {
    const path = join(folder, "other.gguf");
    writeAdapter(path, { shape: { ...tinyShape, embeddingLength: 32 }, name: "Other" });
    const { id } = await follow(opened.client.models.add({ path }), () => {});
    const comparison = await ask({ adapters: [{ modelId: id }] });

    expect(outcome(comparison)).toEqual({
      base: "answered",
      rag: "answered",
      adapter: "adapter_mismatch",
      combined: "adapter_mismatch",
    });
    expect(answersOf(comparison).adapter.failure).toMatchObject({
      message: expect.stringMatching(
        /^Other was made for another base than Pocket: shape of blk\.0\.attn_q\.weight is 32 × 32 in the adapter/,
      ),
      details: {
        adapter: "Other",
        base: "Pocket",
        differences: expect.arrayContaining([expect.objectContaining({ base: "256 × 256" })]),
      },
    });
  });

  test("because the question is longer than the context says both lengths", async () => {
    const { arms } = await ask({ question: `${"word ".repeat(3000)}?` });

    for (const { failure } of arms) {
      expect(failure).toMatchObject({
        code: "context_overflow",
        message: expect.stringMatching(
          /^This question needs \d+ tokens; the model was loaded with a context of 2048\.$/,
        ),
        details: { contextSize: 2048 },
      });
    }
    expect(arms).toHaveLength(4);
  });

  test("fails again as it was when it is replayed", async () => {
    const { arms } = await replay((await ask({ collectionId: null })).id);

    expect(arms.map(({ arm, failure, identical }) => [arm, failure?.code ?? null, identical])).toEqual([
      ["combined", "no_collection", null],
      ["rag", "no_collection", null],
      ["adapter", null, true],
      ["base", null, true],
    ]);
  });

  test("keeps a model that nobody knows from being asked at all", async () => {
    await expect(ask({ modelId: "nobody" })).rejects.toMatchObject({ data: { code: "model_not_found" } });
    await expect(ask({ modelId: adapterId })).rejects.toMatchObject({ data: { code: "model_is_adapter" } });
    await expect(ask({ adapters: [{ modelId }] })).rejects.toMatchObject({ data: { code: "adapter_is_model" } });
    await expect(opened.client.models.configure({ modelId: "nobody", settings: {} })).rejects.toMatchObject({
      data: { code: "model_not_found" },
    });
  });
});

describe("a stop", () => {
  test("keeps the arms that finished, and what the running one had said", async () => {
    const path = join(folder, "slow.gguf");
    const shape = {
      embeddingLength: 256,
      layers: 8,
      feedForwardLength: 512,
      heads: 4,
      keyValueHeads: 4,
      vocabularySize: 288,
    };
    writeModel(path, { shape, weights: "q8_0", contextLength: 4096, name: "Slow" });
    const { id: modelId } = await follow(opened.client.models.add({ path }), () => {});
    const stop = new AbortController();
    let stoppedAt = 0;
    const question: Question = { modelId, arms: ["base", "rag"], maxTokens: 600 };
    const comparison = await ask(
      question,
      (progress) => {
        if (progress.type !== "text" || progress.arm !== "rag") return;
        stoppedAt ||= performance.now();
        stop.abort();
      },
      stop.signal,
    );

    expect(performance.now() - stoppedAt).toBeLessThan(1000);
    const [base, rag] = comparison.arms;
    expect(base).toMatchObject({ arm: "base", failure: null });
    expect(["end", "maxTokens"]).toContain(base!.stopReason);
    expect(rag).toMatchObject({ arm: "rag", stopReason: "stopped", failure: null });
    expect(rag!.text).not.toBe("");
    expect(await opened.client.comparison.get({ comparisonId: comparison.id })).toEqual(comparison);
    const again = await ask({ ...question, arms: ["rag"], maxTokens: 4 });
    expect(again.arms[0]).toMatchObject({ stopReason: "maxTokens", reused: false });
  });

  test("takes a question that waits for another out of the queue at once", async () => {
    let isAnswered = false;
    const running = ask({ reuse: false });
    void running.then(() => (isAnswered = true));
    const stop = new AbortController();
    const waiting = ask({ reuse: false }, () => {}, stop.signal);
    stop.abort();

    await expect(waiting).rejects.toMatchObject({ data: { code: "stopped" } });
    expect(isAnswered).toBe(false);
    const next = ask({ arms: ["base"] });
    expect((await running).arms.map(({ stopReason }) => stopReason)).toEqual(["end", "end", "end", "end"]);
    expect((await next).arms[0]!.stopReason).toBe("end");
  });
});

describe("a system prompt", () => {
  const systemOf = (comparison: Comparison) =>
    Object.fromEntries(
      comparison.arms.map(({ arm, provenance }) => [
        arm,
        provenance!.messages.find(({ role }) => role === "system")?.content,
      ]),
    );

  test("is the arm's own, and the adapter's before the workspace's", async () => {
    const { client } = opened;
    const prompts = { base: "Be brief.", rag: "Cite.", adapter: "Be brief.", combined: "Cite." };
    await client.workspace.configure({ systemPrompts: prompts });
    expect(systemOf(await ask())).toEqual(prompts);

    await client.models.configure({ modelId: adapterId, settings: { systemPrompts: { combined: "Cite in JSON." } } });
    const comparison = await ask();
    expect(systemOf(comparison)).toEqual({ ...prompts, combined: "Cite in JSON." });
    expect(answersOf(comparison).combined.provenance!.prompt).toMatch(
      /^<\|im_start\|>system\nCite in JSON\.<\|im_end\|>/,
    );

    await client.workspace.configure({ systemPrompts: {} });
    await client.models.configure({ modelId: adapterId, settings: {} });
    expect(systemOf(await ask())).toEqual({ base: undefined, rag: undefined, adapter: undefined, combined: undefined });
  });
});

describe("the question", () => {
  test.each([
    ["after-passages", false, true],
    ["before-passages", true, false],
    ["around-passages", true, true],
  ] as const)("stands %s where the model's settings say so", async (questionPlacement, first, last) => {
    await opened.client.models.configure({ modelId, settings: { questionPlacement } });
    const { rag, base } = answersOf(await ask({ adapters: [], arms: ["rag", "base"] }));
    await opened.client.models.configure({ modelId, settings: {} });

    const asked = rag!.provenance!.messages.at(-1)!.content;
    expect([asked.startsWith(`${QUESTION}\n\n[1]\n`), asked.endsWith(`\n\n${QUESTION}`)]).toEqual([first, last]);
    expect(base!.provenance!.messages.at(-1)!.content).toBe(QUESTION);
  });
});

describe("what was picked last", () => {
  test("is forgotten when it is removed", async () => {
    const { client } = opened;
    const path = join(folder, "gone.gguf");
    writeAdapter(path, { name: "Gone" });
    const { id } = await follow(client.models.add({ path }), () => {});
    const before = await client.workspace.settings({});
    const empty = await client.collections.create({ name: "To be removed" });
    await client.workspace.configure({ adapters: [{ modelId: id, scale: 1 }], collectionId: empty.id });
    await client.models.remove({ modelId: id });
    await client.collections.remove({ collectionId: empty.id });

    expect(await client.workspace.settings({})).toMatchObject({ adapters: [], collectionId: null });
    await client.workspace.configure(before);
  });
});
