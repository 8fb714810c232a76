import { copyFileSync } from "node:fs";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ARMS, type Arm } from "../../core/contract/models.ts";
import { hashFile } from "../../core/runtime/hash-file.ts";
import type { AdapterUse, ChatMessage, GenerateRequest } from "../../core/runtime/runtime.ts";
import { assistant, load, modelFolder, oneThread, openRuntime, request, user } from "../support/loaded-runtime.ts";
import { writeAdapter } from "../support/random-adapter.ts";
import { tinyShape, writeModel } from "../support/random-model.ts";

const at = modelFolder();
const { runtime } = openRuntime();
const passages = "[1] The pump costs 40 euros. [1] [2] It weighs two kilograms. [2]\n\n";
const question = "What does the pump of the eastern mill cost, and how much does it weigh?";
let adapter: AdapterUse;
let other: AdapterUse;

beforeAll(async () => {
  writeModel(at("base.gguf"));
  writeAdapter(at("adapter.gguf"));
  writeAdapter(at("other.gguf"), { seed: 8 });
  adapter = { path: at("adapter.gguf"), sha256: (await hashFile(at("adapter.gguf"))).sha256, scale: 1 };
  other = { path: at("other.gguf"), sha256: (await hashFile(at("other.gguf"))).sha256, scale: 1 };
  await load(runtime, at("base.gguf"));
});

const generate = (changes: Partial<GenerateRequest> = {}) =>
  runtime.generate(request({ messages: [user(question)], ...changes }));
const tokens = async (changes: Partial<GenerateRequest> = {}) => (await generate(changes)).tokens;

/** One question in one arm, as the product asks it. */
const askArm = (arm: Arm, changes: Partial<GenerateRequest> = {}) =>
  tokens({
    arm,
    adapters: arm === "adapter" || arm === "combined" ? [adapter] : [],
    messages: [user(arm === "rag" || arm === "combined" ? passages + question : question)],
    ...changes,
  });

describe("an adapter", () => {
  test("changes the answer", async () => {
    expect(await tokens({ arm: "adapter", adapters: [adapter] })).not.toEqual(await tokens());
  });

  test("at scale 0 gives the base's answer, token for token", async () => {
    const base = await tokens();

    expect(await tokens({ arm: "adapter", adapters: [{ ...adapter, scale: 0 }] })).toEqual(base);
  });

  test("gives another answer at another scale, and the same one when the scale comes back", async () => {
    const whole = await tokens({ arm: "adapter", adapters: [adapter] });
    const half = await tokens({ arm: "adapter", adapters: [{ ...adapter, scale: 0.5 }] });
    const again = await tokens({ arm: "adapter", adapters: [adapter] });

    expect(half).not.toEqual(whole);
    expect(again).toEqual(whole);
  });

  test("can be one of several", async () => {
    const both = await tokens({ arm: "adapter", adapters: [adapter, other] });
    const oneAtZero = await tokens({ arm: "adapter", adapters: [adapter, { ...other, scale: 0 }] });

    expect(both).not.toEqual(await tokens({ arm: "adapter", adapters: [adapter] }));
    expect(oneAtZero).toEqual(await tokens({ arm: "adapter", adapters: [adapter] }));
  });

  test("leaves the base as it was, however often it is swapped", async () => {
    const before = await tokens();
    for (const adapters of [[adapter], [other], [], [adapter]]) await tokens({ arm: "adapter", adapters });

    expect(await tokens()).toEqual(before);
    expect(await tokens({ cold: true })).toEqual(before);
  });

  test("leaves no trace in its own arm either", async () => {
    const before = await tokens({ arm: "adapter", adapters: [] });
    await tokens({ arm: "adapter", adapters: [other] });

    expect(await tokens({ arm: "adapter", adapters: [] })).toEqual(before);
  });

  test("whose file was replaced at the same path is the new one", async () => {
    copyFileSync(at("adapter.gguf"), at("replaced.gguf"));
    const path = at("replaced.gguf");
    const before = await tokens({ arm: "adapter", adapters: [{ ...adapter, path }] });
    copyFileSync(at("other.gguf"), path);

    const after = await tokens({ arm: "adapter", adapters: [{ ...other, path }] });

    expect(after).not.toEqual(before);
    expect(after).toEqual(await tokens({ arm: "adapter", adapters: [other] }));
  });

  test("whose file was replaced behind our back is refused", async () => {
    const path = at("swapped.gguf");
    copyFileSync(at("adapter.gguf"), path);
    await tokens({ arm: "adapter", adapters: [{ ...adapter, path }] });
    copyFileSync(at("other.gguf"), path);

    await expect(tokens({ arm: "adapter", adapters: [{ ...adapter, path }] })).rejects.toMatchObject({
      failure: { code: "model_changed", details: { expectedSha256: adapter.sha256, actualSha256: other.sha256 } },
    });
  });
});

describe("the four arms", () => {
  test.each([
    ["base", "adapter", "rag", "combined"],
    ["combined", "rag", "adapter", "base"],
    ["rag", "base", "combined", "adapter"],
  ] as Arm[][])("give the same tokens in the order %s %s %s %s", async (...order) => {
    const alone = new Map<Arm, number[]>();
    for (const arm of ARMS) alone.set(arm, await askArm(arm, { cold: true }));

    const together = new Map<Arm, number[]>();
    for (const arm of order) together.set(arm, await askArm(arm, { cold: true }));

    expect(together).toEqual(alone);
  });

  test("give the same tokens asked at once as one after the other", async () => {
    const oneByOne: number[][] = [];
    for (const arm of ARMS) oneByOne.push(await askArm(arm));

    expect(await Promise.all(ARMS.map((arm) => askArm(arm)))).toEqual(oneByOne);
  });

  test("give the same tokens in a process that has done nothing else", async () => {
    const fresh = openRuntime().runtime;
    await load(fresh, at("base.gguf"));

    const there = await fresh.generate(
      request({ arm: "combined", adapters: [adapter], messages: [user(passages + question)] }),
    );

    expect(there.tokens).toEqual(await askArm("combined"));
  });
});

describe("a warm cache", () => {
  test("gives the tokens of a cold one, and says what it reused", async () => {
    const cold = await generate({ cold: true });
    const warm = await generate();

    expect(cold.cachedTokens).toBe(0);
    expect(warm.cachedTokens).toBeGreaterThan(0);
    expect(warm.cachedTokens % warm.prefillChunk).toBe(0);
    expect(warm.tokens).toEqual(cold.tokens);
  });

  test("gives follow-up questions the tokens of a cold one", async () => {
    const messages: ChatMessage[] = [user(question)];
    for (const next of ["And in winter?", "Who sells it?", "Thank you. Anything else I should know about it?"]) {
      messages.push(assistant((await generate({ messages, adapters: [adapter], arm: "adapter" })).text), user(next));
    }

    const warm = await generate({ messages, adapters: [adapter], arm: "adapter" });
    const cold = await generate({ messages, adapters: [adapter], arm: "adapter", cold: true });

    expect(warm.cachedTokens).toBeGreaterThan(100);
    expect(warm.tokens).toEqual(cold.tokens);
  });

  test("gives long sampled answers of a quantized model the tokens of a cold one", async () => {
    const own = openRuntime({ ...oneThread, prefillChunk: 64 }, onTestFinished).runtime;
    const shape = { ...tinyShape, embeddingLength: 128, feedForwardLength: 256, layers: 4 };
    writeModel(at("quantized.gguf"), { weights: "q8_0", shape });
    await load(own, at("quantized.gguf"));
    const sampling = { seed: 3, temperature: 1, topK: 0, topP: 1, minP: 0 };
    const answer = (question: string, cold: boolean) =>
      own.generate(request({ messages: [user(question)], sampling, maxTokens: 300, cold }));
    const shared = `${passages}${question} `.repeat(2);
    const cold = await answer(`${shared}And in winter?`, true);
    await answer(`${shared}Who sells it, and since when?`, true);

    const warm = await answer(`${shared}And in winter?`, false);

    expect(warm.cachedTokens).toBeGreaterThanOrEqual(192);
    expect(warm.tokens).toEqual(cold.tokens);
  });

  test("is not used beyond the first difference", async () => {
    const cold = await tokens({ messages: [user(`${question} Once more.`)], cold: true });
    await generate({ messages: [user(`${question.slice(0, 40)} something else entirely, in many more words`)] });

    expect(await tokens({ messages: [user(`${question} Once more.`)] })).toEqual(cold);
  });

  test("survives a stop half-way", async () => {
    const long = [user(`${question} `.repeat(6))];
    const cold = await tokens({ messages: long, cold: true });
    const stop = new AbortController();
    const stopped = await runtime.generate(request({ messages: long, cold: true }), {
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.type === "prefill" && progress.doneTokens > 100) stop.abort();
      },
    });

    expect(stopped.stopReason).toBe("stopped");
    expect(await tokens({ messages: long })).toEqual(cold);
  });
});

describe("sampling", () => {
  const warmly = (seed: number) => ({ sampling: { seed, temperature: 0.9, topK: 40, topP: 0.95, minP: 0.05 } });

  test("repeats with the same seed and differs with another", async () => {
    const first = await tokens(warmly(5));

    expect(await tokens(warmly(5))).toEqual(first);
    expect(await tokens(warmly(6))).not.toEqual(first);
  });
});
