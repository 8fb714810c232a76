import { createHash } from "node:crypto";
import { z } from "zod";

export const TrainingMessage = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
});
export type TrainingMessage = z.infer<typeof TrainingMessage>;

/** One conversation to learn from: an optional system message, then turns of user and assistant, the assistant last. */
export const Example = z.object({
  /** SHA-256 of the messages, lower-case hex: equal for exact duplicates. */
  id: z.string(),
  messages: z.array(TrainingMessage),
  /** Where it starts in its file, from 1. */
  line: z.int(),
});
export type Example = z.infer<typeof Example>;

/** How a line or row says what is prompt and what is answer. */
export const ExampleShape = z.enum(["chat", "sharegpt", "alpaca", "prompt-completion", "columns"]);
export type ExampleShape = z.infer<typeof ExampleShape>;

export const LineProblem = z.object({ line: z.int(), problem: z.string() });
export type LineProblem = z.infer<typeof LineProblem>;

export function toExample(messages: TrainingMessage[], line: number): Example {
  const content = JSON.stringify(messages.map(({ role, content }) => [role, content]));
  return { id: createHash("sha256").update(content).digest("hex"), messages, line };
}

/** Everything before the last answer, one message after another. */
export function promptOf({ messages }: Example): string {
  return messages
    .slice(0, -1)
    .map(({ content }) => content)
    .join("\n\n");
}

export const answerOf = ({ messages }: Example): string => messages.at(-1)?.content ?? "";
