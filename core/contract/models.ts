import { z } from "zod";
import { call, progressOf } from "./call.ts";

/** The four ways a question is answered: adapter off or on × retrieval off or on. */
export const Arm = z.enum(["base", "adapter", "rag", "combined"]);
export type Arm = z.infer<typeof Arm>;
export const ARMS = Arm.options;

/** Whether an arm's model runs with the chosen adapters. */
export const usesAdapter = (arm: Arm): boolean => arm === "adapter" || arm === "combined";
/** Whether an arm's prompt carries retrieved passages. */
export const usesRetrieval = (arm: Arm): boolean => arm === "rag" || arm === "combined";

export const SystemPrompts = z.object({
  base: z.string().optional(),
  adapter: z.string().optional(),
  rag: z.string().optional(),
  combined: z.string().optional(),
});
export type SystemPrompts = z.infer<typeof SystemPrompts>;

/**
 * What suits a model; every field is optional because it is resolved by precedence:
 * the user's setting, then the adapter's, then the model's, then the default.
 */
export const ModelSettings = z.object({
  /**
   * How passages stand in the prompt. `numbered`: "[1] text". `tagged-sentences`: the same with the
   * number repeated after every sentence, which tiny models need to cite at all. `tagged-lines`: every sentence on a
   * line of its own besides, so that it begins as an answer begins that copies it; and the heading above. `marked-lines`:
   * the same with a sign before each of the four lines that the embedder finds nearest to the question (none in whole documents).
   */
  passageFormat: z.enum(["numbered", "tagged-sentences", "tagged-lines", "marked-lines"]).optional(),
  /**
   * Where the question stands. `around-passages` asks it twice: a tiny model reads each sentence with the question in
   * mind, and still has it at hand when it answers.
   */
  questionPlacement: z.enum(["after-passages", "before-passages", "around-passages"]).optional(),
  /** Passages retrieved per question. */
  topK: z.int().min(1).max(50).optional(),
  /** Context in tokens, shared by prompt and answer. */
  contextSize: z.int().min(64).optional(),
  /** Most tokens of an answer. */
  maxTokens: z.int().min(1).optional(),
  /** Most tokens a reasoning model may think before it must answer. */
  thoughtTokens: z.int().min(0).optional(),
  temperature: z.number().min(0).max(2).optional(),
  systemPrompts: SystemPrompts.optional(),
  /** Threads for this model; absent until calibrated or chosen. */
  threads: z.int().min(1).max(256).optional(),
});
export type ModelSettings = z.infer<typeof ModelSettings>;

/** Where a model comes from and what its file says of itself. */
export const ModelInfo = z.object({
  /** First 16 hex digits of the content hash: the same file is the same model wherever it lies. */
  id: z.string(),
  kind: z.enum(["base", "adapter"]),
  name: z.string(),
  path: z.string(),
  /** Every file of a split model, in order; one entry for an ordinary one. */
  files: z.array(z.string()),
  sha256: z.string(),
  sizeBytes: z.number(),
  bundled: z.boolean(),
  /** False when the file is gone or was replaced since it was added. */
  present: z.boolean(),
  summary: z.string(),
  architecture: z.string(),
  /** As llama.cpp names it: Q8_0, F16, Q4_K_M … */
  quantization: z.string(),
  parameterCount: z.number(),
  /** Context the model was trained for, tokens; null for an adapter. */
  trainedContextSize: z.int().nullable(),
  /** For an adapter: what it says of itself. */
  adapter: z
    .object({ rank: z.int(), alpha: z.number(), targets: z.array(z.string()), tensorPairs: z.int() })
    .nullable(),
  /** What is in force: the user's settings over the bundled ones. */
  settings: ModelSettings,
  /** What the user set, and nothing else: what a change starts from. */
  userSettings: ModelSettings,
});
export type ModelInfo = z.infer<typeof ModelInfo>;

/** What `inspect` says of any GGUF file, before anything is loaded. */
export const InspectedFile = z.object({
  path: z.string(),
  kind: z.enum(["base", "adapter"]),
  name: z.string(),
  architecture: z.string(),
  quantization: z.string(),
  parameterCount: z.number(),
  sizeBytes: z.number(),
  tensorCount: z.int(),
  files: z.array(z.string()),
  trainedContextSize: z.int().nullable(),
  layers: z.int().nullable(),
  embeddingLength: z.int().nullable(),
  vocabularySize: z.int().nullable(),
  adapter: ModelInfo.shape.adapter,
  chatTemplate: z.enum(["present", "missing", "broken"]).nullable(),
  /** Plain metadata, long values shortened. */
  metadata: z.record(z.string(), z.string()),
  /** For an adapter checked against a base: what differs; empty when it fits. Null when no base was named. */
  differences: z.array(z.object({ what: z.string(), adapter: z.string(), base: z.string() })).nullable(),
});
export type InspectedFile = z.infer<typeof InspectedFile>;

/** The model in memory. Bytes are estimates until measured; the two never share a field. */
export const LoadedModel = z.object({
  modelId: z.string(),
  name: z.string(),
  contextSize: z.int(),
  threads: z.int(),
  /** Tokens per prefill batch, sized so that one takes well under a second. */
  prefillChunk: z.int(),
  /** Measured at calibration, tokens per second. */
  prefillTokensPerSecond: z.number(),
  decodeTokensPerSecond: z.number(),
  /** The chat template in use; a named fallback when the file has none or a broken one. */
  chatTemplate: z.object({ name: z.string(), fallback: z.boolean(), reason: z.string().nullable() }),
  reasoning: z.boolean(),
  gpu: z.string().nullable(),
  estimatedBytes: z.number(),
  loadMs: z.number(),
});
export type LoadedModel = z.infer<typeof LoadedModel>;

export const LoadProgress = z.object({
  stage: z.enum(["hashing", "checking", "loading", "calibrating"]),
  /** 0 to 1 within the stage. */
  fraction: z.number(),
});
export type LoadProgress = z.infer<typeof LoadProgress>;

export const models = {
  list: call({
    summary: "List the bases and adapters of this workspace, and which base is loaded.",
    input: z.object({}),
    output: z.object({ models: z.array(ModelInfo), loaded: LoadedModel.nullable() }),
  }),
  inspect: call({
    summary: "Read a GGUF file's metadata and check it without loading it.",
    input: z.object({ path: z.string().min(1), baseId: z.string().optional() }),
    output: InspectedFile,
  }),
  add: progressOf({
    summary: "Add a GGUF base or adapter by path; it stays where it lies and is known by its hash.",
    input: z.object({ path: z.string().min(1) }),
    progress: LoadProgress,
    output: ModelInfo,
  }),
  remove: call({
    summary: "Forget a model; its file stays where it is.",
    input: z.object({ modelId: z.string() }),
    output: z.object({ removed: z.boolean() }),
  }),
  configure: call({
    summary: "Store what the user wants for a model; an absent field falls back by precedence.",
    input: z.object({ modelId: z.string(), settings: ModelSettings }),
    output: ModelInfo,
  }),
  compatibility: call({
    summary: "Say in words whether adapters fit a base, before anything is loaded.",
    input: z.object({ baseId: z.string(), adapterId: z.string() }),
    output: z.object({ differences: z.array(z.object({ what: z.string(), adapter: z.string(), base: z.string() })) }),
  }),
  load: progressOf({
    summary: "Load a base, after checking that weights and the contexts of all arms fit in memory.",
    input: z.object({
      modelId: z.string(),
      contextSize: z.int().min(64).optional(),
      threads: z.int().min(1).optional(),
    }),
    progress: LoadProgress,
    output: LoadedModel,
  }),
  unload: call({
    summary: "Free the loaded base and its contexts.",
    input: z.object({}),
    output: z.object({ unloaded: z.boolean() }),
  }),
};
