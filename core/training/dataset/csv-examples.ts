import { parse, type Info } from "csv-parse";
import { pipeline, Readable } from "node:stream";
import { datasetUnusable } from "../training-failures.ts";
import { promptNames, type ReadExample, readExample } from "./read-example.ts";

export interface NumberedExample {
  line: number;
  example: ReadExample;
}

interface ParsedRow {
  record: string[];
  info: Info;
  raw: string;
}

/**
 * Examples of a CSV text: columns by their names in the first row, or, when it names none that is known, two columns of
 * prompt and answer. The separator is the one of comma, semicolon and tab that the first line has most of.
 *
 * @throws dataset_unusable  neither names nor two columns
 */
export async function* csvExamples(path: string, chunks: AsyncIterable<string>): AsyncGenerator<NumberedExample> {
  const { separator, text } = await withSeparator(withLineFeeds(chunks));
  const broken: NumberedExample[] = [];
  const rows = pipeline(
    Readable.from(text),
    parse({
      delimiter: separator,
      record_delimiter: "\n",
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      info: true,
      raw: true,
      on_skip: (error, raw = "") => {
        const isOpen = error?.code === "CSV_QUOTE_NOT_CLOSED";
        const line = Math.max(
          1,
          ((error?.["lines"] as number | undefined) ?? 1) - (isOpen ? breaksIn(raw.replace(/\n$/, "")) : 0),
        );
        const problem = isOpen
          ? "a quoted cell is never closed, and everything after it belongs to it"
          : "its quotes do not match";
        broken.push({ line, example: { problem } });
        return undefined;
      },
    }),
    () => undefined, // a failure reaches the loop below as well
  ) as AsyncIterable<ParsedRow>;

  let names: string[] | null = null;
  for await (const { record, info, raw } of rows) {
    yield* broken.splice(0);
    // The parser counts to the last line of a row; cells may hold line breaks. Its text may begin with the line end before.
    const line = info.lines - breaksIn(raw.replace(/^\n+|\n+$/g, ""));
    if (names === null) {
      names = namesOf(path, record);
      if (names !== positions) continue;
    }
    yield { line, example: fromCells(names, record) };
  }
  yield* broken;
}

/** What two columns without known names are taken for. */
const positions = ["prompt", "completion"];

function namesOf(path: string, first: string[]): string[] {
  const names = first.map((name) =>
    name
      .replace(/^\ufeff/, "")
      .trim()
      .toLowerCase(),
  );
  const known = [["instruction", "output"], ...promptNames];
  if (known.some((pair) => pair.every((name) => names.includes(name)))) return names;
  if (names.length === 2) return positions;
  throw datasetUnusable(
    path,
    `its first line names no columns prompt and completion, but ${names.slice(0, 8).join(", ") || "nothing"}`,
  );
}

function fromCells(names: string[], cells: string[]): ReadExample {
  if (cells.length !== names.length)
    return { problem: `it has ${cells.length} cells where the first line has ${names.length}` };
  return readExample(Object.fromEntries(names.map((name, column) => [name, cells[column]!])));
}

/** CR LF becomes LF, also inside of cells: the parser counts a CR LF in a cell as two lines. */
async function* withLineFeeds(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let pending = "";
  for await (const chunk of chunks) {
    const text = pending + chunk;
    pending = text.endsWith("\r") ? "\r" : "";
    yield text.slice(0, text.length - pending.length).replaceAll("\r\n", "\n");
  }
  yield pending;
}

/** Look at the first line without losing it. */
async function withSeparator(
  chunks: AsyncIterable<string>,
): Promise<{ separator: string; text: AsyncGenerator<string> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let start = "";
  while (!start.includes("\n")) {
    const next = await iterator.next();
    if (next.done) break;
    start += next.value;
  }
  const [line = ""] = start.split("\n", 1);
  const counts = [",", ";", "\t"].map((separator) => ({ separator, count: line.split(separator).length }));
  const { separator } = counts.reduce((best, next) => (next.count > best.count ? next : best));
  async function* text(): AsyncGenerator<string> {
    yield start;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { separator, text: text() };
}

const breaksIn = (text: string): number => text.split("\n").length - 1;
