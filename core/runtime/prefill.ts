import type { Token } from "node-llama-cpp";
import type { ArmContext } from "./arm-contexts.ts";

export interface PrefillOptions {
  /** Forget what is cached. */
  cold: boolean;
  signal: AbortSignal;
  /** After every chunk: prompt tokens evaluated or found in the cache so far. */
  onChunk: (doneTokens: number) => void;
}

/**
 * Evaluate the whole chunks of a prompt; generation evaluates the rest, of one token to a chunk, with its first step.
 *
 * Chunks begin at position 0 and at every multiple of `chunk`, whatever is in the cache, and only whole chunks that
 * were evaluated at these same borders are kept from an earlier prompt. So a warm answer is computed in the same
 * batches as a cold one and has the same tokens; floating-point sums depend on how a prompt is cut.
 *
 * @returns how many tokens were found in the cache, the tokens that are left, and whether the signal stopped it
 *          between two chunks
 */
export async function prefill(
  arm: ArmContext,
  tokens: Token[],
  chunk: number,
  { cold, signal, onChunk }: PrefillOptions,
): Promise<{ cachedTokens: number; rest: Token[]; stopped: boolean }> {
  const end = wholeChunks(tokens.length - 1, chunk);
  const rest = tokens.slice(end);
  // Models with a sliding window or recurrent state cannot go back to a border, so they always start cold.
  const cachedTokens = cold || arm.sequence.needsCheckpoints ? 0 : reusableTokens(arm.prefilled, tokens, chunk);
  arm.prefilled = arm.prefilled.slice(0, cachedTokens);
  await arm.sequence.eraseContextTokenRanges([{ start: cachedTokens, end: arm.sequence.nextTokenIndex }]);
  if (arm.sequence.nextTokenIndex !== cachedTokens) throw new Error("The KV cache could not be cut back.");

  onChunk(cachedTokens);
  for (let start = cachedTokens; start < end; start += chunk) {
    if (signal.aborted) return { cachedTokens, rest, stopped: true };
    const batch = tokens.slice(start, start + chunk);
    await arm.sequence.evaluateWithoutGeneratingNewTokens(batch);
    arm.prefilled.push(...batch);
    onChunk(start + chunk);
  }
  return { cachedTokens, rest, stopped: signal.aborted };
}

/** Tokens in whole chunks that an earlier prompt and this one begin with; the last token is never among them. */
export function reusableTokens(prefilled: Token[], tokens: Token[], chunk: number): number {
  const most = Math.min(prefilled.length, tokens.length - 1);
  let equal = 0;
  while (equal < most && prefilled[equal] === tokens[equal]) equal++;
  return wholeChunks(equal, chunk);
}

const wholeChunks = (tokens: number, chunk: number): number => Math.floor(tokens / chunk) * chunk;
