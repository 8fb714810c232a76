import { type Failure, FourfoldError, isFourfoldError } from "../contract/failures.ts";
import type { Arm } from "../contract/models.ts";

export const noAdapter = (arm: Arm): Failure => ({
  code: "no_adapter",
  message: `The ${arm} arm needs a LoRA adapter, and none is chosen.`,
  action: "Choose an adapter, or drop one into the window.",
  details: { arm },
});

export const noCollection = (arm: Arm): Failure => ({
  code: "no_collection",
  message: `The ${arm} arm needs documents, and no collection with documents is chosen.`,
  action: "Drop documents into the window, or choose a collection that has some.",
  details: { arm },
});

export const adapterMismatch = (
  adapter: { name: string },
  base: { name: string },
  differences: { what: string; adapter: string; base: string }[],
): Failure => ({
  code: "adapter_mismatch",
  message: `${adapter.name} was made for another base than ${base.name}: ${differences
    .slice(0, 3)
    .map(({ what, adapter: its, base: ours }) => `${what} is ${its} in the adapter and ${ours} in the base`)
    .join("; ")}.`,
  action: "Load the base this adapter was trained on, or choose another adapter.",
  details: { adapter: adapter.name, base: base.name, differences },
});

/** A failure of one arm as data; a defect of ours is named as such and leaves the other arms alive too. */
export function failureOf(error: unknown): Failure {
  if (isFourfoldError(error)) return error.failure;
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "generation_failed",
    message: `This arm failed: ${reason}`,
    action: "Ask again; if it happens every time, report it with the log of this workspace.",
    details: { reason },
  };
}

export function collectionNotFound(idOrName: string): FourfoldError {
  return new FourfoldError({
    code: "collection_not_found",
    message: `This workspace has no collection ${idOrName}.`,
    action: "Choose one of the list, or import documents into a new one.",
    details: { collection: idOrName },
  });
}

export function comparisonNotFound(comparisonId: string): FourfoldError {
  return new FourfoldError({
    code: "comparison_not_found",
    message: `There is no stored comparison ${comparisonId}.`,
    action: "Choose one from the history.",
    details: { comparisonId },
  });
}

export function threadNotFound(threadId: string): FourfoldError {
  return new FourfoldError({
    code: "thread_not_found",
    message: `There is no thread ${threadId} to continue.`,
    action: "Ask it as a new question.",
    details: { threadId },
  });
}
