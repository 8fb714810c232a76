import { cleanText } from "./clean-text.ts";
import { HtmlTable } from "./html-table.ts";
import { type Block, headingTitle, type ReadText } from "./read-text.ts";
import { TextWriter } from "./text-writer.ts";

const blockElements = new Set(
  (
    "address article blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup " +
    "html hr li main menu nav ol p section summary ul"
  ).split(" "),
);

/**
 * Collects the text of a page from its tags, in the order a browser shows it.
 *
 * Inline text gathers until its block ends; then it is cleaned and added, and its final position is known.
 */
export class HtmlText {
  readonly #writer = new TextWriter();
  readonly #tables: HtmlTable[] = [];
  #hasTitle = false;
  /** Per open list the number of the next item; null where items have dots. */
  readonly #lists: (number | null)[] = [];
  #inline: string[] = [];
  #mark = "";
  /** The block before was an item of a list, which the next one follows without an empty line. */
  #afterItem = false;
  #preformattedDepth = 0;
  #headingLevel: number | null = null;

  open(name: string, attributes: Record<string, string>): void {
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (name === "br") this.#inline.push(this.#cellOfTable() === null ? "\n" : " ");
    else if (name === "table") this.#openTable(attributes);
    else if (name === "caption") this.#inline = [];
    else if (name === "td" || name === "th") this.#openCell(name, attributes);
    else if (name === "tr") this.#endRow();
    else if (name === "pre") {
      this.#endBlock();
      this.#preformattedDepth += 1;
    } else if (level !== undefined) {
      this.#endBlock();
      if (this.#cellOfTable() === null) this.#headingLevel = Number(level);
    } else if (blockElements.has(name)) {
      this.#endBlock();
      if (name === "ol" || name === "ul")
        this.#lists.push(name === "ol" ? Number.parseInt(attributes["start"] ?? "1", 10) || 1 : null);
      if (name === "li") this.#mark = this.#nextMark();
    }
  }

  addText(text: string): void {
    this.#inline.push(this.#preformattedDepth > 0 ? text : text.replace(/[ \t\n\r\f]+/g, " "));
  }

  close(name: string): void {
    if (name === "table") this.#closeTable();
    else if (name === "caption") this.#writer.block("prose", this.#takeInline().trim());
    else if (name === "td" || name === "th") this.#closeCell();
    else if (name === "tr") this.#endRow();
    else if (name === "pre") {
      this.#endBlock();
      this.#preformattedDepth = Math.max(0, this.#preformattedDepth - 1);
    } else if (/^h[1-6]$/.test(name)) {
      this.#endBlock();
      this.#headingLevel = null;
    } else if (blockElements.has(name)) {
      this.#endBlock();
      if (name === "ol" || name === "ul") this.#lists.pop();
      if (name === "li") this.#mark = "";
    }
  }

  /** The whole text; `pageTitle` becomes its first heading when it has none of the first level. */
  finish(pageTitle: string): ReadText {
    while (this.#tables.length > 0) this.#closeTable();
    this.#endBlock();
    const title = headingTitle(cleanText(pageTitle));
    const body = this.#writer.finish();
    if (title === "" || body.text === "" || this.#hasTitle) return body;
    const titled = new TextWriter();
    titled.heading(1, title);
    titled.append(body);
    return titled.finish();
  }

  #openTable(attributes: Record<string, string>): void {
    const outer = this.#tables.at(-1);
    if (outer !== undefined && !outer.isLayout) {
      outer.isLayout = true;
      this.#writeRows(outer);
      for (const cell of outer.takeCells()) this.#writer.block("prose", cell);
    }
    this.#endBlock();
    this.#tables.push(new HtmlTable(attributes));
  }

  #closeTable(): void {
    this.#closeCell();
    this.#endRow();
    const table = this.#tables.pop();
    if (table !== undefined) this.#writeRows(table);
  }

  #openCell(name: string, attributes: Record<string, string>): void {
    // Text directly in a row is misplaced; it belongs before the cell.
    if (this.#inline.length > 0) this.#closeCell();
    this.#cellOfTable()?.openCell(name, attributes);
  }

  #closeCell(): void {
    const table = this.#cellOfTable();
    if (table === null) return this.#endBlock();
    table.addCell(this.#takeInline().replace(/\s+/g, " ").trim());
  }

  #endRow(): void {
    const table = this.#cellOfTable();
    if (table === null) return this.#endBlock();
    if (this.#inline.some((text) => text.trim() !== "")) this.#closeCell();
    this.#inline = [];
    table.endRow();
  }

  #writeRows(table: HtmlTable): void {
    const { rows, hasHead } = table.takeRows();
    if (rows.length === 0) return;
    this.#afterItem = false;
    // One column is no table but a list that was put into one.
    if (rows.every((row) => row.length === 1)) for (const [cell] of rows) this.#writer.block("prose", cell!);
    else this.#writer.table(rows, hasHead);
  }

  /** The innermost table, when its cells are read row by row. */
  #cellOfTable(): HtmlTable | null {
    const table = this.#tables.at(-1);
    return table === undefined || table.isLayout ? null : table;
  }

  #nextMark(): string {
    const last = this.#lists.length - 1;
    const number = this.#lists[last];
    if (typeof number !== "number") return "- ";
    this.#lists[last] = number + 1;
    return `${number}. `;
  }

  /** A block inside a cell is part of its row. */
  #endBlock(): void {
    if (this.#cellOfTable() !== null) {
      if (this.#inline.length > 0) this.#inline.push(" ");
      return;
    }
    if (this.#inline.length === 0) return;
    const isCode = this.#preformattedDepth > 0;
    const inline = this.#takeInline();
    const text = isCode
      ? inline.replace(/^\n+|\s+$/g, "")
      : inline
          .replace(/ *\n */g, "\n")
          .replace(/ {2,}/g, " ")
          .trim();
    if (text === "") return;
    const mark = this.#mark;
    this.#mark = "";
    const isItem = mark !== "";
    this.#add(mark + text, isCode ? "rows" : "prose", isItem && this.#afterItem ? "\n" : "\n\n");
    this.#afterItem = isItem;
  }

  #takeInline(): string {
    const text = cleanText(this.#inline.join(""));
    this.#inline = [];
    return text;
  }

  #add(text: string, kind: Block["kind"], separator: string): void {
    if (this.#headingLevel === null) this.#writer.block(kind, text, separator);
    else {
      this.#hasTitle ||= this.#headingLevel === 1;
      this.#writer.heading(this.#headingLevel, text);
    }
  }
}
