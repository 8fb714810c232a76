import type { ChatMessage } from "../../runtime/requests.ts";

/** One example: a conversation that ends with an answer, and where it stands in its file. */
export interface Conversation {
  /** From 1. */
  line: number;
  messages: ChatMessage[];
}

export type ExampleShape = "messages" | "prompt-completion" | "alpaca" | "sharegpt";

/** What one line of a dataset turned out to be. */
export type ReadExample = { messages: ChatMessage[]; shape: ExampleShape } | { problem: string };

const roles: Record<string, ChatMessage["role"]> = {
  system: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
  model: "assistant",
  bot: "assistant",
  chatgpt: "assistant",
};

/** Recognise the shapes people have: chat messages, prompt and completion, Alpaca, ShareGPT. */
export function readExample(value: unknown): ReadExample {
  if (!isRecord(value)) return { problem: "it is not a JSON object" };
  if (Array.isArray(value["messages"])) return fromTurns(value["messages"], "role", "content", "messages");
  if (Array.isArray(value["conversations"])) return fromTurns(value["conversations"], "from", "value", "sharegpt");
  if ("instruction" in value && "output" in value) return fromAlpaca(value);
  for (const [prompt, completion] of promptNames) {
    if (prompt in value && completion in value) return fromPair(value, prompt, completion);
  }
  const names = Object.keys(value).slice(0, 6).join(", ");
  return { problem: `it has neither messages, nor prompt and completion, nor instruction and output, but ${names || "nothing"}` };
}

/** Pairs of names under which question and answer go; CSV columns are looked up in the same list. */
export const promptNames: readonly (readonly [prompt: string, completion: string])[] = [
  ["prompt", "completion"],
  ["prompt", "response"],
  ["prompt", "answer"],
  ["question", "answer"],
  ["input", "output"],
];

function fromTurns(turns: unknown[], roleName: string, textName: string, shape: ExampleShape): ReadExample {
  const messages: ChatMessage[] = [];
  for (const [index, turn] of turns.entries()) {
    if (!isRecord(turn)) return { problem: `turn ${index + 1} is not an object` };
    const role = roles[String(turn[roleName] ?? turn["role"] ?? turn["from"])];
    const content = turn[textName] ?? turn["content"] ?? turn["value"];
    if (role === undefined) return { problem: `turn ${index + 1} has the unknown role ${String(turn[roleName])}` };
    if (typeof content !== "string") return { problem: `turn ${index + 1} has no text` };
    messages.push({ role, content });
  }
  return checked(messages, shape);
}

function fromAlpaca(value: Record<string, unknown>): ReadExample {
  const { instruction, input = "", output } = value;
  if (typeof instruction !== "string" || typeof output !== "string" || typeof input !== "string") {
    return { problem: "instruction, input and output must be texts" };
  }
  const question = input.trim() === "" ? instruction : `${instruction}\n\n${input}`;
  return checked([...systemOf(value), ...pair(question, output)], "alpaca");
}

function fromPair(value: Record<string, unknown>, promptName: string, completionName: string): ReadExample {
  const [prompt, completion] = [value[promptName], value[completionName]];
  if (typeof prompt !== "string" || typeof completion !== "string") {
    return { problem: `${promptName} and ${completionName} must be texts` };
  }
  return checked([...systemOf(value), ...pair(prompt, completion)], "prompt-completion");
}

function systemOf({ system }: Record<string, unknown>): ChatMessage[] {
  return typeof system === "string" && system.trim() !== "" ? [{ role: "system", content: system }] : [];
}

const pair = (prompt: string, answer: string): ChatMessage[] => [
  { role: "user", content: prompt },
  // A completion often starts with the space that stood between it and its prompt.
  { role: "assistant", content: answer.trim() },
];

function checked(messages: ChatMessage[], shape: ExampleShape): ReadExample {
  const turns = messages.filter(({ role }) => role !== "system");
  if (messages.slice(1).some(({ role }) => role === "system")) return { problem: "a system message stands after the start" };
  if (turns.length === 0) return { problem: "it has no messages" };
  for (const [index, { role }] of turns.entries()) {
    if (role !== (index % 2 === 0 ? "user" : "assistant")) return { problem: "user and assistant do not alternate" };
  }
  if (turns.length % 2 === 1) return { problem: "it does not end with an answer" };
  if (turns.some(({ role, content }) => role === "assistant" && content.trim() === "")) return { problem: "an answer is empty" };
  if (turns.some(({ role, content }) => role === "user" && content.trim() === "")) return { problem: "a prompt is empty" };
  return { messages, shape };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Everything before the last answer, as one text: what makes two examples ask the same. */
export const promptOf = ({ messages }: Conversation): string =>
  messages
    .slice(0, -1)
    .map(({ role, content }) => `${role}: ${content}`)
    .join("\n");

export const answerOf = ({ messages }: Conversation): string => messages.at(-1)!.content;
