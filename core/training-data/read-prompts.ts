import { createHash } from "node:crypto";
import { extname } from "node:path";
import type { ChatMessage } from "../runtime/requests.ts";
import { toConversation } from "../training/dataset/conversation.ts";
import { columnName, csvRows } from "../training/dataset/csv-rows.ts";
import { readingStopped } from "../training/dataset/dataset-failures.ts";
import { jsonValues } from "../training/dataset/json-values.ts";
import { readExample } from "../training/dataset/read-example.ts";
import { readText, splitLines } from "../training/dataset/text-lines.ts";
import { promptsUnusable } from "./distillation-failures.ts";

export interface Prompt {
  line: number;
  /** Ends with a question. */
  messages: ChatMessage[];
}

export interface Prompts {
  /** Each once, in the order of the file. */
  prompts: Prompt[];
  malformed: { line: number; problem: string }[];
}

type FoundPrompt = { line: number; messages: ChatMessage[] } | { line: number; problem: string };

/** Names under which a prompt goes where it has no answer. */
const names = ["prompt", "question", "query", "instruction", "input"];

/**
 * Prompts of a file: JSONL or a JSON array of prompts, conversations or whole examples (whose answers are left out), CSV
 * with a column of prompts, or plain text with a prompt on every line.
 *
 * @throws file_missing, file_unreadable, stopped
 * @throws prompts_unusable  there is no prompt in it
 */
export async function readPrompts(path: string, signal?: AbortSignal): Promise<Prompts> {
  const chunks = decoded(path);
  const extension = extname(path).toLowerCase();
  const isJson = [".jsonl", ".json", ".ndjson"].includes(extension);
  const found = [".csv", ".tsv"].includes(extension)
    ? csvPrompts(chunks)
    : isJson
      ? jsonPrompts(path, chunks)
      : linePrompts(chunks);
  const prompts = new Map<string, Prompt>();
  const malformed: Prompts["malformed"] = [];
  for await (const prompt of found) {
    if (signal?.aborted) throw readingStopped();
    if ("problem" in prompt) malformed.push({ line: prompt.line, problem: prompt.problem });
    else {
      const { id } = toConversation(prompt.line, prompt.messages);
      if (!prompts.has(id)) prompts.set(id, prompt);
    }
  }
  if (prompts.size === 0) throw promptsUnusable(path, malformed);
  return { prompts: [...prompts.values()], malformed };
}

async function* decoded(path: string): AsyncGenerator<string> {
  for await (const { text } of readText(path, createHash("sha256"))) yield text;
}

async function* linePrompts(chunks: AsyncIterable<string>): AsyncGenerator<FoundPrompt> {
  for await (const { line, text } of splitLines(chunks)) {
    if (text === null) yield { line, problem: "it is too long to be a prompt" };
    else if (text.trim() !== "") yield { line, ...readPrompt(text) };
  }
}

async function* jsonPrompts(path: string, chunks: AsyncGenerator<string>): AsyncGenerator<FoundPrompt> {
  for await (const found of jsonValues(path, chunks)) {
    yield "problem" in found ? found : { line: found.line, ...readPrompt(found.value) };
  }
}

async function* csvPrompts(chunks: AsyncIterable<string>): AsyncGenerator<FoundPrompt> {
  let columns: string[] | null = null;
  for await (const row of csvRows(chunks)) {
    if ("problem" in row) yield row;
    else if (columns === null) {
      const header = row.cells.map(columnName);
      const isHeader = header.some((name) => names.includes(name));
      columns = isHeader ? header : ["prompt"];
      if (!isHeader) yield { line: row.line, ...readPrompt(row.cells[0]) };
    } else {
      const cells = columns.map((name, index) => [name, row.cells[index] ?? ""]);
      yield { line: row.line, ...readPrompt(Object.fromEntries(cells)) };
    }
  }
}

/** Any value that asks something: with an answer, which is dropped, or without one. */
export function readPrompt(value: unknown): { messages: ChatMessage[] } | { problem: string } {
  const whole = readExample(value);
  if ("messages" in whole) return { messages: whole.messages.slice(0, -1) };
  const completed = withAnswer(value);
  if (completed === null) {
    return { problem: `it has neither messages nor a text under ${names.slice(0, -1).join(", ")} or ${names.at(-1)}` };
  }
  const read = readExample(completed);
  return "messages" in read ? { messages: read.messages.slice(0, -1) } : { problem: read.problem };
}

/** The value as an example with some answer, so that what is a prompt is decided in one place. */
function withAnswer(value: unknown): object | null {
  const answer = "-";
  if (typeof value === "string") return { prompt: value, completion: answer };
  if (typeof value !== "object" || value === null) return null;
  const record = value as Record<string, unknown>;
  const { messages, conversations, system } = record;
  if (Array.isArray(messages))
    return { system, messages: [...(messages as unknown[]), { role: "assistant", content: answer }] };
  if (Array.isArray(conversations)) {
    return { system, conversations: [...(conversations as unknown[]), { from: "assistant", value: answer }] };
  }
  if (typeof record["instruction"] === "string") return { ...record, output: answer };
  const name = names.find((candidate) => typeof record[candidate] === "string");
  return name === undefined ? null : { system, prompt: record[name], completion: answer };
}
