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
  const position = hashPosition(normalisedPrompt(conversation));
  if (position < testShare) return "test";
  return position < testShare + validationShare ? "validation" : "train";
}

/** A number from 0 to below 1 that depends on nothing but a text. */
export const hashPosition = (text: string): number =>
  createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
