import type { Segment } from "./pdf-lines.ts";

type Line = Segment[];

/** Lines `first…last` of a page that make a table, cell by cell; a cell is the segments of its lines, often none. */
export interface PageTable {
  first: number;
  last: number;
  rows: Segment[][][];
}

const MOST_COLUMNS = 30;
/** A line belongs to the row above it when it stands this much closer than rows do. */
const WRAPPED_PITCH = 0.85;
/** Rows further apart than this, in font sizes, are two tables, or none. */
const WIDEST_PITCH = 4;

/**
 * Tables by the alignment of their cells: columns are the stretches of the page's width that segments of several lines
 * share. It is a table only where every line fits the columns; what is unclear is left as lines with gaps.
 */
export function tablesOf(lines: Line[]): PageTable[] {
  const tables: PageTable[] = [];
  for (let first = 0; first < lines.length; first += 1) {
    if (lines[first]!.length < 2) continue;
    const last = lastLineOf(lines, first);
    const table = last > first ? tableOf(lines, first, last) : null;
    if (table !== null) tables.push(table);
    first = last;
  }
  return tables;
}

/** The last line with cells that follows without anything but cells, or single lines that can be part of one. */
function lastLineOf(lines: Line[], first: number): number {
  let last = first;
  for (let index = first + 1; index < lines.length; index += 1) {
    const [line, above] = [lines[index]!, lines[index - 1]!];
    const pitch = pitchOf(above, line);
    if (pitch <= 0 || pitch > WIDEST_PITCH) break;
    if (line.length > 1) last = index;
    // At most one line of a wrapped cell at a time, or paragraphs between two tables would be taken for cells.
    else if (above.length === 1) break;
  }
  return last;
}

function tableOf(lines: Line[], first: number, last: number): PageTable | null {
  const within = lines.slice(first, last + 1);
  const columns = columnsOf(within.filter((line) => line.length > 1).flat());
  if (columns.length < 2 || columns.length > MOST_COLUMNS) return null;
  const placed = within.map((line) => placedIn(columns, line));
  if (!placed.every((cells) => cells !== null)) return null;
  const usual = usualPitch(within);
  const rows: Segment[][][] = [];
  placed.forEach((cells, index) => {
    const row = rows.at(-1);
    if (row !== undefined && isWrapped(within[index - 1]!, within[index]!, cells, usual))
      cells.forEach((cell, column) => row[column]!.push(...cell));
    else rows.push(cells);
  });
  const isFilled = rows.filter((row) => row.filter((cell) => cell.length > 0).length > 1).length > rows.length / 2;
  return rows.length > 1 && isFilled ? { first, last, rows } : null;
}

/** Stretches of width covered by segments, left to right. */
function columnsOf(segments: Segment[]): { left: number; right: number }[] {
  const columns: { left: number; right: number }[] = [];
  for (const { x, width } of segments.toSorted((a, b) => a.x - b.x)) {
    const last = columns.at(-1);
    if (last !== undefined && x < last.right) last.right = Math.max(last.right, x + width);
    else columns.push({ left: x, right: x + width });
  }
  return columns;
}

/** The cells of a line, one per column; null when two of its segments share a column or one reaches over two. */
function placedIn(columns: { left: number; right: number }[], line: Line): Segment[][] | null {
  const cells: Segment[][] = columns.map(() => []);
  for (const segment of line) {
    const touched = columns.flatMap(({ left, right }, index) =>
      segment.x < right && segment.x + segment.width > left ? [index] : [],
    );
    const column = touched[0];
    if (touched.length !== 1 || cells[column!]!.length > 0) return null;
    cells[column!]!.push(segment);
  }
  return cells;
}

/** The rest of the row above: nearer to it than rows are, or a single cell that goes on in small letters. */
function isWrapped(above: Line, line: Line, cells: Segment[][], usual: number): boolean {
  if (pitchOf(above, line) < usual * WRAPPED_PITCH && cells[0]!.length === 0) return true;
  return line.length === 1 && (pitchOf(above, line) < usual * WRAPPED_PITCH || /^\p{Ll}/u.test(line[0]!.text));
}

/** The distance of two lines in font sizes. */
const pitchOf = (above: Line, line: Line): number =>
  (line[0]!.baseline - above[0]!.baseline) / Math.max(line[0]!.fontSize, 1);

function usualPitch(lines: Line[]): number {
  const pitches = lines.slice(1).map((line, index) => pitchOf(lines[index]!, line));
  return pitches.toSorted((a, b) => a - b)[pitches.length >>> 1] ?? 1;
}
