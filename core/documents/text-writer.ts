import type { DocumentWarning } from "../contract/documents.ts";
import { markdownTable } from "./markdown-table.ts";
import { type Block, headingTitle, type ReadText } from "./read-text.ts";

interface Span {
  start: number;
  end: number;
}

/** Writes a document's text piece by piece and keeps where each one stands. What is written must be clean text. */
export class TextWriter {
  readonly #parts: string[] = [];
  readonly #read: Omit<ReadText, "text"> = { blocks: [], headings: [], pages: [], runs: [], warnings: [] };
  #length = 0;

  /** UTF-16 units written so far. */
  get length(): number {
    return this.#length;
  }

  /** A block of text after an empty line; nothing when it is only white space. */
  block(kind: Block["kind"], text: string, separator = "\n\n"): Span | null {
    const trimmed = text.replace(/^\s*\n|\s+$/g, "");
    if (trimmed === "") return null;
    const span = this.#place(trimmed, separator);
    this.#read.blocks.push({ kind, ...span });
    return span;
  }

  /** A block whose own lines, given as spans within its text, head the others. */
  headedBlock(kind: Block["kind"], text: string, heads: Span[]): Span {
    const span = this.#place(text, "\n\n");
    const moved = heads.map(({ start, end }) => ({ start: start + span.start, end: end + span.start }));
    this.#read.blocks.push({ kind, ...span, ...(moved.length > 0 && { heads: moved }) });
    return span;
  }

  heading(level: number, text: string): void {
    const title = headingTitle(text);
    if (title === "") return;
    const span = this.#place(text.replace(/\s+/g, " ").trim(), "\n\n");
    this.#read.headings.push({ level: Math.min(6, level), title, ...span });
  }

  table(rows: string[][], hasHead: boolean): void {
    const { text, head } = markdownTable(rows, hasHead);
    this.headedBlock("rows", text, head === null ? [] : [head]);
  }

  /** What another reader made of a part of this document; its headings stand `levels` deeper here. */
  append(read: ReadText, levels = 0): void {
    if (read.text.trim() === "") return;
    const { start: shift } = this.#place(read.text, "\n\n");
    const moved = <T extends Span>(span: T): T => ({ ...span, start: span.start + shift, end: span.end + shift });
    for (const block of read.blocks)
      this.#read.blocks.push({ ...moved(block), ...(block.heads && { heads: block.heads.map(moved) }) });
    for (const heading of read.headings)
      this.#read.headings.push({ ...moved(heading), level: Math.min(6, heading.level + levels) });
    this.#read.warnings.push(...read.warnings);
  }

  /** A page holds what `write` writes; sizes in points. */
  page(page: number, size: { width: number; height: number }, write: () => void): void {
    const before = this.#length;
    write();
    const start = before === 0 || before === this.#length ? before : before + 2;
    this.#read.pages.push({ page, start, end: this.#length, ...size });
  }

  warn(warning: DocumentWarning): void {
    this.#read.warnings.push(warning);
  }

  finish(): ReadText {
    return { text: this.#parts.join(""), ...this.#read };
  }

  #place(text: string, separator: string): Span {
    if (this.#length > 0) {
      this.#parts.push(separator);
      this.#length += separator.length;
    }
    const start = this.#length;
    this.#parts.push(text);
    this.#length += text.length;
    return { start, end: this.#length };
  }
}
