import type { ChatMessage } from "../../runtime/requests.ts";

export type ExampleShape = "messages" | "prompt-completion" | "alpaca" | "sharegpt";

/** What one line of a dataset turned out to be. */
export type ReadExample = { messages: ChatMessage[]; shape: ExampleShape } | { problem: string };

/** Pairs of names under which question and answer go; CSV columns are looked up in the same list. */
export const promptNames: readonly (readonly [prompt: string, completion: string])[] = [
  ["prompt", "completion"],
  ["prompt", "response"],
  ["prompt", "answer"],
  ["prompt", "output"],
  ["question", "answer"],
  ["query", "response"],
  ["query", "answer"],
  ["input", "output"],
];

/** Recognise the shapes people have: chat messages, prompt and completion, Alpaca, ShareGPT. */
export function readExample(value: unknown): ReadExample {
  if (!isRecord(value)) return { problem: "it is not a JSON object" };
  if (Array.isArray(value["messages"])) return fromTurns(value["messages"], "messages", systemOf(value));
  if (Array.isArray(value["conversations"])) return fromTurns(value["conversations"], "sharegpt", systemOf(value));
  if ("instruction" in value && "output" in value) return fromAlpaca(value);
  const names = promptNames.find((pair) => pair.every((name) => name in value));
  if (names !== undefined) return fromPair(value, ...names);
  const found = Object.keys(value).slice(0, 6).join(", ");
  return {
    problem: `it has neither messages, nor prompt and completion, nor instruction and output, but ${found || "nothing"}`,
  };
}

function fromTurns(turns: unknown[], shape: ExampleShape, before: ChatMessage[] = []): ReadExample {
  const messages = [...before];
  for (const [index, turn] of turns.entries()) {
    const message = readTurn(turn);
    if (typeof message === "string") return { problem: `turn ${index + 1} ${message}` };
    // An empty system message says nothing, and templates differ in what they make of it.
    if (message.role !== "system" || message.content.trim() !== "") messages.push(message);
  }
  return checked(messages, shape);
}

const roles: Record<string, ChatMessage["role"]> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
  model: "assistant",
  bot: "assistant",
  chatgpt: "assistant",
};

/** A turn under either pair of names, OpenAI's (role, content) or ShareGPT's (from, value); else what is wrong with it. */
function readTurn(turn: unknown): ChatMessage | string {
  if (!isRecord(turn)) return "is not an object";
  const name = turn["role"] ?? turn["from"];
  const role =
    typeof name === "string" && Object.hasOwn(roles, name.toLowerCase()) ? roles[name.toLowerCase()] : undefined;
  if (role === undefined) return name === undefined ? "has no role" : `has the unknown role ${short(name)}`;
  const content = textOf(turn["content"] ?? turn["value"]);
  if (content === null) return "tool_calls" in turn ? "calls a tool, which cannot be trained" : "has no text";
  return { role, content };
}

/** A text, or the texts of OpenAI's list of parts; null where there is something else, such as an image. */
function textOf(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content) || content.length === 0) return null;
  const parts = content.map((part) => (isRecord(part) && part["type"] === "text" ? part["text"] : null));
  return parts.every((part) => typeof part === "string") ? parts.join("") : null;
}

function fromAlpaca(value: Record<string, unknown>): ReadExample {
  const { instruction, output } = value;
  const input = value["input"] ?? "";
  if (typeof instruction !== "string" || typeof output !== "string" || typeof input !== "string") {
    return { problem: "instruction, input and output must be texts" };
  }
  const earlier = earlierTurns(value["history"] ?? []);
  if (earlier === null) return { problem: "its history is not a list of pairs of texts" };
  const question = [instruction, input].filter((part) => part.trim() !== "").join("\n\n");
  return checked([...systemOf(value), ...earlier, ...pair(question, output)], "alpaca");
}

function earlierTurns(history: unknown): ChatMessage[] | null {
  if (!Array.isArray(history)) return null;
  const turns = history.map((turn: unknown) => {
    const [question, answer] = Array.isArray(turn) ? (turn as unknown[]) : [];
    return typeof question === "string" && typeof answer === "string" ? pair(question, answer) : null;
  });
  return turns.includes(null) ? null : turns.flatMap((turn) => turn ?? []);
}

function fromPair(value: Record<string, unknown>, promptName: string, completionName: string): ReadExample {
  const [prompt, completion] = [value[promptName], value[completionName]];
  // TRL's conversational form: both are lists of messages.
  if (Array.isArray(prompt) && Array.isArray(completion)) {
    return fromTurns([...(prompt as unknown[]), ...(completion as unknown[])], "prompt-completion", systemOf(value));
  }
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
  if (messages.slice(1).some(({ role }) => role === "system"))
    return { problem: "a system message stands after the start" };
  if (turns.length === 0) return { problem: "it has no messages" };
  for (const [index, { role }] of turns.entries()) {
    if (role !== (index % 2 === 0 ? "user" : "assistant")) return { problem: "user and assistant do not alternate" };
  }
  if (turns.length % 2 === 1) return { problem: "it does not end with an answer" };
  const empty = turns.find(({ content }) => content.trim() === "");
  if (empty !== undefined) return { problem: empty.role === "assistant" ? "an answer is empty" : "a prompt is empty" };
  if (messages.some(({ content }) => content.includes("\ufffd"))) {
    return { problem: "it holds characters that could not be decoded (\ufffd)" };
  }
  return { messages, shape };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const short = (value: unknown): string =>
  String(typeof value === "string" ? value : JSON.stringify(value)).slice(0, 40);
