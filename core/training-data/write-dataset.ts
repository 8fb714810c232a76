import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { DraftedPair } from "../contract/distillation.ts";
import { writeAtomically } from "../training/gguf/write-gguf.ts";

/** Write pairs as JSONL in the shapes that training reads: all of them or nothing. */
export async function writeDataset(path: string, pairs: readonly DraftedPair[]): Promise<void> {
  const lines = pairs.map((pair) => `${JSON.stringify(exampleOf(pair))}\n`);
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, [Buffer.from(lines.join(""))]);
}

/** One prompt and its answer stay readable; conversations and system prompts need messages. */
function exampleOf({ messages, answer }: DraftedPair): object {
  if (messages.length === 1) return { prompt: messages[0]!.content, completion: answer };
  return { messages: [...messages, { role: "assistant", content: answer }] };
}
