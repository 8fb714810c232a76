import { z } from "zod";

/**
 * Every failure a user can meet, by code, with the facts it carries.
 *
 * Errors cross process borders, where classes and prototypes are lost, so callers branch on
 * `code` and never on `instanceof`. Codes are public: scripts match on them.
 */
export const failureDetails = {
  // Asking the engine
  bad_request: z.object({ issues: z.array(z.object({ path: z.string(), problem: z.string() })) }),
  stopped: z.object({}),
  internal: z.object({ logId: z.string() }),
  child_crashed: z.object({ child: z.string(), exit: z.string(), restarts: z.int() }),
  child_stuck: z.object({ child: z.string(), seconds: z.number() }),
  workspace_held: z.object({ workspace: z.string(), pid: z.int(), command: z.string() }),
  workspace_unusable: z.object({ workspace: z.string(), reason: z.string() }),
  disk_full: z.object({ path: z.string() }),
  port_unavailable: z.object({ port: z.int(), reason: z.string() }),

  // Files, of whatever kind
  file_missing: z.object({ path: z.string() }),
  file_unreadable: z.object({ path: z.string(), reason: z.string() }),
  file_quarantined: z.object({ path: z.string(), crashes: z.int() }),

  // Models and adapters
  not_a_gguf: z.object({ path: z.string(), found: z.string() }),
  gguf_truncated: z.object({ path: z.string(), expectedBytes: z.number(), actualBytes: z.number() }),
  gguf_damaged: z.object({ path: z.string(), reason: z.string() }),
  gguf_part_missing: z.object({ path: z.string(), missing: z.array(z.string()) }),
  architecture_unsupported: z.object({ path: z.string(), architecture: z.string() }),
  model_is_adapter: z.object({ path: z.string() }),
  model_is_embedder: z.object({ path: z.string() }),
  adapter_is_model: z.object({ path: z.string() }),
  adapter_mismatch: z.object({
    adapter: z.string(),
    base: z.string(),
    differences: z.array(z.object({ what: z.string(), adapter: z.string(), base: z.string() })),
  }),
  model_not_found: z.object({ model: z.string() }),
  model_not_loaded: z.object({}),
  model_load_failed: z.object({ path: z.string(), reason: z.string() }),
  model_changed: z.object({ path: z.string(), expectedSha256: z.string(), actualSha256: z.string() }),
  adapter_load_failed: z.object({ path: z.string(), reason: z.string() }),
  memory_insufficient: z.object({
    neededBytes: z.number(),
    weightsBytes: z.number(),
    contextsBytes: z.number(),
    availableBytes: z.number(),
    contextSize: z.int(),
  }),
  bundle_damaged: z.object({ path: z.string(), expectedSha256: z.string(), actualSha256: z.string() }),

  // Documents
  collection_not_found: z.object({ collection: z.string() }),
  document_not_found: z.object({ documentId: z.string() }),
  import_not_found: z.object({ importId: z.string() }),
  folder_not_linked: z.object({ folder: z.string() }),
  folder_unavailable: z.object({ path: z.string(), reason: z.string(), documents: z.int() }),
  nothing_to_import: z.object({ paths: z.array(z.string()) }),
  format_unsupported: z.object({ path: z.string(), format: z.string() }),
  document_empty: z.object({ path: z.string() }),
  document_encrypted: z.object({ path: z.string() }),
  document_damaged: z.object({ path: z.string(), reason: z.string() }),
  document_binary: z.object({ path: z.string() }),
  document_too_large: z.object({ path: z.string(), bytes: z.number(), limitBytes: z.number() }),
  document_too_slow: z.object({ path: z.string(), seconds: z.number() }),
  document_changed: z.object({ path: z.string() }),
  document_scanned: z.object({ path: z.string(), pages: z.int() }),

  // Vectors and retrieval
  embedder_missing: z.object({ embedder: z.string() }),
  embedder_unsupported: z.object({ path: z.string(), reason: z.string() }),
  embedder_in_use: z.object({ embedder: z.string(), collections: z.array(z.string()) }),
  embedder_too_short: z.object({ embedder: z.string(), maxTokens: z.int(), chunkSize: z.int() }),
  reembedding_not_found: z.object({ collection: z.string() }),
  embedder_failed: z.object({ embedder: z.string(), reason: z.string() }),
  embedding_mismatch: z.object({ indexedWith: z.string(), loaded: z.string() }),
  vector_shape_mismatch: z.object({ expected: z.int(), received: z.int() }),
  reranker_unusable: z.object({ path: z.string(), reason: z.string() }),
  documents_too_long: z.object({
    promptTokens: z.int(),
    reservedTokens: z.int(),
    contextSize: z.int(),
    documents: z.int(),
  }),

  // Shared servers; `server` is host and database, never a password
  server_address_invalid: z.object({ problem: z.string() }),
  server_unreachable: z.object({ server: z.string(), reason: z.string() }),
  server_refused: z.object({ server: z.string(), user: z.string(), reason: z.string() }),
  server_lacks_pgvector: z.object({ server: z.string(), reason: z.string() }),
  server_too_slow: z.object({ server: z.string(), seconds: z.number() }),
  server_newer: z.object({ server: z.string(), schema: z.int(), known: z.int() }),
  not_on_shared_collection: z.object({ collection: z.string(), server: z.string(), wanted: z.string() }),
  collection_elsewhere: z.object({ collection: z.string(), kept: z.string(), asked: z.string() }),

  // Answering
  context_overflow: z.object({ promptTokens: z.int(), contextSize: z.int(), maxTokens: z.int() }),
  no_adapter: z.object({ arm: z.string() }),
  no_collection: z.object({ arm: z.string() }),
  comparison_not_found: z.object({ comparisonId: z.string() }),
  thread_not_found: z.object({ threadId: z.string() }),
  generation_failed: z.object({ reason: z.string() }),

  // Training
  training_unavailable: z.object({ reason: z.string() }),
  training_unsupported: z.object({ path: z.string(), architecture: z.string(), reason: z.string() }),
  training_memory_insufficient: z.object({
    neededBytes: z.number(),
    modelBytes: z.number(),
    activationBytes: z.number(),
    optimizerBytes: z.number(),
    availableBytes: z.number(),
  }),
  training_busy: z.object({ runId: z.string(), name: z.string() }),
  training_run_not_found: z.object({ runId: z.string() }),
  training_diverged: z.object({ step: z.int(), adapterPath: z.string().nullable() }),
  training_not_resumable: z.object({ path: z.string(), reason: z.string() }),
  dataset_malformed: z.object({
    path: z.string(),
    problems: z.array(z.object({ line: z.int(), problem: z.string() })),
    usable: z.int(),
  }),
  dataset_empty: z.object({ path: z.string() }),
  dataset_all_duplicates: z.object({ path: z.string(), examples: z.int() }),
  dataset_unusable: z.object({ path: z.string(), reason: z.string() }),
  prompts_unusable: z.object({ path: z.string(), problems: z.array(z.object({ line: z.int(), problem: z.string() })) }),
  distillation_busy: z.object({ draftId: z.string(), name: z.string() }),
  draft_not_found: z.object({ draftId: z.string() }),
  nothing_accepted: z.object({ draftId: z.string(), open: z.int() }),
  safetensors_damaged: z.object({ path: z.string(), reason: z.string() }),
  peft_unsupported: z.object({ path: z.string(), problems: z.array(z.string()) }),
} as const satisfies Record<string, z.ZodObject>;

export type FailureCode = keyof typeof failureDetails;
export type FailureDetails<Code extends FailureCode> = z.infer<(typeof failureDetails)[Code]>;

/** A failure as it travels: plain JSON, one member per code, so `switch (code)` narrows `details`. */
export type Failure = {
  [Code in FailureCode]: {
    code: Code;
    /** What went wrong, with the values that show it. */
    message: string;
    /** What the reader can do now, in the imperative. */
    action: string;
    details: FailureDetails<Code>;
  };
}[FailureCode];

const codes = Object.keys(failureDetails) as [FailureCode, ...FailureCode[]];

/** The wire form of a `Failure`: the details are checked against their code's own schema. */
export const Failure = z
  .object({ code: z.enum(codes), message: z.string(), action: z.string(), details: z.record(z.string(), z.unknown()) })
  .refine((failure) => failureDetails[failure.code].safeParse(failure.details).success, {
    error: "The details do not belong to this code.",
  }) as unknown as z.ZodType<Failure>;

/** Thrown inside the engine and its children; `cause` stays in the log and is never sent. */
export class FourfoldError extends Error {
  override readonly name = "FourfoldError";
  readonly failure: Failure;

  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** True for anything that carries a `Failure`, also when it was thrown in another process or copy of this module. */
export function isFourfoldError(error: unknown): error is FourfoldError {
  return error instanceof Error && "failure" in error && Failure.safeParse(error.failure).success;
}
