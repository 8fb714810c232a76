import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { DatasetReport } from "../../contract/training.ts";
import { fileFailure } from "../../runtime/model-failures.ts";
import { datasetMalformed, datasetUnusable } from "../training-failures.ts";
import { type Conversation, promptNames, type ReadExample, readExample } from "./conversation.ts";
import { parseCsv } from "./csv.ts";

export interface Dataset {
  path: string;
  sha256: string;
  format: DatasetReport["format"];
  conversations: Conversation[];
  malformed: { line: number; problem: string }[];
}

/** A dataset is typed by people; what is larger is a corpus, or another file. */
const MOST_BYTES = 512 * 2 ** 20;

/**
 * Read a dataset: JSONL (or one JSON array) of chat messages, prompt and completion, Alpaca or ShareGPT; or CSV with a
 * header. Malformed examples are listed with their lines and left out.
 *
 * @throws file_missing, file_unreadable
 * @throws dataset_unusable  nothing in it can be trained on
 */
export async function readDataset(path: string): Promise<Dataset> {
  const bytes = await read(path);
  const text = decode(path, bytes);
  const isCsv = [".csv", ".tsv"].includes(extname(path).toLowerCase());
  const examples = isCsv ? readCsv(path, text) : readJson(path, text);
  const conversations: Conversation[] = [];
  const malformed: Dataset["malformed"] = [];
  const shapes = new Set<DatasetReport["format"]>();
  for (const { line, example } of examples) {
    if ("problem" in example) malformed.push({ line, problem: example.problem });
    else {
      conversations.push({ line, messages: example.messages });
      shapes.add(isCsv ? "csv" : example.shape);
    }
  }
  if (conversations.length === 0) {
    throw malformed.length === 0 ? datasetUnusable(path, "it is empty") : datasetMalformed(path, malformed, 0);
  }
  const format = shapes.size === 1 ? [...shapes][0]! : "mixed";
  return { path, sha256: createHash("sha256").update(bytes).digest("hex"), format, conversations, malformed };
}

interface NumberedExample {
  line: number;
  example: ReadExample;
}

function readJson(path: string, text: string): NumberedExample[] {
  if (text.trimStart().startsWith("[")) return readJsonArray(path, text);
  return text.split("\n").flatMap((content, index) => {
    if (content.trim() === "") return [];
    return [{ line: index + 1, example: parseLine(content) }];
  });
}

function parseLine(content: string): ReadExample {
  try {
    return readExample(JSON.parse(content));
  } catch (error) {
    return { problem: `it is not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** In an array lines mean little; an example's number stands for it. */
function readJsonArray(path: string, text: string): NumberedExample[] {
  try {
    const values: unknown = JSON.parse(text);
    return (values as unknown[]).map((value, index) => ({ line: index + 1, example: readExample(value) }));
  } catch (error) {
    throw datasetUnusable(path, `its JSON array is broken (${error instanceof Error ? error.message : String(error)})`);
  }
}

function readCsv(path: string, text: string): NumberedExample[] {
  const records = parseCsv(text);
  if (records === null) throw datasetUnusable(path, "a quoted cell is never closed");
  const [header, ...rows] = records;
  const names = (header?.cells ?? []).map((name) => name.trim().toLowerCase());
  const known = [["instruction", "output"] as const, ...promptNames];
  if (!known.some((pair) => pair.every((name) => names.includes(name)))) {
    throw datasetUnusable(path, `its first line names no columns prompt and completion, but ${names.join(", ")}`);
  }
  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length) {
      return { line, example: { problem: `it has ${cells.length} cells where the header has ${names.length}` } };
    }
    return { line, example: readExample(Object.fromEntries(names.map((name, column) => [name, cells[column]!]))) };
  });
}

async function read(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw datasetUnusable(path, `it has ${Math.round(size / 1e6)} MB`);
    return await readFile(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw datasetUnusable(path, "it is not UTF-8 text");
  }
}
