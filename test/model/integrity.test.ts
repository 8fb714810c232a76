import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ARMS, type Arm } from "../../core/contract/models.ts";
import type { AdapterUse, ChatMessage, Generation, GenerateRequest, LoadRequest } from "../../core/runtime/runtime.ts";
import { assistant, openRuntime, request, user } from "../support/loaded-runtime.ts";

/**
 * The promises the comparison rests on, kept by the models people really get: the same tokens whatever was asked
 * before. What the generated models of test/runtime/ show for every case is shown here for trained weights.
 */
const models = join(import.meta.dirname, "../../models");
const manifest = JSON.parse(readFileSync(join(models, "manifest.json"), "utf8")) as {
  models: { id: string; kind: string; file: string; sha256: string }[];
};
const find = (kind: string) => manifest.models.find((model) => model.kind === kind)!;
const base = find("base");
const adapter: AdapterUse = { path: join(models, find("adapter").file), sha256: find("adapter").sha256, scale: 1 };
const path = join(models, base.file);
const loading: LoadRequest = { modelId: base.id, name: base.id, path, files: [path], sha256: base.sha256 };

// Measured here, as in the product, and not fixed: the promises hold at whatever borders a machine gets.
const { runtime } = openRuntime(null);
beforeAll(() => runtime.load(loading));

const question = "When does the cellar of the north mill close?";
/** As the product lays passages out for this base: tagged lines, those nearest to the question marked, the question around them. */
const passages =
  "[1]\n>\nThe cellar of the north mill closes at six. [1]\n+\nIt opens again at nine. [1]\n\n" +
  "[2]\nThe kitchen was painted green in 1987. [2]\nIts door is made of oak. [2]\n\n" +
  "[3]\n=\nThe gardener of the mill is called Ilse Brandt. [3]\n~\nShe keeps eleven goats. [3]";

function ask(arm: Arm, changes: Partial<GenerateRequest> = {}): Promise<Generation> {
  const adapters = arm === "adapter" || arm === "combined" ? [adapter] : [];
  const messages = [user(arm === "rag" || arm === "combined" ? `${question}\n\n${passages}\n\n${question}` : question)];
  return runtime.generate(request({ arm, adapters, messages, maxTokens: 64, ...changes }));
}

async function tokensOfAll(order: readonly Arm[], changes: Partial<GenerateRequest> = {}) {
  const found = new Map<Arm, number[]>();
  for (const arm of order) found.set(arm, (await ask(arm, changes)).tokens);
  return found;
}

describe("the bundled base and adapter", () => {
  test("fit each other", async () => {
    expect(await runtime.compatibility(path, adapter.path)).toEqual([]);
  });

  test("answer with the passages, and each in its own way", async () => {
    const rag = await ask("rag");
    const combined = await ask("combined");

    expect(rag.text).toContain("six");
    expect(rag.text).toContain("[1]");
    expect(combined.text).not.toBe(rag.text);
    expect(rag.stopReason).toBe("end");
  });

  test("give the base's tokens with the adapter at scale 0", async () => {
    for (const [withAdapter, without] of [
      ["adapter", "base"],
      ["combined", "rag"],
    ] as const) {
      const scaledToNothing = await ask(withAdapter, { adapters: [{ ...adapter, scale: 0 }] });

      expect(scaledToNothing.tokens).toEqual((await ask(without)).tokens);
      expect((await ask(withAdapter)).tokens).not.toEqual(scaledToNothing.tokens);
    }
  });

  test("give the same tokens in any order of arms, cold and warm", async () => {
    const cold = await tokensOfAll(ARMS, { cold: true });

    for (const order of [ARMS, ARMS.toReversed(), ["rag", "adapter", "base", "combined"] as const]) {
      expect(await tokensOfAll(order)).toEqual(cold);
    }
  });

  test("leave the base unchanged when adapters are swapped", async () => {
    const before = (await ask("rag")).tokens;
    for (const scale of [1, 0.5, 0, 2, 1]) await ask("combined", { adapters: [{ ...adapter, scale }] });

    expect((await ask("rag")).tokens).toEqual(before);
    expect((await ask("rag", { cold: true })).tokens).toEqual(before);
  });

  test("give follow-up questions the same tokens cold and warm", async () => {
    const thread: ChatMessage[] = [user(passages + question)];
    for (const next of ["Who is the gardener?", "What colour is the kitchen?"]) {
      thread.push(assistant((await ask("combined", { messages: thread })).text), user(passages + next));
    }

    const warm = await ask("combined", { messages: thread });
    const cold = await ask("combined", { messages: thread, cold: true });

    expect(warm.cachedTokens).toBeGreaterThan(0);
    expect(cold.cachedTokens).toBe(0);
    expect(warm.tokens).toEqual(cold.tokens);
  });

  test("repeat themselves with the same seed", async () => {
    const sampling = { seed: 11, temperature: 2, topK: 0, topP: 1, minP: 0 };
    const first = await ask("base", { sampling });

    expect((await ask("base", { sampling })).tokens).toEqual(first.tokens);
    const others = await Promise.all([12, 13, 14, 15].map((seed) => ask("base", { sampling: { ...sampling, seed } })));
    expect(others.some(({ text }) => text !== first.text)).toBe(true);
  });

  test("give the same tokens after a restart", async () => {
    const before = await tokensOfAll(ARMS);
    await runtime.restart();
    expect(runtime.loaded).toBeNull();
    await runtime.load(loading);

    expect(await tokensOfAll(ARMS)).toEqual(before);
  });
});
