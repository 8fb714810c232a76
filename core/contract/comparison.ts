import { z } from "zod";
import { call, progressOf } from "./call.ts";
import { Failure } from "./failures.ts";
import { Arm, LoadProgress } from "./models.ts";
import { Retrieval, RetrievalFilter, RetrievalSettings } from "./retrieval.ts";

/** How tokens are drawn; the same for all arms of a question. As in llama.cpp. */
export const Sampling = z.object({
  seed: z.int().min(0).max(0xffffffff),
  /** 0 takes the likeliest token every time. */
  temperature: z.number().min(0).max(2),
  topK: z.int().min(0),
  topP: z.number().min(0).max(1),
  minP: z.number().min(0).max(1),
});
export type Sampling = z.infer<typeof Sampling>;

/** A citation [n] in an answer, resolved to the exact span it points to. */
export const Citation = z.object({
  n: z.int(),
  documentId: z.string(),
  document: z.string(),
  page: z.int().nullable(),
  /** Span of the cited passage in the document's text. */
  start: z.int(),
  end: z.int(),
  /** Span of the mark "[n]" in the answer's text. */
  markStart: z.int(),
  markEnd: z.int(),
});
export type Citation = z.infer<typeof Citation>;

export const AppliedAdapter = z.object({
  modelId: z.string(),
  name: z.string(),
  file: z.string(),
  sha256: z.string(),
  /** llama.cpp applies scale × alpha / rank. 0 is the base, 1 the adapter as trained. */
  scale: z.number(),
});
export type AppliedAdapter = z.infer<typeof AppliedAdapter>;

/** All it takes to repeat an answer. */
export const Provenance = z.object({
  modelSha256: z.string(),
  adapters: z.array(AppliedAdapter),
  /** The prompt exactly as tokenized, special tokens written out. */
  prompt: z.string(),
  promptSha256: z.string(),
  /** The conversation the template was applied to. */
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  sampling: Sampling,
  maxTokens: z.int(),
  thoughtTokens: z.int(),
  contextSize: z.int(),
  threads: z.int(),
  prefillChunk: z.int(),
  /** Prompt tokens found in the KV cache; 0 is a cold start. */
  cachedTokens: z.int(),
  indexGeneration: z.int().nullable(),
  /** Numbers of the passages that stood in the prompt. */
  passagesInPrompt: z.array(z.int()),
  /** Numbers of the passages that were found but did not fit. */
  passagesLeftOut: z.array(z.int()),
  /** Passages that stood in the prompt with their surroundings: what of the document's text that was. */
  passagesExpanded: z.array(z.object({ n: z.int(), start: z.int(), end: z.int() })).default([]),
  libraryVersion: z.string(),
  appVersion: z.string(),
});
export type Provenance = z.infer<typeof Provenance>;

export const StopReason = z.enum(["end", "maxTokens", "stopped", "failed"]);

export const ArmAnswer = z.object({
  arm: Arm,
  text: z.string(),
  /** What a reasoning model thought first; never part of `text`. */
  thoughts: z.string(),
  citations: z.array(Citation),
  /** Marks such as [7] that point to no passage of the prompt. */
  unresolvedCitations: z.array(z.int()),
  promptTokens: z.int(),
  completionTokens: z.int(),
  /** From the start of this arm's prefill to its first token; null when none came. */
  ttftMs: z.number().nullable(),
  totalMs: z.number(),
  /** Decoding only, measured; null under two tokens. */
  tokensPerSecond: z.number().nullable(),
  stopReason: StopReason,
  failure: Failure.nullable(),
  /** True when nothing that determines this answer changed, so a stored one was taken. */
  reused: z.boolean(),
  /** For a replay: whether it gave the same text as the run it repeats; null otherwise. */
  identical: z.boolean().nullable(),
  provenance: Provenance.nullable(),
});
export type ArmAnswer = z.infer<typeof ArmAnswer>;

export const Comparison = z.object({
  id: z.string(),
  threadId: z.string(),
  /** 0 for the first question of a thread. */
  turn: z.int(),
  replayOf: z.string().nullable(),
  question: z.string(),
  seed: z.int(),
  modelId: z.string(),
  modelName: z.string(),
  modelFile: z.string(),
  adapters: z.array(AppliedAdapter),
  collectionId: z.string().nullable(),
  /** Searched along with it; the filter stands in `retrieval`. */
  otherCollectionIds: z.array(z.string()).default([]),
  /** Null when no arm retrieved. */
  retrieval: Retrieval.nullable(),
  /** In the order they ran. */
  arms: z.array(ArmAnswer),
  askedAt: z.string(),
});
export type Comparison = z.infer<typeof Comparison>;

export const Ask = z.object({
  question: z.string().trim().min(1, "Type a question first."),
  /** Which arms, in the order they run; the first is the one looked at first. */
  arms: z.array(Arm).min(1).default(["combined", "rag", "adapter", "base"]),
  /** Absent: the loaded model, else the bundled one. */
  modelId: z.string().optional(),
  adapters: z.array(z.object({ modelId: z.string(), scale: z.number().min(-4).max(4).default(1) })).default([]),
  /** Absent or null: the arms with retrieval fail, in words. */
  collectionId: z.string().nullable().default(null),
  /** Continue a thread: each arm sees its own earlier answers. */
  threadId: z.string().optional(),
  seed: z.int().min(0).max(0xffffffff).optional(),
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().min(1).max(32768).optional(),
  /** Passages retrieved. */
  topK: z.int().min(1).max(50).optional(),
  /** Searched along with `collectionId`. */
  otherCollectionIds: z.array(z.string()).default([]),
  /** Where passages may come from. */
  filter: RetrievalFilter.prefault({}),
  /** Before the workspace's settings, and those before the defaults. */
  retrieval: RetrievalSettings.partial().default({}),
  /** Put the documents into the prompt whole; refused, with figures, when they do not fit. */
  wholeDocuments: z.boolean().default(false),
  /** Take a stored answer where everything that determines it is equal. */
  reuse: z.boolean().default(true),
});
export type Ask = z.infer<typeof Ask>;

export const AskProgress = z.discriminatedUnion("type", [
  z.object({ type: z.literal("loading"), progress: LoadProgress }),
  z.object({
    type: z.literal("started"),
    comparisonId: z.string(),
    threadId: z.string(),
    seed: z.int(),
    /** All of them are queued now. */
    arms: z.array(Arm),
  }),
  z.object({ type: z.literal("retrieving") }),
  z.object({ type: z.literal("retrieved"), retrieval: Retrieval }),
  z.object({
    type: z.literal("prefill"),
    arm: Arm,
    doneTokens: z.int(),
    promptTokens: z.int(),
    /** From the measured prefill speed; null before the first batch. */
    etaMs: z.number().nullable(),
  }),
  z.object({ type: z.literal("text"), arm: Arm, delta: z.string() }),
  z.object({ type: z.literal("thought"), arm: Arm, delta: z.string() }),
  z.object({ type: z.literal("answered"), answer: ArmAnswer }),
]);
export type AskProgress = z.infer<typeof AskProgress>;

export const comparison = {
  ask: progressOf({
    summary: "Answer one question in up to four arms with the same seed and sampling, and store every answer.",
    input: Ask,
    progress: AskProgress,
    output: Comparison,
  }),
  replay: progressOf({
    summary: "Run a stored comparison again from what it stored, and say per arm whether the text is identical.",
    input: z.object({ comparisonId: z.string() }),
    progress: AskProgress,
    output: Comparison,
  }),
  list: call({
    summary: "List stored comparisons, newest first.",
    input: z.object({ limit: z.int().min(1).max(500).default(50), threadId: z.string().optional() }),
    output: z.array(Comparison),
  }),
  get: call({
    summary: "One stored comparison.",
    input: z.object({ comparisonId: z.string() }),
    output: Comparison,
  }),
};
