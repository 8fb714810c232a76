/** Abbreviations and list numbers whose full stop ends no sentence, as the pocket model's training data had it. */
export const SENTENCE_END = /(?<!\b(?:Dr|Mr|Ms))(?<![ap]\.m)(?<!^\d{1,2})([.!?])(?= [A-Z"]|$)/gu;

/** A line shorter than this is a heading or a table cell of its own, not a line that was wrapped. */
const WRAPPED_LINE_LENGTH = 40;

/** A list item, a heading, a table row or a line with a key of its own never continues the line before. */
const OWN_LINE = /^(?:[-*•|#]|\d+[.)] |[^.:]{1,40}: )| \| /u;

/** Columns that a plain text aligns by spaces: such a line is a row, and continues no other. */
const COLUMN_GAP = /[^\s.!?:;,|] {2,}[^\s|]/u;

/** A row up to where its second column begins; what hangs under the row stands there or further in. */
const FIRST_COLUMN = /^\s*\S.*?(?: {2,}\|? *| ?\| ?)(?=[^\s|])/u;

/** Of a list's item or a heading. */
const LINE_MARK = /^(?:[-*•]|#+|\d{1,2}[.)])\s+/u;

/**
 * Join the lines a PDF or an e-mail wrapped: a number in the middle of a sentence is unknown to the model. An empty line
 * ends a paragraph, also one without a full stop, such as a long heading; a row is continued by what hangs under it.
 */
export function unwrap(text: string): string[] {
  const lines: string[] = [];
  let parted = true;
  let secondColumn = 0;
  for (const raw of text.split("\n")) {
    const line = raw.trim().replaceAll(/[ \t]+/gu, " ");
    const isRow = COLUMN_GAP.test(raw.trim().replaceAll("\t", "  "));
    if (line === "") {
      parted = true;
      continue;
    }
    const before = lines.at(-1);
    const indented = raw.length - raw.trimStart().length;
    const continues =
      before !== undefined &&
      !parted &&
      before.length >= WRAPPED_LINE_LENGTH &&
      !/[.!?:;|]$/.test(before) &&
      (secondColumn === 0 || indented >= secondColumn) &&
      !isRow &&
      !OWN_LINE.test(line);
    if (continues) lines[lines.length - 1] = `${before} ${line}`;
    else {
      lines.push(line);
      secondColumn = isRow || line.includes(" | ") ? (FIRST_COLUMN.exec(raw)?.[0].length ?? Infinity) : 0;
    }
    parted = false;
  }
  return lines;
}

/** Sentences, headings, list items and table rows without the marks of lists; a line of nothing but marks is left out. */
export function linesOf(text: string): string[] {
  return unwrap(text)
    .flatMap((line) => line.replace(LINE_MARK, "").replaceAll(SENTENCE_END, "$1\n").split("\n"))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
