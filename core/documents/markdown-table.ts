/** Rows are filled up to the widest as long as the table does not grow by more than this factor. */
const MOST_FILLING = 4;
/** Longer than this, the cells of a first row say something themselves. */
const LONGEST_HEAD_CELL = 60;

/** Rows of cells as a table of GitHub's Markdown, in which cells stay apart and empty ones keep their place. */
export interface MarkdownTable {
  text: string;
  /** Span of the first row in `text`, when it names the columns. */
  head: { start: number; end: number } | null;
}

/**
 * @param rows  cells of one line each; shorter rows are filled up
 * @param hasHead  the first row names the columns
 */
export function markdownTable(rows: string[][], hasHead: boolean): MarkdownTable {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const cells = rows.reduce((sum, row) => sum + row.length, 0);
  const isRagged = width * rows.length > cells * MOST_FILLING;
  const lines = rows.map((row) => rowText(isRagged ? row : filledUp(row, width)));
  if (!hasHead) return { text: lines.join("\n"), head: null };
  const rule = tableRule(isRagged ? rows[0]!.length : width);
  return { text: [lines[0], rule, ...lines.slice(1)].join("\n"), head: { start: 0, end: lines[0]!.length } };
}

/** The line below a table's head. One hyphen per column is enough, and each one is a token. */
export const tableRule = (columns: number): string => Array.from({ length: columns }, () => "-").join("|");

/** A bar within a cell would be a border. */
export const cellText = (text: string): string => text.replaceAll("|", "\\|");

/** Whether a row needs bars around it: without them an empty cell at its end would be no cell. */
export const needsOuterBars = (first: string, last: string): boolean => first === "" || last === "";

const filledUp = (row: string[], width: number): string[] =>
  Array.from({ length: width }, (_, column) => row[column] ?? "");

function rowText(row: string[]): string {
  const text = row.map(cellText).join(" | ");
  return needsOuterBars(row[0]!, row.at(-1)!) ? `| ${text} |` : text;
}

/** Whether the first of some rows names the columns: every column is named, by a few words, none by a number. */
export function looksLikeHead(rows: string[][]): boolean {
  const [first, second] = rows;
  if (first === undefined || second === undefined || first.length < 2 || second.length > first.length) return false;
  const isName = (cell: string): boolean =>
    /\p{L}/u.test(cell) && cell.length <= LONGEST_HEAD_CELL && !looksLikeValue(cell);
  return first.every(isName) && new Set(first).size === first.length;
}

/** A number, an amount, a date or a time: what stands in a table, not above it. */
export const looksLikeValue = (cell: string): boolean =>
  /^[^\p{L}]*\d[^\p{L}]*(?:\s?(?:EUR|USD|GBP|CHF|kg|g|km|m|cm|mm|l|h|min|s|MB|GB|kB|W|kW|V|A))?$/u.test(cell.trim());
