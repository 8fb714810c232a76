import { CsvError, type Options } from "csv-parse";
import { parse } from "csv-parse/sync";
import { documentDamaged } from "./document-failures.ts";
import { type ReadLimits, shortenedWarning } from "./read-limits.ts";
import type { ReadText } from "./read-text.ts";
import { RecordWriter } from "./record-writer.ts";
import { TextWriter } from "./text-writer.ts";

/** Lines looked at to find what separates cells. */
const SAMPLE_LINES = 20;
const separators = [",", ";", "\t", "|"] as const;

/** Thrown through the parser when the text is as long as it may become. */
const enough = new Error("enough");

/**
 * A table of values as records with the names of their columns, whatever separates them.
 *
 * An open quotation mark would swallow the rest of the file; such a file is read once more with marks as letters.
 */
export function readCsv(path: string, source: string, limits: ReadLimits): ReadText {
  const text = source.replace(/^sep=.\r?\n/i, "");
  const delimiter = separatorOf(text);
  try {
    return readRows(text, { delimiter, quote: '"' }, limits);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  try {
    return readRows(text, { delimiter, quote: false }, limits);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw documentDamaged(path, `its rows cannot be told apart (${error.message.slice(0, 200)})`, error);
  }
}

function readRows(text: string, dialect: Pick<Options, "delimiter" | "quote">, limits: ReadLimits): ReadText {
  const writer = new TextWriter();
  const records = new RecordWriter(writer);
  try {
    parse(text, {
      ...dialect,
      relax_column_count: true,
      relax_quotes: true,
      // Spreadsheets divide tables by empty lines, so they are rows here.
      skip_empty_lines: false,
      on_record(cells: string[]) {
        if (writer.length > limits.tableCharacters) throw enough;
        records.addRow(cells.map((value, column) => ({ column, value })));
        return null;
      },
    });
  } catch (error) {
    if (error !== enough) throw error;
    writer.warn(shortenedWarning(`the first ${records.rows.toLocaleString("en")} rows`));
  }
  records.end();
  return writer.finish();
}

/** The separator that cuts most lines into the same number of cells, two or more; quoted text does not count. */
function separatorOf(text: string): string {
  const lines = text
    .slice(0, 1 << 16)
    .replace(/"(?:[^"]|"")*"/g, "")
    .split(/\r\n?|\n/)
    .filter((line) => line.trim() !== "")
    .slice(0, SAMPLE_LINES);
  const ranked = separators.map((separator) => {
    const counts = lines.map((line) => line.split(separator).length - 1);
    const usual = counts.toSorted((a, b) => a - b)[counts.length >>> 1] ?? 0;
    const agreeing = counts.filter((count) => count === usual).length;
    return { separator, score: usual === 0 ? 0 : agreeing * 1000 + Math.min(usual, 999) };
  });
  return ranked.reduce((best, one) => (one.score > best.score ? one : best)).separator;
}
