import type { Token } from "node-llama-cpp";
import { FourfoldError } from "../contract/failures.ts";
import type { ArmContext } from "./arm-contexts.ts";
import { Deltas } from "./deltas.ts";
import { GrowingAnswer } from "./growing-answer.ts";
import type { LoadedBase } from "./loaded-base.ts";
import { contextOverflow, generationFailed, reasonOf } from "./model-failures.ts";
import { prefill } from "./prefill.ts";
import { layOut, type Prompt } from "./prompt.ts";
import type { Generation, GenerateProgress, GenerateRequest } from "./requests.ts";

/** A prompt must leave room for an answer of this length, or of `maxTokens` when that is less. */
const LEAST_ANSWER_TOKENS = 16;

export interface GenerateOptions {
  signal: AbortSignal;
  report: (progress: GenerateProgress) => void;
}

/**
 * Answer one conversation in one arm, token by token.
 *
 * A stop between two chunks or tokens is no failure: what was generated so far comes back with `stopped`.
 *
 * @throws context_overflow    before anything is evaluated; nothing is ever evicted
 * @throws generation_failed, adapter_load_failed, model_changed
 */
export async function generate(
  base: LoadedBase,
  request: GenerateRequest,
  { signal, report }: GenerateOptions,
): Promise<Generation> {
  const startedAt = performance.now();
  const { contextSize, threads, prefillChunk } = base.described;
  const prompt = layOut(base.model, base.template, request.messages);
  const leastRoom = Math.min(request.maxTokens, LEAST_ANSWER_TOKENS);
  if (prompt.promptTokens + leastRoom > contextSize) {
    throw contextOverflow(prompt.promptTokens, contextSize, request.maxTokens);
  }
  const arm = await base.arms.open(request.arm, request.adapters);
  try {
    const { cachedTokens, rest, stopped } = await prefill(arm, prompt.tokens, prefillChunk, {
      cold: request.cold ?? false,
      signal,
      onChunk: prefillReporter(prompt, report),
    });
    const deltas = new Deltas(report);
    const answer = new GrowingAnswer(base, request, prompt, (parts) => deltas.add(parts));
    if (!stopped) await decode(arm, answer, rest, request, signal);
    answer.finish();
    deltas.flush();
    const { tokens, firstTokenAt, lastTokenAt } = answer;
    return {
      text: answer.reader.text,
      thoughts: answer.reader.thoughts,
      prompt: prompt.prompt,
      promptSha256: prompt.promptSha256,
      promptTokens: prompt.promptTokens,
      cachedTokens,
      completionTokens: tokens.length,
      tokens,
      ttftMs: firstTokenAt === null ? null : firstTokenAt - startedAt,
      totalMs: performance.now() - startedAt,
      tokensPerSecond:
        tokens.length < 2 || firstTokenAt === null ? null : ((tokens.length - 1) * 1000) / (lastTokenAt - firstTokenAt),
      stopReason: answer.stopReason ?? "stopped",
      contextSize,
      threads,
      prefillChunk,
      libraryVersion: base.libraryVersion,
    };
  } catch (error) {
    await base.arms.discard(request.arm);
    throw error instanceof FourfoldError ? error : generationFailed(reasonOf(error));
  }
}

async function decode(
  arm: ArmContext,
  answer: GrowingAnswer,
  rest: Token[],
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<void> {
  const { seed, temperature, topK, topP, minP } = request.sampling;
  const first = [...rest, ...answer.closeThoughtIfSpent()];
  // Every value is given: the library's own default for the seed is the clock.
  const options = { seed, temperature, topK, topP, minP, yieldEogToken: true };
  const evaluation = arm.sequence.evaluate(first, options);
  try {
    let step = await evaluation.next();
    while (step.done !== true) {
      const injected = answer.take(step.value);
      if (answer.stopReason !== null || signal.aborted) return;
      step = await evaluation.next(injected.length === 0 ? undefined : [step.value, ...injected]);
    }
  } finally {
    await evaluation.return();
  }
}

function prefillReporter(
  { promptTokens }: Prompt,
  report: (progress: GenerateProgress) => void,
): (doneTokens: number) => void {
  // The first call tells what the cache held; only what was evaluated since says anything about speed.
  let found: { tokens: number; at: number } | null = null;
  return (doneTokens) => {
    found ??= { tokens: doneTokens, at: performance.now() };
    const evaluated = doneTokens - found.tokens;
    const perToken = evaluated === 0 ? null : (performance.now() - found.at) / evaluated;
    const etaMs = perToken === null ? null : perToken * (promptTokens - doneTokens);
    report({ type: "prefill", doneTokens, promptTokens, etaMs });
  };
}
