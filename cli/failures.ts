import type { Failure, FailureCode } from "../core/contract/failures.ts";
import { failureFromWire } from "../core/serve/wire-failures.ts";

export const EXIT = { done: 0, failure: 1, badUsage: 2 } as const;

/** Failures that the caller's own words or files cause: exit code 2, so that scripts can tell them from ours. */
const badInput: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "bad_request",
  "file_missing",
  "file_unreadable",
  "not_a_gguf",
  "gguf_truncated",
  "gguf_damaged",
  "gguf_part_missing",
  "architecture_unsupported",
  "model_is_adapter",
  "adapter_is_model",
  "adapter_mismatch",
  "model_not_found",
  "collection_not_found",
  "nothing_to_import",
  "format_unsupported",
  "document_empty",
  "document_encrypted",
  "document_damaged",
  "document_binary",
  "document_too_large",
  "document_scanned",
  "context_overflow",
  "documents_too_long",
  "document_not_found",
  "reranker_unusable",
  "no_adapter",
  "dataset_malformed",
  "dataset_empty",
  "dataset_all_duplicates",
  "dataset_unusable",
  "peft_unsupported",
  "safetensors_damaged",
  "training_unsupported",
  "no_collection",
]);

export function exitCodeOf(error: unknown): number {
  const failure = failureFromWire(error);
  return failure !== null && badInput.has(failure.code) ? EXIT.badUsage : EXIT.failure;
}

export const exitCodeOfFailure = (failure: Failure): number =>
  badInput.has(failure.code) ? EXIT.badUsage : EXIT.failure;

/** Message, then action, on the error stream; as JSON it also goes to the output, so that a script gets one object. */
export function showFailure(error: unknown, asJson: boolean): void {
  const failure = failureFromWire(error) ?? defect(error);
  if (asJson) process.stdout.write(`${JSON.stringify({ failure })}\n`);
  process.stderr.write(`${failure.message}\n${failure.action}\n`);
}

/** What no part of Fourfold foresaw, outside of the engine and its log: here the stack is for who reports it. */
function defect(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${stack}\n`);
  return {
    code: "internal",
    message: `Something went wrong inside Fourfold: ${message}`,
    action: "Try again; if it happens every time, report it with the lines above.",
    details: { logId: "terminal" },
  };
}

/** A line that commander could not make sense of; it has said so on the error stream already. */
export const badUsage = (problem: string): Failure => ({
  code: "bad_request",
  message: problem,
  action: "fourfold --help lists the commands.",
  details: { issues: [{ path: "", problem }] },
});
