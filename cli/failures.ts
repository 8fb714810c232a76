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
  "context_overflow",
  "no_adapter",
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
  const failure = failureFromWire(error);
  if (failure === null) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return;
  }
  if (asJson) process.stdout.write(`${JSON.stringify({ failure })}\n`);
  process.stderr.write(`${failure.message}\n${failure.action}\n`);
}
