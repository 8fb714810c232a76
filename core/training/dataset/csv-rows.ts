import { parse, type Info } from "csv-parse";
import { pipeline, Readable } from "node:stream";

/** A row and the line it begins in, or what is wrong there. */
type CsvRow = { line: number; cells: string[] } | { line: number; problem: string };

interface ParsedRow {
  record: string[];
  info: Info;
  raw: string;
}

/**
 * The rows of a CSV text. The separator is the one of comma, semicolon and tab that the first line has most of.
 */
export async function* csvRows(chunks: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const { separator, text } = await withSeparator(withLineFeeds(chunks));
  const broken: CsvRow[] = [];
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
        broken.push({ line, problem });
        return undefined;
      },
    }),
    () => undefined, // a failure reaches the loop below as well
  ) as AsyncIterable<ParsedRow>;

  for await (const { record, info, raw } of rows) {
    yield* broken.splice(0);
    // The parser counts to the last line of a row; cells may hold line breaks. Its text may begin with the line end before.
    const line = info.lines - breaksIn(raw.replace(/^\n+|\n+$/g, ""));
    yield { line, cells: record };
  }
  yield* broken;
}

/** A column's name as it is compared: without a byte order mark, spaces or capitals. */
export const columnName = (cell: string): string =>
  cell
    .replace(/^\ufeff/, "")
    .trim()
    .toLowerCase();

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
