import type { Turn } from "../generation/build-prompt.ts";
import type { ChatMessage } from "../runtime/requests.ts";

/** What is asked: the last message of a conversation that waits for its answer. */
export const questionOf = (asked: readonly ChatMessage[]): string => asked.at(-1)!.content;

/** The turns before it. */
export function historyOf(asked: readonly ChatMessage[]): Turn[] {
  const turns = asked.slice(0, -1).filter(({ role }) => role !== "system");
  return turns.flatMap(({ role, content }, index) =>
    role === "user" ? [{ question: content, answer: turns[index + 1]?.content ?? "" }] : [],
  );
}
