import type { Sampling } from "../contract/comparison.ts";
import type { Arm } from "../contract/models.ts";

/** How fast a model runs on this machine, measured once and then kept, so that prefill borders stay the same. */
export interface Calibration {
  threads: number;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  /** Prompt tokens evaluated at once. */
  prefillChunk: number;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface LoadRequest {
  modelId: string;
  name: string;
  path: string;
  /** Every file of a split model, in order. */
  files: string[];
  sha256: string;
  contextSize?: number | undefined;
  threads?: number | undefined;
}

/** A LoRA adapter as one arm applies it. */
export interface AdapterUse {
  path: string;
  sha256: string;
  /** 0 is the base, 1 the adapter as trained. */
  scale: number;
}

export interface GenerateRequest {
  arm: Arm;
  adapters: AdapterUse[];
  messages: ChatMessage[];
  sampling: Sampling;
  /** Most tokens of the answer itself; thoughts have their own budget. */
  maxTokens: number;
  /** A thought longer than this is closed, and the model must answer. */
  thoughtTokens: number;
  /** Forget what is cached and evaluate the whole prompt. */
  cold?: boolean;
}

export type GenerateProgress =
  /** `etaMs`: time left until the prompt is evaluated, from the speed so far; null before it is known. */
  | { type: "prefill"; doneTokens: number; promptTokens: number; etaMs: number | null }
  | { type: "text"; delta: string }
  | { type: "thought"; delta: string };

/** A conversation as the model sees it. */
export interface Measured {
  /** The prompt as tokenized, special tokens written out. */
  prompt: string;
  /** Over the token ids (uint32, little-endian): two prompts that only look alike differ here. */
  promptSha256: string;
  promptTokens: number;
}

export interface Generation extends Measured {
  /** The answer; equal to all text deltas joined. */
  text: string;
  thoughts: string;
  /** Prompt tokens whose evaluation was found in the KV cache; 0 is a cold start. */
  cachedTokens: number;
  completionTokens: number;
  /** Everything after the prompt, thoughts and their closing included, without the end token. */
  tokens: number[];
  /** From the request to the first token, measured; null when none came. */
  ttftMs: number | null;
  totalMs: number;
  /** Decoding speed after the first token; null with fewer than two tokens. */
  tokensPerSecond: number | null;
  stopReason: "end" | "maxTokens" | "stopped";
  contextSize: number;
  threads: number;
  prefillChunk: number;
  libraryVersion: string;
}
