import type { DocumentText, DocumentWarning } from "../contract/documents.ts";

/** A stretch of text that belongs together; half-open UTF-16 offsets into the text. */
export interface Block {
  /** Prose is cut between sentences, rows (tables, code) between lines, a record only when it alone is too long. */
  kind: "prose" | "rows" | "record";
  start: number;
  end: number;
  /**
   * Lines without which the block's own say little, outermost first: a table's head, the function code lies in.
   * They stand before the block or at its beginning; a chunk that begins after one carries it as context.
   */
  heads?: { start: number; end: number }[];
}

/** A piece of text a PDF draws in one go, and where. */
export interface TextRun {
  start: number;
  end: number;
  page: number;
  /** Runs of one line share it; ascending in reading order. */
  line: number;
  /** Points, origin at the top left of the page. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * What a reader makes of a file: text, clean and final, and positions in it.
 *
 * Blocks and headings do not overlap and ascend; what lies in neither is white space or markup
 * (a Markdown rule, a comment) that no chunk needs to hold.
 */
export interface ReadText {
  text: string;
  blocks: Block[];
  headings: DocumentText["headings"];
  pages: DocumentText["pages"];
  runs: TextRun[];
  warnings: DocumentWarning[];
}

/** Titles are for paths and lists; what a page calls a heading can be a whole novel. */
const MAX_TITLE_LENGTH = 200;

export function headingTitle(text: string): string {
  const title = text.replace(/\s+/g, " ").trim();
  return title.length <= MAX_TITLE_LENGTH
    ? title
    : `${title
        .slice(0, MAX_TITLE_LENGTH - 1)
        .trimEnd()
        .toWellFormed()}…`;
}
