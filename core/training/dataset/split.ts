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

/**
 * Split examples by the hash of their prompts: the same prompt is never on two sides, and more data moves none of the old.
 * Shares are met on average; a small dataset may miss them.
 *
 * @param shares  of the whole, each 0 to 1, together below 1
 */
export function splitDataset(
  examples: readonly Conversation[],
  { validation, test }: { validation: number; test: number },
): Record<DatasetSplit, Conversation[]> {
  if (!(validation >= 0 && test >= 0 && validation + test < 1))
    throw new RangeError("Shares must leave something to train on.");
  const splits: Record<DatasetSplit, Conversation[]> = { train: [], validation: [], test: [] };
  const shares = { validationShare: validation, testShare: test };
  for (const example of examples) splits[splitOf(example, shares)].push(example);
  return splits;
}
