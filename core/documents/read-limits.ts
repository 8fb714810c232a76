import type { DocumentWarning } from "../contract/documents.ts";

/** What one file may cost before it is refused in words. */
export interface ReadLimits {
  /** From the start of the read to its end, milliseconds. */
  timeMs: number;
  /** V8 heap of the reader process, MiB; its buffers lie outside of it. */
  heapMegabytes: number;
  /** Size on disk of any file. */
  fileBytes: number;
  /** Size on disk of a plain text or HTML page, all of which is text to be split. */
  textBytes: number;
  /** Size on disk of a Markdown file; the syntax tree makes it the slowest of the text formats. */
  markdownBytes: number;
  /** All entries of an archive (DOCX, XLSX, EPUB …) together, inflated. */
  expandedBytes: number;
  /** The XML parts of a DOCX that are parsed into one tree, and the pages of a book, inflated. */
  markupBytes: number;
  /** Text made of the rows of a table; what is beyond is left out, and said. */
  tableCharacters: number;
}

const MB = 1_000_000;

/**
 * Sizes are what is read within the time on two busy cores, so that what is too large is told at once and not after a
 * minute: plain text 2.3 MB/s, HTML 1.8, Markdown 0.7.
 */
export const defaultReadLimits: ReadLimits = {
  timeMs: 60_000,
  heapMegabytes: 1024,
  fileBytes: 200 * MB,
  textBytes: 100 * MB,
  markdownBytes: 25 * MB,
  expandedBytes: 300 * MB,
  markupBytes: 40 * MB,
  tableCharacters: 15 * MB,
};

/** @param what  that was read: "the first 20,000 rows" */
export const shortenedWarning = (what: string): DocumentWarning => ({
  code: "text_shortened",
  message: `Only ${what} can be searched: the whole table is too long for one document.`,
});
