import { datasetUnusable } from "../training-failures.ts";
import { splitLines } from "./text-lines.ts";

/** A value and where it stands, or what is wrong with its line. */
type NumberedValue = { line: number; value: unknown } | { line: number; problem: string };

/** One JSON array must be parsed as a whole, and V8 holds no longer text. */
const MOST_ARRAY_CHARACTERS = 400_000_000;

/**
 * The values of a JSONL text, or of one JSON array.
 *
 * @throws dataset_unusable  the array is broken or too long
 */
export async function* jsonValues(path: string, chunks: AsyncGenerator<string>): AsyncGenerator<NumberedValue> {
  let start = "";
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    start += next.value;
    if (start.trim() !== "") break;
  }
  if (start.trimStart().startsWith("[")) {
    yield* arrayValues(path, start, chunks);
    return;
  }
  for await (const { line, text } of splitLines(startingWith(start, chunks))) {
    if (text === null) yield { line, problem: "it is too long to be an example" };
    else if (text.trim() !== "") yield { line, ...parseLine(text) };
  }
}

async function* startingWith(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

function parseLine(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `it is not JSON (${messageOf(error)})` };
  }
}

/** In an array lines mean little; an example's number stands for it. */
async function* arrayValues(path: string, start: string, rest: AsyncGenerator<string>): AsyncGenerator<NumberedValue> {
  const parts = [start];
  let length = start.length;
  for await (const part of rest) {
    parts.push(part);
    length += part.length;
    if (length > MOST_ARRAY_CHARACTERS) throw datasetUnusable(path, "it is one very long JSON array; save it as JSONL");
  }
  let values: unknown[];
  try {
    values = JSON.parse(parts.join("")) as unknown[];
  } catch (error) {
    throw datasetUnusable(path, `its JSON array is broken (${messageOf(error)})`);
  }
  yield* values.map((value, index) => ({ line: index + 1, value }));
}

/** What the parser says, without the line itself, which may be long and private. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/,? ?\.{0,3}"[^]*"(?:\.\.\.)? is not valid JSON$/, "")
    .slice(0, 120);
