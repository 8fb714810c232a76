import type { Segment } from "./pdf-lines.ts";

/** A gutter between columns is at least this wide, in points. */
const NARROWEST_GUTTER = 8;
/** Fewer pieces than this are no columns. */
const FEWEST_SEGMENTS = 8;
/** Of all pieces of a page, headings and figures across the gutter may be this share. */
const CROSSING_SHARE = 0.15;
/** Columns of text hold lines; columns of a table hold words. Median characters. */
const SHORTEST_TEXT_LINE = 20;
/** Three columns need two cuts; deeper nesting is no page. */
const DEEPEST_NESTING = 3;

/**
 * Lines from top to bottom, columns from left to right.
 *
 * Pieces side by side are one line (a row of a table), unless the page is set in columns: then an empty gutter runs
 * down it, with full lines of text on both sides. What crosses the gutter, such as a title, divides the
 * columns above it from those below.
 */
export function inReadingOrder(segments: Segment[], depth = 0): Segment[][] {
  const gutter = depth < DEEPEST_NESTING ? findGutter(segments) : null;
  if (gutter === null) return rowsOf(segments);

  const lines: Segment[][] = [];
  let [left, right]: [Segment[], Segment[]] = [[], []];
  const endBand = (): void => {
    for (const column of [left, right]) for (const line of inReadingOrder(column, depth + 1)) lines.push(line);
    [left, right] = [[], []];
  };
  for (const segment of segments.toSorted((a, b) => a.baseline - b.baseline)) {
    if (segment.x + segment.width <= gutter) left.push(segment);
    else if (segment.x >= gutter) right.push(segment);
    else {
      endBand();
      lines.push([segment]);
    }
  }
  endBand();
  return lines;
}

function rowsOf(segments: Segment[]): Segment[][] {
  const rows: Segment[][] = [];
  for (const segment of segments.toSorted((a, b) => a.baseline - b.baseline)) {
    const row = rows.at(-1);
    const first = row?.[0];
    const isSameRow =
      first !== undefined &&
      segment.baseline - first.baseline < Math.min(first.fontSize, segment.fontSize) * 0.5 &&
      !row!.some((other) => overlap(other, segment));
    if (isSameRow) row!.push(segment);
    else rows.push([segment]);
  }
  return rows.map((row) => row.toSorted((a, b) => a.x - b.x));
}

/** Text drawn over other text is a line of its own. */
function overlap(a: Segment, b: Segment): boolean {
  const shared = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  return shared > Math.min(a.width, b.width) * 0.5;
}

/** The x of the middle of the widest gutter, or null. */
function findGutter(segments: Segment[]): number | null {
  if (segments.length < FEWEST_SEGMENTS) return null;
  const left = Math.floor(Math.min(...extremes(segments, (segment) => segment.x)));
  const right = Math.ceil(Math.max(...extremes(segments, (segment) => segment.x + segment.width)));
  const width = right - left;
  // A page is at most 14,400 points wide (PDF 32000-1, annex C); anything beyond is a mistake in the file.
  if (width <= 0 || width > 20_000) return null;
  const covered = coverageOf(segments, left, width);
  const few = Math.max(1, segments.length * CROSSING_SHARE);

  let best = { start: 0, end: 0 };
  for (let start = 0; start < width; start += 1) {
    if (covered[start]! > few) continue;
    let end = start;
    while (end < width && covered[end]! <= few) end += 1;
    if (start > width * 0.15 && end < width * 0.85 && end - start > best.end - best.start) best = { start, end };
    start = end;
  }
  if (best.end - best.start < NARROWEST_GUTTER) return null;
  const gutter = left + (best.start + best.end) / 2;
  const sides = [
    segments.filter((segment) => segment.x + segment.width <= gutter),
    segments.filter((segment) => segment.x >= gutter),
  ];
  return sides.every(isColumnOfText) ? gutter : null;
}

/** Per point of width, how many segments lie over it. */
function coverageOf(segments: Segment[], left: number, width: number): Int32Array {
  const changes = new Int32Array(width + 2);
  for (const segment of segments) {
    changes[Math.max(0, Math.floor(segment.x - left))]! += 1;
    changes[Math.min(width + 1, Math.ceil(segment.x + segment.width - left))]! -= 1;
  }
  for (let index = 1; index < changes.length; index += 1) changes[index]! += changes[index - 1]!;
  return changes;
}

function isColumnOfText(segments: Segment[]): boolean {
  const lengths = segments.map((segment) => segment.text.length).toSorted((a, b) => a - b);
  return segments.length >= FEWEST_SEGMENTS / 2 - 1 && (lengths[lengths.length >>> 1] ?? 0) >= SHORTEST_TEXT_LINE;
}

/** Smallest and largest value; spreading a hundred thousand arguments into Math.min overflows the stack. */
function extremes(segments: Segment[], of: (segment: Segment) => number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const segment of segments) {
    low = Math.min(low, of(segment));
    high = Math.max(high, of(segment));
  }
  return [low, high];
}
