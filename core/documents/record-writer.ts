import { cleanText } from "./clean-text.ts";
import { looksLikeHead, looksLikeValue } from "./markdown-table.ts";
import type { TextWriter } from "./text-writer.ts";

/** A filled cell. Empty ones are not kept: a sheet may have sixteen thousand columns and three words. */
export interface Cell {
  column: number;
  value: string;
}

/** Longer column names are shortened: each record repeats them. */
const LONGEST_NAME = 80;

/**
 * Writes the rows of a table as records, each field with the name of its column: `Price: 545`.
 *
 * Apart from its table a row of bare values can neither be found nor understood, least of all by a small embedder.
 * Rows under no recognisable head are kept as they are, cell by cell. Rows arrive one by one; two are held back.
 */
export class RecordWriter {
  readonly #writer: TextWriter;
  /** Rows since the last empty one, as long as it is open whether the first is a head. */
  #waiting: Cell[][] = [];
  #names: Map<number, string> | null = null;
  #isDecided = false;
  #bare: string[] = [];
  /** Rows under a head, and rows without. */
  rows = 0;

  constructor(writer: TextWriter) {
    this.#writer = writer;
  }

  addRow(cells: Cell[]): void {
    const filled = cells
      .map(({ column, value }) => ({ column, value: cleanText(value).replace(/\s+/g, " ").trim() }))
      .filter(({ value }) => value !== "");
    if (filled.length === 0) return this.#endRegion();
    this.rows += 1;
    if (this.#isDecided) return this.#write(filled);
    this.#waiting.push(filled);
    if (this.#waiting.length === 2) this.#decide();
  }

  end(): void {
    this.#endRegion();
  }

  /** A table may stand below a title and a note, so a single cell before it decides nothing. */
  #decide(): void {
    const [first, second] = this.#waiting as [Cell[], Cell[]];
    if (first.length === 1 && second.length > 1) {
      this.#writer.block("prose", first[0]!.value);
      this.#waiting = [second];
      return;
    }
    const columns = [...new Set([...first, ...second].map(({ column }) => column))].toSorted((a, b) => a - b);
    const isHead = looksLikeHead([first.map(({ value }) => value), second.map(({ value }) => value)]);
    // Below a head, names alone are a new head only where values follow; else they are one more row.
    const hasValues = second.some(({ value }) => looksLikeValue(value));
    this.#isDecided = true;
    this.#waiting = [];
    if (isHead && columns.length === first.length && (this.#names === null || hasValues)) {
      this.#names = new Map(first.map(({ column, value }) => [column, value.slice(0, LONGEST_NAME).toWellFormed()]));
    } else this.#write(first);
    this.#write(second);
  }

  #endRegion(): void {
    for (const row of this.#waiting.splice(0)) this.#write(row);
    this.#writeBare();
    this.#isDecided = false;
  }

  #write(cells: Cell[]): void {
    const names = this.#names;
    if (names === null) {
      this.#bare.push(cells.map(({ value }) => value).join(" | "));
      if (this.#bare.length >= 100) this.#writeBare();
      return;
    }
    const lines = cells.map(({ column, value }) => {
      const name = names.get(column);
      return name === undefined ? value : `${name}: ${value}`;
    });
    // The first field names the record; a piece of a long one carries it as context.
    this.#writer.headedBlock("record", lines.join("\n"), [{ start: 0, end: lines[0]!.length }]);
  }

  #writeBare(): void {
    if (this.#bare.length > 0) this.#writer.block("rows", this.#bare.splice(0).join("\n"));
  }
}
