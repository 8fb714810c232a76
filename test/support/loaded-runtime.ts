import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { hashFiles } from "../../core/runtime/hash-file.ts";
import { type Calibration, type ChatMessage, type GenerateRequest, Runtime } from "../../core/runtime/runtime.ts";

/** Where a test file's models lie until all its tests have ended. */
export function modelFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "fourfold-models-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return (name) => join(folder, name);
}

/**
 * A runtime whose calibrations live in memory, with what it logged and how it crashed.
 *
 * @param known  what was measured earlier of every model; null has it measured
 * @param until  `onTestFinished` in a test that needs a host of its own; each one takes memory and a second to start
 */
export function openRuntime(
  known: Calibration | null = oneThread,
  until: (close: () => Promise<void>) => void = afterAll,
) {
  const calibrations = new Map<string, Calibration>();
  const log: string[] = [];
  const crashes: string[] = [];
  const runtime = new Runtime({
    calibrations: {
      get: (key) => calibrations.get(key) ?? known,
      set: (key, value) => void calibrations.set(key, value),
    },
    onLog: (line) => log.push(line),
    onCrash: ({ exit }) => crashes.push(exit),
  });
  until(() => runtime[Symbol.asyncDispose]());
  return { runtime, calibrations, log, crashes };
}

/** One thread and short chunks: tests share two cores, and a prompt of a few sentences has several borders. */
export const oneThread: Calibration = {
  threads: 1,
  prefillTokensPerSecond: 1000,
  decodeTokensPerSecond: 100,
  prefillChunk: 16,
};

export async function load(runtime: Runtime, path: string, changes: { contextSize?: number; threads?: number } = {}) {
  const { files } = await runtime.inspect(path);
  const { sha256 } = await hashFiles(files);
  return runtime.load({ modelId: sha256.slice(0, 16), name: "Test", path, files, sha256, ...changes });
}

export const user = (content: string): ChatMessage => ({ role: "user", content });
export const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
export const system = (content: string): ChatMessage => ({ role: "system", content });

/** A request with every value fixed: greedy, short, base arm. */
export const request = (changes: Partial<GenerateRequest> & { messages: ChatMessage[] }): GenerateRequest => ({
  arm: "base",
  adapters: [],
  sampling: { seed: 1, temperature: 0, topK: 40, topP: 0.95, minP: 0.05 },
  maxTokens: 24,
  thoughtTokens: 64,
  ...changes,
});
