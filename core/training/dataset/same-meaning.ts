import { answerOf, type Conversation, promptOf } from "./conversation.ts";

/** A text without what people vary without meaning it: case, width of letters, spacing, punctuation. Digits stay. */
export function normalise(text: string): string {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{P}\p{Cf}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  // Of ":-)" nothing would be left, and it would equal "?!".
  return plain === "" ? text.trim() : plain;
}

export const normalisedPrompt = (example: Conversation): string => normalise(promptOf(example));
export const normalisedAnswer = (example: Conversation): string => normalise(answerOf(example));
