import { createHash } from "node:crypto";
import type { ChatMessage } from "../../runtime/requests.ts";

/** One example: a conversation that ends with an answer, and where it stands in its file. */
export interface Conversation {
  /** SHA-256 of its messages, lower-case hex: equal for exact duplicates. */
  id: string;
  /** Where it starts, from 1; in a JSON array its number. */
  line: number;
  messages: ChatMessage[];
}

export function toConversation(line: number, messages: ChatMessage[]): Conversation {
  const content = JSON.stringify(messages.map((message) => [message.role, message.content]));
  return { id: createHash("sha256").update(content).digest("hex"), line, messages };
}

/** Everything before the last answer, as one text: what makes two examples ask the same. */
export const promptOf = ({ messages }: Pick<Conversation, "messages">): string =>
  messages
    .slice(0, -1)
    .map(({ role, content }) => `${role}: ${content}`)
    .join("\n");

export const answerOf = ({ messages }: Pick<Conversation, "messages">): string => messages.at(-1)!.content;
