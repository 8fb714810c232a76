import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { hashFile } from "../../core/runtime/hash-file.ts";
import type { Calibration, Runtime } from "../../core/runtime/runtime.ts";
import { load, modelFolder, oneThread, openRuntime, request, user } from "../support/loaded-runtime.ts";
import { writeAdapter } from "../support/random-adapter.ts";
import { type Shape, tinyShape, writeModel } from "../support/random-model.ts";

const at = modelFolder();
/** Fifty million weights: a prompt of 7,000 tokens takes it about ten seconds. */
const slowShape: Shape = {
  embeddingLength: 768,
  layers: 8,
  feedForwardLength: 2048,
  heads: 12,
  keyValueHeads: 12,
  vocabularySize: 512,
};
/** Nothing ends its answers, whatever it says. */
const endless = { controlTokens: ["<|im_start|>", "<|im_end|>", "<|never|>"], endToken: "<|never|>" };

beforeAll(() => {
  writeModel(at("tiny.gguf"), endless);
  writeAdapter(at("adapter.gguf"));
  writeAdapter(at("misfit.gguf"), { shape: { ...tinyShape, embeddingLength: 96 } });
  writeModel(at("slow.gguf"), { ...endless, shape: slowShape, weights: "q8_0", contextLength: 8192 });
});

/** A host for one test. */
const openOwn = (known: Calibration | null = oneThread) => openRuntime(known, onTestFinished);
const hello = () => request({ messages: [user("Hello")] });
const failureOf = (calling: Promise<unknown>) =>
  calling.then(
    () => null,
    (error) => error.failure,
  );

/** Resident memory of a process in bytes. */
const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;

describe("stopping", () => {
  test("comes within a second while a long prompt is read, and keeps the host", async () => {
    const { runtime, crashes } = openOwn();
    await load(runtime, at("slow.gguf"));
    const pid = runtime.status.pid;
    const stop = new AbortController();
    let stoppedAt = 0;

    const generation = await runtime.generate(request({ messages: [user("x".repeat(7000))] }), {
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.type !== "prefill" || progress.doneTokens < 200 || stop.signal.aborted) return;
        stoppedAt = performance.now();
        stop.abort();
      },
    });

    expect(performance.now() - stoppedAt).toBeLessThan(1000);
    expect(generation).toMatchObject({ stopReason: "stopped", text: "", ttftMs: null, completionTokens: 0 });
    expect(runtime.status.pid).toBe(pid);
    expect(crashes).toEqual([]);
  });

  test("gives what was said so far", async () => {
    const { runtime } = openOwn();
    await load(runtime, at("slow.gguf"));
    const stop = new AbortController();

    const generation = await runtime.generate(request({ messages: [user("Hello")], maxTokens: 1000 }), {
      signal: stop.signal,
      onProgress: (progress) => progress.type === "text" && stop.abort(),
    });

    expect(generation.stopReason).toBe("stopped");
    expect(generation.tokens.length).toBeGreaterThan(0);
    expect(generation.tokens.length).toBeLessThan(1000);
  });

  test("reaches a call that still waits its turn", async () => {
    const { runtime } = openOwn();
    await load(runtime, at("slow.gguf"));
    const stop = new AbortController();
    const first = runtime.generate(request({ messages: [user("Hello")], maxTokens: 5 }));
    const second = failureOf(runtime.generate(hello(), { signal: stop.signal }));
    stop.abort();

    expect((await first).completionTokens).toBe(5);
    expect(await second).toMatchObject({ code: "stopped" });
  });

  test("ends a load, and the next one works", async () => {
    const { runtime } = openOwn(null);
    const stop = new AbortController();
    const { sha256 } = await hashFile(at("slow.gguf"));
    const loading = runtime.load(
      { modelId: "slow", name: "Slow", path: at("slow.gguf"), files: [at("slow.gguf")], sha256 },
      { signal: stop.signal, onProgress: ({ stage }) => stage === "loading" && stop.abort() },
    );

    expect(await failureOf(loading)).toMatchObject({ code: "stopped" });
    expect(runtime.loaded).toBeNull();
    await load(runtime, at("tiny.gguf"));
    expect((await runtime.generate(hello())).completionTokens).toBe(24);
  });
});

describe("when the host is killed in the middle of an answer", () => {
  const killedInAnswer = async (runtime: Runtime) => {
    let killed = false;
    return failureOf(
      runtime.generate(request({ messages: [user("Hello")], maxTokens: 1500 }), {
        onProgress: (progress) => {
          if (progress.type !== "text" || killed) return;
          killed = true;
          process.kill(runtime.status.pid!, "SIGKILL");
        },
      }),
    );
  };

  test("the answer fails in words, the model is gone, and loading it again gives the same tokens", async () => {
    const { runtime, crashes } = openOwn();
    await load(runtime, at("slow.gguf"));
    const before = await runtime.generate(hello());

    const failure = await killedInAnswer(runtime);

    expect(failure).toMatchObject({ code: "child_crashed", details: { child: "the model host", restarts: 1 } });
    expect(crashes).toEqual(["SIGKILL"]);
    expect(runtime.loaded).toBeNull();
    expect(await failureOf(runtime.generate(hello()))).toMatchObject({ code: "model_not_loaded" });

    await load(runtime, at("slow.gguf"));
    expect((await runtime.generate(hello())).tokens).toEqual(before.tokens);
  });

  test("twice, the file is suspected and not opened again", async () => {
    const { runtime } = openOwn();
    for (let crash = 0; crash < 2; crash++) {
      await load(runtime, at("slow.gguf"));
      await killedInAnswer(runtime);
    }

    expect(await failureOf(load(runtime, at("slow.gguf")))).toMatchObject({
      code: "file_quarantined",
      details: { path: at("slow.gguf"), crashes: 2 },
    });
    expect((await load(runtime, at("tiny.gguf"))).name).toBe("Test");
  });
});

describe("loading", () => {
  const { runtime } = openRuntime();

  test("reports its stages and describes the model", async () => {
    const { runtime } = openOwn(null);
    const { sha256 } = await hashFile(at("tiny.gguf"));
    const stages: string[] = [];

    const loaded = await runtime.load(
      { modelId: "tiny", name: "Tiny", path: at("tiny.gguf"), files: [at("tiny.gguf")], sha256 },
      { onProgress: ({ stage }) => stages.at(-1) !== stage && stages.push(stage) },
    );

    expect(stages).toEqual(["checking", "loading", "calibrating"]);
    expect(loaded).toMatchObject({ modelId: "tiny", name: "Tiny", contextSize: 2048, reasoning: false });
    expect(runtime.loaded).toEqual(loaded);
    expect([16, 32, 64, 128, 256, 512]).toContain(loaded.prefillChunk);
    expect(loaded.decodeTokensPerSecond).toBeGreaterThan(0);
  });

  test("measures a model once and then uses what was measured", async () => {
    const { runtime, calibrations } = openOwn(null);
    const first = await load(runtime, at("tiny.gguf"));
    expect(calibrations.size).toBe(1);
    const [key] = calibrations.keys();
    calibrations.set(key!, { ...oneThread, prefillChunk: 32 });

    const second = await load(runtime, at("tiny.gguf"));

    expect(first.prefillChunk).not.toBe(32);
    expect(second).toMatchObject({ prefillChunk: 32, threads: 1 });
  });

  test("takes the number of threads the user wants", async () => {
    const { runtime, calibrations } = openOwn(null);

    expect((await load(runtime, at("tiny.gguf"), { threads: 2 })).threads).toBe(2);
    expect([...calibrations.keys()]).toEqual([expect.stringMatching(/, 2 threads$/)]);
  });

  test("takes the context that is asked for, as far as the model was trained", async () => {
    expect((await load(runtime, at("tiny.gguf"), { contextSize: 300 })).contextSize).toBe(300);
    expect((await load(runtime, at("tiny.gguf"), { contextSize: 9999 })).contextSize).toBe(2048);
    expect((await load(runtime, at("slow.gguf"))).contextSize).toBe(8192);
  });

  test("refuses an adapter as a base and keeps the model that is loaded", async () => {
    const loaded = await load(runtime, at("tiny.gguf"));

    expect(await failureOf(load(runtime, at("adapter.gguf")))).toMatchObject({ code: "model_is_adapter" });
    expect(runtime.loaded).toEqual(loaded);
    expect((await runtime.generate(hello())).completionTokens).toBe(24);
  });

  test("fails with llama.cpp's own reason, which it only logs", async () => {
    writeModel(at("gpt2.gguf"), { architecture: "gpt2" });

    const failure = await failureOf(load(runtime, at("gpt2.gguf")));

    expect(failure).toMatchObject({ code: "model_load_failed", details: { path: at("gpt2.gguf") } });
    expect(failure.details.reason).toMatch(/tensor|key not found/);
    expect(runtime.loaded).toBeNull();
  });

  test("loads a split model, with the same answers as the whole", async () => {
    writeModel(at("split-00001-of-00002.gguf"), { seed: 4, says: ["abc"], parts: 2 });
    writeModel(at("whole.gguf"), { seed: 4, says: ["abc"] });
    await load(runtime, at("whole.gguf"));
    const whole = await runtime.generate(hello());

    await load(runtime, at("split-00002-of-00002.gguf"));

    expect((await runtime.generate(hello())).tokens).toEqual(whole.tokens);
  });
});

describe("memory", () => {
  /** The limit a shared machine sets; the host reads it when it starts. */
  function withAvailable(bytes: number): Runtime {
    process.env["FOURFOLD_AVAILABLE_BYTES"] = String(bytes);
    onTestFinished(() => void delete process.env["FOURFOLD_AVAILABLE_BYTES"]);
    return openOwn().runtime;
  }

  test("that does not suffice is said in figures before anything is loaded", async () => {
    const failure = await failureOf(load(withAvailable(70_000_000), at("slow.gguf")));

    expect(failure).toMatchObject({ code: "memory_insufficient" });
    const { neededBytes, weightsBytes, contextsBytes, availableBytes, contextSize } = failure.details;
    expect(neededBytes).toBe(weightsBytes + contextsBytes);
    expect({ availableBytes, contextSize }).toEqual({ availableBytes: 70_000_000, contextSize: 512 });
    expect(weightsBytes).toBe(readFileSync(at("slow.gguf")).length);
  });

  test("that is short makes the default context smaller", async () => {
    const loaded = await load(withAvailable(400_000_000), at("slow.gguf"));

    expect(loaded.contextSize).toBeLessThan(8192);
    expect(loaded.contextSize).toBeGreaterThanOrEqual(512);
    expect(loaded.estimatedBytes).toBeLessThanOrEqual(400_000_000);
  });

  test("that is short refuses a context that was asked for", async () => {
    const failure = await failureOf(load(withAvailable(400_000_000), at("slow.gguf"), { contextSize: 8192 }));

    expect(failure).toMatchObject({ code: "memory_insufficient", details: { contextSize: 8192 } });
  });

  test.runIf(process.platform === "linux")("is free again after an unload", async () => {
    const { runtime } = openOwn();
    await load(runtime, at("tiny.gguf"));
    await runtime.unload();
    const empty = residentBytes(runtime.status.pid!);
    await load(runtime, at("slow.gguf"));
    await runtime.generate(hello());
    const full = residentBytes(runtime.status.pid!);

    expect(await runtime.unload()).toBe(true);

    expect(runtime.loaded).toBeNull();
    expect(full - empty).toBeGreaterThan(40_000_000);
    expect(residentBytes(runtime.status.pid!) - empty).toBeLessThan((full - empty) / 4);
    expect(await runtime.unload()).toBe(false);
  });
});

describe("an adapter that llama.cpp refuses", () => {
  test("fails with its reason, and the other arms go on", async () => {
    const { runtime } = openOwn();
    await load(runtime, at("tiny.gguf"));
    const before = await runtime.generate(hello());
    const { sha256 } = await hashFile(at("misfit.gguf"));

    const failure = await failureOf(
      runtime.generate({ ...hello(), arm: "adapter", adapters: [{ path: at("misfit.gguf"), sha256, scale: 1 }] }),
    );

    expect(failure).toMatchObject({ code: "adapter_load_failed", details: { path: at("misfit.gguf") } });
    expect(failure.details.reason).toMatch(/tensor|wrong base model/);
    expect((await runtime.generate(hello())).tokens).toEqual(before.tokens);
  });
});
