import { looksLikeHead } from "./markdown-table.ts";

/** Cells that say they are larger than this are mistaken. */
const MOST_SPANNED = 50;
/** A row with more columns is a mistake or an attack; what follows is put into the last one. */
const MOST_COLUMNS = 1000;
/** What is longer is said once, or a small page could grow fifty-fold. */
const LONGEST_REPEATED = 200;

/** The rows of an HTML table while its tags go by. */
export class HtmlTable {
  /** Tables within tables, and ones that say so, only place things on the page: their cells are read as blocks. */
  isLayout: boolean;
  readonly #rows: string[][] = [];
  #row: string[] = [];
  /** Cells that reach down into the next rows, by column. */
  #reaching = new Map<number, { text: string; rows: number }>();
  #open: { columns: number; rows: number; isHead: boolean } = { columns: 1, rows: 1, isHead: false };
  #isHeadRow = true;
  #firstIsHead = false;

  constructor(attributes: Record<string, string>) {
    this.isLayout = attributes["role"] === "presentation";
  }

  openCell(name: string, attributes: Record<string, string>): void {
    this.#open = {
      columns: spanned(attributes["colspan"]),
      rows: spanned(attributes["rowspan"]),
      isHead: name === "th" || attributes["scope"] === "col",
    };
  }

  /** A cell that reaches over several rows says its text in each: a row is found and read apart from the others. */
  addCell(text: string): void {
    this.#addReaching();
    const { columns, rows, isHead } = this.#open;
    this.#isHeadRow &&= isHead;
    this.#open = { columns: 1, rows: 1, isHead: false };
    if (this.#row.length + columns > MOST_COLUMNS) {
      this.#row.push(`${this.#row.pop() ?? ""} ${text}`.trim());
      return;
    }
    for (let column = 0; column < columns; column += 1) {
      const shown = column === 0 ? text : "";
      const repeated = shown.length <= LONGEST_REPEATED ? shown : "";
      if (rows > 1) this.#reaching.set(this.#row.length, { text: repeated, rows: rows - 1 });
      this.#row.push(shown);
    }
  }

  endRow(): void {
    if (this.#row.length === 0) return;
    this.#addReaching();
    const row = this.#row;
    const isHead = this.#isHeadRow;
    this.#row = [];
    this.#isHeadRow = true;
    if (row.every((cell) => cell === "")) return;
    if (this.#rows.length === 0) this.#firstIsHead = isHead;
    this.#rows.push(row);
  }

  /** The rows so far, which are forgotten, and whether the first names the columns. */
  takeRows(): { rows: string[][]; hasHead: boolean } {
    const rows = this.#rows.splice(0);
    const hasHead = rows.length > 1 && (this.#firstIsHead || looksLikeHead(rows));
    this.#firstIsHead = false;
    return { rows, hasHead };
  }

  /** The cells of the row that is open, which are forgotten. */
  takeCells(): string[] {
    return this.#row.splice(0);
  }

  #addReaching(): void {
    for (let cell = this.#reaching.get(this.#row.length); cell !== undefined && this.#row.length < MOST_COLUMNS;) {
      if (cell.rows === 1) this.#reaching.delete(this.#row.length);
      else cell.rows -= 1;
      this.#row.push(cell.text);
      cell = this.#reaching.get(this.#row.length);
    }
  }
}

function spanned(attribute: string | undefined): number {
  const number = Number.parseInt(attribute ?? "1", 10);
  return number >= 1 && number <= MOST_SPANNED ? number : 1;
}
