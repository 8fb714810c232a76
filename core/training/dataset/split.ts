import { createHash } from "node:crypto";
import type { DatasetSplit } from "../../contract/training.ts";
import type { Conversation } from "./conversation.ts";
import { normalisedPrompt } from "./same-meaning.ts";

export interface SplitShares {
  validationShare: number;
  testShare: number;
}

/**
 * Which split an example belongs to: decided by its prompt alone, so it stays there whatever else the dataset holds.
 * Prompts that differ in case, spacing or punctuation only are one prompt.
 */
export function splitOf(conversation: Conversation, { validationShare, testShare }: SplitShares): DatasetSplit {
  const position = createHash("sha256").update(normalisedPrompt(conversation)).digest().readUInt32BE(0) / 2 ** 32;
  if (position < testShare) return "test";
  return position < testShare + validationShare ? "validation" : "train";
}
