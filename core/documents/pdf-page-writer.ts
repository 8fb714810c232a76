import { cellText, looksLikeHead, needsOuterBars, tableRule } from "./markdown-table.ts";
import type { PageLines, Segment } from "./pdf-lines.ts";
import type { ReadText, TextRun } from "./read-text.ts";

type Line = Segment[];

interface Span {
  start: number;
  end: number;
}

/** Writes paragraphs one after the other and remembers where each run came to stand. */
export class PageWriter {
  readonly read: Omit<ReadText, "warnings" | "text"> = { blocks: [], headings: [], pages: [], runs: [] };
  readonly #parts: string[] = [];
  #length = 0;
  #line = 0;
  #pageStart: number | null = null;
  #lastTable: { width: number; head: Span | null; end: number } | null = null;

  beginPage(): void {
    this.#pageStart = null;
  }

  endPage({ page, width, height }: PageLines): void {
    const start = this.#pageStart ?? this.#length;
    this.read.pages.push({ page, start, end: this.#length, width, height });
  }

  writeBlock(kind: "prose" | "rows", lines: Line[], page: number): void {
    this.read.blocks.push({ kind, ...this.writeLines(kind, lines, page) });
  }

  writeLines(kind: "prose" | "rows", lines: Line[], page: number): Span {
    const start = this.#beginParagraph();
    lines.forEach((line, index) => {
      if (index > 0) this.#write(kind === "rows" ? "\n" : separatorAfter(lines[index - 1]!));
      this.#writeSegments(line, page, kind === "rows" ? " | " : " ");
    });
    return { start, end: this.#length };
  }

  /**
   * Cells row by row as a table of GitHub's Markdown. One that goes on at the top of the next page goes on under the
   * same head.
   */
  writeTable(rows: Segment[][][], page: number): void {
    const width = rows[0]!.length;
    const goesOn = this.#pageStart === null && this.#lastTable?.width === width && this.#lastTable.end === this.#length;
    const texts = rows.map((row) =>
      row.map((cell) =>
        cell
          .map(({ text }) => text)
          .join(" ")
          .trim(),
      ),
    );
    const hasHead = looksLikeHead(texts);
    const start = this.#beginParagraph();
    let head: Span | null = goesOn ? this.#lastTable!.head : null;
    rows.forEach((row, index) => {
      if (index > 0) this.#write("\n");
      this.#line += 1;
      const hasBars = needsOuterBars(texts[index]![0]!, texts[index]!.at(-1)!);
      if (hasBars) this.#write("| ");
      row.forEach((cell, column) => {
        if (column > 0) this.#write(" | ");
        this.#writeSegments(cell, page, " ", true);
      });
      if (hasBars) this.#write(" |");
      if (index > 0 || !hasHead) return;
      head = { start, end: this.#length };
      this.#write(`\n${tableRule(width)}`);
    });
    this.read.blocks.push({ kind: "rows", start, end: this.#length, ...(head !== null && { heads: [head] }) });
    this.#lastTable = { width, head, end: this.#length };
  }

  /** The text of the paragraph just written. */
  textOf(span: { start: number; end: number }): string {
    let text = "";
    for (let index = this.#parts.length - 1; index >= 0 && text.length < span.end - span.start; index -= 1) {
      text = this.#parts[index]! + text;
    }
    return text;
  }

  finish(): Omit<ReadText, "warnings"> {
    return { ...this.read, text: this.#parts.join("") };
  }

  #beginParagraph(): number {
    if (this.#length > 0) this.#write("\n\n");
    this.#pageStart ??= this.#length;
    return this.#length;
  }

  /** @param isCell  a bar in the text would be a border of cells; a row of cells is one line, however often it wraps */
  #writeSegments(segments: Segment[], page: number, between: string, isCell = false): void {
    if (!isCell) this.#line += 1;
    segments.forEach((segment, index) => {
      if (index > 0) this.#write(between);
      segment.runs.forEach((run, position) => {
        const isLast = position === segment.runs.length - 1;
        const start = this.#length;
        const text = isLast ? run.text.trimEnd() : run.text;
        this.#write(isCell ? cellText(text) : text);
        const { x, y, width, height } = run;
        const placed: TextRun = { start, end: this.#length, page, line: this.#line, x, y, width, height };
        if (placed.end > placed.start) this.read.runs.push(placed);
      });
    });
  }

  #write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }
}

/**
 * Lines of a paragraph are joined by a space; after a hyphen by nothing, and the hyphen stays.
 *
 * Whether "well-⏎known" or "infor-⏎mation" stood there, only a dictionary could tell. A soft hyphen says so itself.
 */
function separatorAfter(line: Line): string {
  const last = line.at(-1)!;
  return last.hyphenates || /\p{L}[-‐]$/u.test(last.text.trimEnd()) ? "" : " ";
}
