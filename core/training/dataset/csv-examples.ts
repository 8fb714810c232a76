import { datasetUnusable } from "../training-failures.ts";
import { columnName, csvRows } from "./csv-rows.ts";
import { promptNames, type ReadExample, readExample } from "./read-example.ts";

export interface NumberedExample {
  line: number;
  example: ReadExample;
}

/**
 * Examples of a CSV text: columns by their names in the first row, or, when it names none that is known, two columns of
 * prompt and answer.
 *
 * @throws dataset_unusable  neither names nor two columns
 */
export async function* csvExamples(path: string, chunks: AsyncIterable<string>): AsyncGenerator<NumberedExample> {
  let names: string[] | null = null;
  for await (const row of csvRows(chunks)) {
    if ("problem" in row) {
      yield { line: row.line, example: { problem: row.problem } };
      continue;
    }
    if (names === null) {
      names = namesOf(path, row.cells);
      if (names !== positions) continue;
    }
    yield { line: row.line, example: fromCells(names, row.cells) };
  }
}

/** What two columns without known names are taken for. */
const positions = ["prompt", "completion"];

function namesOf(path: string, first: string[]): string[] {
  const names = first.map(columnName);
  const known = [["instruction", "output"], ...promptNames];
  if (known.some((pair) => pair.every((name) => names.includes(name)))) return names;
  if (names.length === 2) return positions;
  throw datasetUnusable(
    path,
    `its first line names no columns prompt and completion, but ${names.slice(0, 8).join(", ") || "nothing"}`,
  );
}

/** An example of cells under names. */
export function fromCells(names: string[], cells: string[]): ReadExample {
  if (cells.length !== names.length)
    return { problem: `it has ${cells.length} cells where the first line has ${names.length}` };
  return readExample(Object.fromEntries(names.map((name, column) => [name, cells[column]!])));
}
