import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { DatasetReport } from "../../contract/training.ts";
import { fileFailure } from "../../runtime/model-failures.ts";
import { datasetMalformed, datasetUnusable } from "../training-failures.ts";
import { type Conversation, toConversation } from "./conversation.ts";
import { csvExamples, type NumberedExample } from "./csv-examples.ts";
import { datasetEmpty, readingStopped } from "./dataset-failures.ts";
import { jsonValues } from "./json-values.ts";
import { type ExampleShape, readExample } from "./read-example.ts";
import { readText } from "./text-lines.ts";

export interface Dataset {
  path: string;
  sha256: string;
  /** "mixed" when its lines have several shapes; `shapes` counts them. */
  format: DatasetReport["format"];
  /** As its bytes show, a lower-case WHATWG name. */
  encoding: string;
  shapes: Partial<Record<ExampleShape, number>>;
  examples: Conversation[];
  /** Left out of `examples`; every one is listed. */
  malformed: { line: number; problem: string }[];
}

export interface ReadOptions {
  signal?: AbortSignal | undefined;
}

/** A dataset is typed by people; what is larger is a corpus, or another file. */
const MOST_BYTES = 2 * 2 ** 30;
/** A file whose first lines are all malformed is another kind of file. */
const MOST_MALFORMED_AT_START = 1000;

/**
 * Read a dataset in a stream: JSONL (or one JSON array) of chat messages, prompt and completion, Alpaca or ShareGPT; or
 * CSV. UTF-8 and UTF-16 with and without a mark, and legacy encodings. The shape is recognised line by line; malformed
 * examples are listed with their lines and left out.
 *
 * @throws file_missing, file_unreadable, stopped
 * @throws dataset_empty      there is nothing in it
 * @throws dataset_malformed  nothing in it is an example
 * @throws dataset_unusable   its encoding, size or columns leave nothing to read
 */
export async function readDataset(path: string, { signal }: ReadOptions = {}): Promise<Dataset> {
  await checkSize(path);
  const hash = createHash("sha256");
  const isCsv = [".csv", ".tsv"].includes(extname(path).toLowerCase());
  const found = { encoding: "utf-8" };
  const text = watched(path, hash, found);
  const dataset = {
    examples: [] as Conversation[],
    malformed: [] as Dataset["malformed"],
    shapes: {} as Dataset["shapes"],
  };
  for await (const { line, example } of isCsv ? csvExamples(path, text) : jsonExamples(path, text)) {
    if (signal?.aborted) throw readingStopped();
    if ("problem" in example) dataset.malformed.push({ line, problem: example.problem });
    else {
      dataset.examples.push(toConversation(line, example.messages));
      dataset.shapes[example.shape] = (dataset.shapes[example.shape] ?? 0) + 1;
    }
    if (dataset.examples.length === 0 && dataset.malformed.length >= MOST_MALFORMED_AT_START) break;
  }
  if (dataset.examples.length === 0) {
    throw dataset.malformed.length === 0 ? datasetEmpty(path) : datasetMalformed(path, dataset.malformed, 0);
  }
  const shapes = Object.keys(dataset.shapes) as ExampleShape[];
  const format = isCsv ? "csv" : shapes.length === 1 ? shapes[0]! : "mixed";
  return { path, sha256: hash.digest("hex"), format, ...found, ...dataset };
}

async function* jsonExamples(path: string, text: AsyncGenerator<string>): AsyncGenerator<NumberedExample> {
  for await (const found of jsonValues(path, text)) {
    yield { line: found.line, example: "problem" in found ? { problem: found.problem } : readExample(found.value) };
  }
}

async function* watched(
  path: string,
  hash: ReturnType<typeof createHash>,
  found: { encoding: string },
): AsyncGenerator<string> {
  for await (const { text, encoding } of readText(path, hash)) {
    found.encoding = encoding;
    yield text;
  }
}

async function checkSize(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure(path, error);
  });
  if (found.size > MOST_BYTES)
    throw datasetUnusable(path, `it has ${Math.round(found.size / 1e6).toLocaleString("en")} MB`);
}
