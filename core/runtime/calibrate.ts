import type { LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { availableParallelism } from "node:os";
import { openContext, openSequence } from "./arm-contexts.ts";
import { withReason } from "./llama-library.ts";
import { modelLoadFailed } from "./model-failures.ts";
import type { Calibration } from "./requests.ts";

/** Prompt tokens of the probe; more are tried only where they are quick. */
const PROBE_TOKENS = 16;
const MORE_PROBE_TOKENS = [64, 256];
const DECODED_TOKENS = 8;
/** A candidate decodes until it has spent this much. */
const DECODE_LIMIT_MS = 250;
/** A candidate this many times slower than the best is dropped at once: threads beyond the free cores wait for each other. */
const TOO_SLOW = 1.3;
/** More threads must be worth this much, or others on the machine get them. */
const WORTH_MORE_THREADS = 0.95;
/** What an ordinary answer with passages needs; threads are judged by the time it takes. */
const TYPICAL = { promptTokens: 300, answerTokens: 60 };

/** A running batch cannot be interrupted, so one may take this long and stop still feels immediate. */
const LONGEST_CHUNK_MS = 450;
const SMALLEST_CHUNK = 16;
/**
 * Only whole chunks are reused by a follow-up question. On a processor, batches over 128 prefill 4 % faster at most;
 * a GPU needs large ones.
 */
const LARGEST_CHUNK = { processor: 128, gpu: 512 };

interface Speed {
  threads: number;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
}

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
  let best: Speed | null = null;
  for (const [index, threads] of candidates.entries()) {
    signal.throwIfAborted();
    const speed = await measure(model, threads, best, signal);
    if (speed !== null && (best === null || timeOf(speed) < timeOf(best) * WORTH_MORE_THREADS)) best = speed;
    onProgress((index + 1) / candidates.length);
    if (speed === null || timeOf(speed) > timeOf(best!) * TOO_SLOW) break;
  }
  return { ...best!, prefillChunk: chunkFor(best!.prefillTokensPerSecond, model.llama.gpu !== false) };
}

/** 1, 2, 4 … and all cores. */
export function threadCandidates(cores: number): number[] {
  const candidates = [];
  for (let threads = 1; threads < cores; threads *= 2) candidates.push(threads);
  return [...candidates, cores];
}

/** The largest power of two from 16 that is evaluated in about 0.45 s; at most 128, with a GPU 512. */
export function chunkFor(prefillTokensPerSecond: number, hasGpu: boolean): number {
  const most = (prefillTokensPerSecond * LONGEST_CHUNK_MS) / 1000;
  const largest = hasGpu ? LARGEST_CHUNK.gpu : LARGEST_CHUNK.processor;
  return Math.min(largest, Math.max(SMALLEST_CHUNK, 2 ** Math.floor(Math.log2(Math.max(1, most)))));
}

const timeOf = ({ prefillTokensPerSecond, decodeTokensPerSecond }: Speed): number =>
  TYPICAL.promptTokens / prefillTokensPerSecond + TYPICAL.answerTokens / decodeTokensPerSecond;

async function measure(
  model: LlamaModel,
  threads: number,
  best: Speed | null,
  signal: AbortSignal,
): Promise<Speed | null> {
  const shape = { contextSize: 512, threads, prefillChunk: Math.max(...MORE_PROBE_TOKENS) };
  await using context = await withReason(
    () => openContext(model, shape),
    (reason) => modelLoadFailed(model.filename ?? "The model", reason),
  );
  const sequence = openSequence(context);
  const prompt = probeTokens(model, Math.max(...MORE_PROBE_TOKENS));
  // The first token of the first candidate reads the weights from disk; it is not counted.
  await evaluate(sequence, prompt.slice(0, 1));
  const decodeTokensPerSecond = await measureDecoding(sequence, prompt, best, signal);
  if (decodeTokensPerSecond === null) return null;
  let rate = await rateOf(sequence, prompt.slice(0, PROBE_TOKENS));
  for (const count of MORE_PROBE_TOKENS) {
    if (signal.aborted || count / rate > LONGEST_CHUNK_MS / 1000) break;
    rate = Math.max(rate, await rateOf(sequence, prompt.slice(0, count)));
  }
  return { threads, prefillTokensPerSecond: rate, decodeTokensPerSecond };
}

/** Tokens per second, one at a time; null as soon as it is clear that this is far behind the best. */
async function measureDecoding(
  sequence: LlamaContextSequence,
  prompt: Token[],
  best: Speed | null,
  signal: AbortSignal,
): Promise<number | null> {
  const slowestMs = best === null ? Infinity : (1000 / best.decodeTokensPerSecond) * 4;
  // The best single token: what the machine can do; an average would punish a candidate for another program's moment.
  let bestMs = Infinity;
  let spentMs = 0;
  for (let count = 0; count < DECODED_TOKENS && spentMs < DECODE_LIMIT_MS && !signal.aborted; count++) {
    const tookMs = await evaluate(sequence, [prompt[count]!]);
    spentMs += tookMs;
    bestMs = Math.min(bestMs, tookMs);
    if (count >= 1 && bestMs > slowestMs) return null;
  }
  return 1000 / (spentMs === 0 ? 1 : bestMs);
}

async function rateOf(sequence: LlamaContextSequence, tokens: Token[]): Promise<number> {
  await sequence.clearHistory();
  return (tokens.length * 1000) / (await evaluate(sequence, tokens));
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
