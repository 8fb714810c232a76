import type { DocumentText, PageRectangle } from "../contract/documents.ts";
import type { ReadText, TextRun } from "./read-text.ts";

/** The page an offset of the text lies on; null without pages. */
export function pageAt(pages: DocumentText["pages"], offset: number): number | null {
  const following = firstIndex(pages.length, (index) => pages[index]!.start > offset);
  return pages[following - 1]?.page ?? null;
}

/** Where a span stands on its pages: one rectangle per line, in points, origin at the top left. */
export function rectanglesOf(
  { text, runs }: Pick<ReadText, "text" | "runs">,
  span: { start: number; end: number },
): PageRectangle[] {
  const rectangles: PageRectangle[] = [];
  let line = -1;
  const first = firstIndex(runs.length, (index) => runs[index]!.end > span.start);
  for (let index = first; index < runs.length && runs[index]!.start < span.end; index += 1) {
    const run = runs[index]!;
    const part = partOf(text, run, span);
    if (run.line === line) rectangles[rectangles.length - 1] = around(rectangles.at(-1)!, part);
    else rectangles.push(part);
    line = run.line;
  }
  return rectangles.map(rounded);
}

/** A run of which only some characters are meant: their share of its width. */
function partOf(text: string, run: TextRun, span: { start: number; end: number }): PageRectangle {
  const [start, end] = [Math.max(run.start, span.start), Math.min(run.end, span.end)];
  const { page, y, height } = run;
  if (start === run.start && end === run.end) return { page, x: run.x, y, width: run.width, height };
  const before = usualWidth(text.slice(run.start, start));
  const meant = usualWidth(text.slice(start, end));
  const unit = run.width / (before + meant + usualWidth(text.slice(end, run.end)));
  return { page, x: run.x + before * unit, y, width: meant * unit, height };
}

/** About how wide characters are in most fonts, in font sizes; pdf.js tells only the width of a whole run. */
function usualWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/[iljtfrI.,;:'’|!()[\] -]/.test(character)) width += 0.3;
    else if (/[mwMW@%—…]/.test(character)) width += 0.85;
    else if (/\p{Lu}/u.test(character)) width += 0.68;
    else width += /[\u1100-\u11ff\u2e80-\uffdc]/.test(character) ? 1 : 0.55;
  }
  return width;
}

function around(a: PageRectangle, b: PageRectangle): PageRectangle {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  const height = Math.max(a.y + a.height, b.y + b.height) - y;
  return { page: a.page, x, y, width, height };
}

/** A hundredth of a point is finer than any screen, and short in the store. */
function rounded({ page, x, y, width, height }: PageRectangle): PageRectangle {
  const round = (value: number): number => Math.round(value * 100) / 100;
  return { page, x: round(x), y: round(y), width: round(width), height: round(height) };
}

/** The smallest index for which `holds`, which once true stays true. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
