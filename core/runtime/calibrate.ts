import type { LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { availableParallelism } from "node:os";
import { openContext, openSequence } from "./arm-contexts.ts";
import { withReason } from "./llama-library.ts";
import { modelLoadFailed } from "./model-failures.ts";
import type { Calibration } from "./requests.ts";

/** A candidate decodes this many tokens, or until it has spent this much. */
const DECODED_TOKENS = 8;
const DECODE_LIMIT_MS = 250;
/** A candidate whose tokens take this much longer than the best one's is dropped: its threads wait for busy cores. */
const HOPELESS = 2;
/** Once more threads make it this much slower, still more are not tried. */
const WORSE = 1.2;
/** More threads must be worth this much, or others on the machine get them. */
const WORTH_MORE_THREADS = 0.95;
/**
 * A typical answer this soon needs no more threads. ggml's threads wait for each other in a spin: with two on two cores
 * the bundled model answered thirty times slower whenever another program wanted one of them.
 */
const SOON_ENOUGH_S = 0.5;
/** What an ordinary answer with passages needs; threads are judged by the time it takes. */
const TYPICAL = { promptTokens: 300, answerTokens: 60 };

/**
 * A running batch cannot be interrupted, so none may take longer. Stop is promised within a second; shorter chunks
 * would be safer and slower: 32 tokens at a time prefill half as fast as 64 on a processor.
 */
const LONGEST_CHUNK_MS = 700;
const SMALLEST_CHUNK = 16;
/**
 * Follow-up questions reuse whole chunks only, and a thread of short questions never fills a large one. On a
 * processor, 128 tokens at a time prefill at most 8 % faster than 64; a GPU needs large ones.
 */
const LARGEST_CHUNK = { processor: 64, gpu: 512 };
/** Repeated when quick, for the best of two: an average would count another program's moment as ours. */
const QUICK_MS = 150;

/**
 * Find the thread count with which a model answers soonest here, by evaluating a few tokens with 1, 2, 4 … threads.
 *
 * The library's default of four threads decodes 0.23 tokens/s on a busy two-core machine where one gives 50.
 *
 * @param wanted  measure with this thread count only: the user's choice
 */
export async function calibrate(
  model: LlamaModel,
  { wanted, signal, onProgress }: { wanted: number | undefined; signal: AbortSignal; onProgress: (n: number) => void },
): Promise<Calibration> {
  const candidates = wanted === undefined ? threadCandidates(availableParallelism()) : [wanted];
  let best: Calibration | null = null;
  for (const [index, threads] of candidates.entries()) {
    signal.throwIfAborted();
    const measured = await measure(model, threads, best, signal);
    onProgress((index + 1) / candidates.length);
    if (measured === null || (best !== null && timeOf(measured) > timeOf(best) * WORSE)) break;
    if (best === null || timeOf(measured) < timeOf(best) * WORTH_MORE_THREADS) best = measured;
    if (timeOf(best) < SOON_ENOUGH_S) break;
  }
  return best!;
}

/** 1, 2, 4 … and all cores. */
export function threadCandidates(cores: number): number[] {
  const candidates = [];
  for (let threads = 1; threads < cores; threads *= 2) candidates.push(threads);
  return [...candidates, cores];
}

const timeOf = ({ prefillTokensPerSecond, decodeTokensPerSecond }: Calibration): number =>
  TYPICAL.promptTokens / prefillTokensPerSecond + TYPICAL.answerTokens / decodeTokensPerSecond;

async function measure(
  model: LlamaModel,
  threads: number,
  best: Calibration | null,
  signal: AbortSignal,
): Promise<Calibration | null> {
  const largest = model.llama.gpu === false ? LARGEST_CHUNK.processor : LARGEST_CHUNK.gpu;
  await using context = await withReason(
    () => openContext(model, { contextSize: 2 * largest, threads, prefillChunk: largest }),
    (reason) => modelLoadFailed(model.filename ?? "The model", reason),
  );
  const sequence = openSequence(context);
  const prompt = probeTokens(model, largest);
  // The first token of the first candidate reads the weights from disk; it is not counted.
  await evaluate(sequence, prompt.slice(0, 1));
  const slowestMs = best === null ? Infinity : (1000 / best.decodeTokensPerSecond) * HOPELESS;
  const tokenMs = await timeToken(sequence, prompt, slowestMs, signal);
  if (tokenMs > slowestMs) return null;
  const chunk = await findChunk(sequence, prompt, signal);
  return {
    threads,
    prefillTokensPerSecond: (chunk.tokens * 1000) / chunk.ms,
    decodeTokensPerSecond: 1000 / tokenMs,
    prefillChunk: chunk.tokens,
  };
}

/** Milliseconds per token, one at a time, at its best; given up when it is clearly too slow. */
async function timeToken(
  sequence: LlamaContextSequence,
  prompt: Token[],
  slowestMs: number,
  signal: AbortSignal,
): Promise<number> {
  let bestMs = Infinity;
  let spentMs = 0;
  for (let count = 0; count < DECODED_TOKENS && spentMs < DECODE_LIMIT_MS && !signal.aborted; count++) {
    const tookMs = await evaluate(sequence, [prompt[count]!]);
    spentMs += tookMs;
    bestMs = Math.min(bestMs, tookMs);
    if (count >= 1 && bestMs > slowestMs) break;
  }
  return bestMs;
}

/** The largest power of two from 16 that is evaluated quickly enough, and how long it takes. */
async function findChunk(
  sequence: LlamaContextSequence,
  prompt: Token[],
  signal: AbortSignal,
): Promise<{ tokens: number; ms: number }> {
  let found = { tokens: SMALLEST_CHUNK, ms: await timeChunk(sequence, prompt.slice(0, SMALLEST_CHUNK)) };
  // Twice the tokens take at least 1.3 times as long wherever it was measured.
  while (found.tokens < prompt.length && found.ms * 1.3 <= LONGEST_CHUNK_MS && !signal.aborted) {
    const tokens = found.tokens * 2;
    const ms = await timeChunk(sequence, prompt.slice(0, tokens));
    if (ms > LONGEST_CHUNK_MS) break;
    found = { tokens, ms };
  }
  return found;
}

async function timeChunk(sequence: LlamaContextSequence, tokens: Token[]): Promise<number> {
  await sequence.clearHistory();
  const firstMs = await evaluate(sequence, tokens);
  if (firstMs > QUICK_MS) return firstMs;
  await sequence.clearHistory();
  return Math.min(firstMs, await evaluate(sequence, tokens));
}

async function evaluate(sequence: LlamaContextSequence, tokens: Token[]): Promise<number> {
  const started = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens);
  return performance.now() - started;
}

/** Speed does not depend on which tokens these are. */
function probeTokens(model: LlamaModel, count: number): Token[] {
  const some = model.tokenize("The question is answered from the passages. ");
  return Array.from({ length: count }, (_, index) => some[index % some.length]!);
}
