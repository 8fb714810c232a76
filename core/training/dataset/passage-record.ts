import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { PassagesReport } from "../../contract/training.ts";
import type { ChatMessage } from "../../runtime/requests.ts";
import { notResumable } from "../training-failures.ts";
import { type Conversation } from "./conversation.ts";
import type { SplitExample } from "./examine.ts";

/** A passage as it stood in an example's prompt. */
interface RecordedPassage {
  n: number;
  chunkId: number;
  documentId: string;
  document: string;
  start: number;
  end: number;
}

/**
 * What retrieval made of a dataset's examples: kept with a run, so that resuming it, or repeating it, retrieves nothing anew
 * from documents that may have changed.
 */
export interface PassageRecord {
  datasetSha256: string;
  report: Omit<PassagesReport, "sha256">;
  /** Those that differ from the dataset's own. */
  examples: RecordedExample[];
}

export interface RecordedExample {
  /** Of the dataset's example. */
  id: Conversation["id"];
  line: number;
  /** As the combined arm lays them out, with the answer last. */
  messages: ChatMessage[];
  /** Empty where only marks were removed. */
  passages: RecordedPassage[];
}

/** @throws training_not_resumable  it is gone, damaged, or of another dataset */
export async function readPassageRecord(
  path: string,
  datasetSha256: string,
): Promise<PassageRecord & { report: PassagesReport }> {
  try {
    const bytes = await readFile(path);
    const record = JSON.parse(bytes.toString("utf8")) as PassageRecord;
    if (record.datasetSha256 !== datasetSha256)
      throw new Error("the dataset changed since passages were retrieved for it");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { ...record, report: { ...record.report, sha256 } };
  } catch (error) {
    throw notResumable(path, error instanceof Error ? error.message : String(error));
  }
}

/** The examples, with passages in the prompts that the record has them for; every one stays in its split. */
export function withPassages(examples: readonly SplitExample[], record: PassageRecord): SplitExample[] {
  const recorded = new Map(record.examples.map(({ id, messages }) => [id, messages]));
  return examples.map(({ conversation, split }) => {
    const messages = recorded.get(conversation.id) ?? conversation.messages;
    return { conversation: { ...conversation, messages }, split };
  });
}
