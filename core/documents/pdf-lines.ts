import { cleanText } from "./clean-text.ts";
import { inReadingOrder } from "./pdf-reading-order.ts";

/** What pdf.js tells of a page's text; `transform` maps a piece's own space to the page's, y upwards. */
export interface PdfTextContent {
  items: ({ str: string; transform: number[]; width: number; height: number; fontName: string } | { type: string })[];
  styles: Record<string, { ascent: number; descent: number; vertical?: boolean }>;
}

export interface PageFrame {
  page: number;
  /** Points, as shown: rotation and crop applied. */
  width: number;
  height: number;
  /** Maps the page's space to points from the top left. */
  transform: number[];
}

/** Some characters drawn together: a box in points from the top left of the page. */
export interface PdfRun {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** y of the line the letters stand on. */
  baseline: number;
  /** Points. */
  fontSize: number;
  /** It ended in a soft hyphen, which is no character of the word. */
  hyphenates: boolean;
}

/** Runs that stand side by side with no more than a few spaces between; a table's cell, or a whole line. */
export interface Segment extends PdfRun {
  runs: PdfRun[];
  /** Characters of its longest run, whose size and baseline are the segment's. */
  longestRun: number;
}

export interface PageLines extends Omit<PageFrame, "transform"> {
  /** In reading order; a line is one segment, or several side by side (a table row). */
  lines: Segment[][];
}

/** Wider than this many font sizes, a gap separates cells or columns, not words. */
const CELL_GAP = 1.5;
/** Letters of one line stand on lines this close, in font sizes: exponents and indices among them. */
const SAME_LINE = 0.5;
/** A gap wider than this is a space even where the file draws none, in font sizes. */
const WORD_GAP = 0.15;

/** The lines of a page in reading order, from the pieces pdf.js gives in drawing order. */
export function linesOfPage(content: PdfTextContent, { transform, ...frame }: PageFrame): PageLines {
  return { ...frame, lines: inReadingOrder(segmentsOf(runsOf(content, transform))) };
}

function runsOf(content: PdfTextContent, frame: number[]): PdfRun[] {
  const runs: PdfRun[] = [];
  let spaceBefore = "";
  for (const item of content.items) {
    if (!("str" in item)) continue;
    const text = cleanText(item.str).replace(/\s+/g, " ");
    if (text.trim() === "") {
      if (text !== "") spaceBefore = " ";
      continue;
    }
    const box = boxOf(item, content.styles[item.fontName], frame);
    const isOnPage = [box.x, box.y, box.width, box.height, box.baseline].every(Number.isFinite);
    if (isOnPage) runs.push({ ...box, text: spaceBefore + text, hyphenates: item.str.trimEnd().endsWith("\u00ad") });
    spaceBefore = "";
  }
  return runs;
}

/** The box around a piece of text of any direction: its length along the line, the font's ascent and descent across. */
function boxOf(
  item: Extract<PdfTextContent["items"][number], { str: string }>,
  style: PdfTextContent["styles"][string] | undefined,
  frame: number[],
): Omit<PdfRun, "text" | "hyphenates"> {
  const [a, b, c, d, x, y] = multiply(frame, item.transform);
  const fontSize = Math.hypot(c, d) || item.height || 1;
  const ascent = style?.ascent || 0.8;
  const descent = style?.descent || -0.2;
  const along = { x: (a / (Math.hypot(a, b) || 1)) * item.width, y: (b / (Math.hypot(a, b) || 1)) * item.width };
  const up = { x: c, y: d };
  const corners = [0, 1].flatMap((side) =>
    [ascent, descent].map((rise) => ({ x: x + along.x * side + up.x * rise, y: y + along.y * side + up.y * rise })),
  );
  const [left, right] = [Math.min(...corners.map((p) => p.x)), Math.max(...corners.map((p) => p.x))];
  const [top, bottom] = [Math.min(...corners.map((p) => p.y)), Math.max(...corners.map((p) => p.y))];
  const isUpright = Math.abs(along.y) <= Math.abs(along.x);
  return { x: left, y: top, width: right - left, height: bottom - top, baseline: isUpright ? y : bottom, fontSize };
}

type Matrix = [number, number, number, number, number, number];

function multiply(m: number[], n: number[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = m;
  const [p = 1, q = 0, r = 0, s = 1, t = 0, u = 0] = n;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

function segmentsOf(runs: PdfRun[]): Segment[] {
  const segments: Segment[] = [];
  for (const run of runs) {
    const last = segments.at(-1);
    if (last !== undefined && continues(last, run)) append(last, run);
    else {
      const first = { ...run, text: run.text.trimStart() };
      segments.push({ ...first, runs: [first], longestRun: first.text.length });
    }
  }
  return segments;
}

function continues(segment: Segment, run: PdfRun): boolean {
  const size = Math.max(segment.fontSize, run.fontSize);
  const gap = run.x - (segment.x + segment.width);
  return Math.abs(segment.baseline - run.baseline) < size * SAME_LINE && gap > -size * 0.5 && gap < size * CELL_GAP;
}

function append(segment: Segment, run: PdfRun): void {
  const gap = run.x - (segment.x + segment.width);
  const isWord = gap > Math.min(segment.fontSize, run.fontSize) * WORD_GAP && !segment.text.endsWith(" ");
  const text = isWord && !run.text.startsWith(" ") ? ` ${run.text}` : run.text;
  const right = Math.max(segment.x + segment.width, run.x + run.width);
  const bottom = Math.max(segment.y + segment.height, run.y + run.height);
  segment.runs.push({ ...run, text });
  segment.text += text;
  segment.x = Math.min(segment.x, run.x);
  segment.y = Math.min(segment.y, run.y);
  segment.width = right - segment.x;
  segment.height = bottom - segment.y;
  segment.hyphenates = run.hyphenates;
  // A footnote's number or a drop cap must not speak for the line; its longest run does.
  if (run.text.length > segment.longestRun) {
    segment.longestRun = run.text.length;
    segment.fontSize = run.fontSize;
    segment.baseline = run.baseline;
  }
}
