import type { PageLines, Segment } from "./pdf-lines.ts";
import { PageWriter } from "./pdf-page-writer.ts";
import { withoutRunningLines } from "./pdf-running-lines.ts";
import { tablesOf } from "./pdf-tables.ts";
import { headingTitle, type ReadText } from "./read-text.ts";

type Line = Segment[];

type Paragraph =
  | { kind: "prose" | "rows" | "heading"; lines: Line[] }
  /** Cells of segments, row by row. */
  | { kind: "table"; rows: Segment[][][] };

/** Lines further apart than this times the usual distance begin a paragraph. */
const PARAGRAPH_GAP = 1.3;
/** Letters this much larger than the body's make a heading, when there are few of them. */
const HEADING_SIZE = 1.15;
const LONGEST_HEADING = 200;
const SECOND_LINE_SIZE = 1.1;

/** Pages of lines as one text with blocks, headings and the place of every run. */
export function textOfPages(allPages: PageLines[]): Omit<ReadText, "warnings"> {
  const pages = withoutRunningLines(allPages);
  const bodySize = bodySizeOf(pages);
  const paragraphs = pages.map((page) => ({ page, paragraphs: paragraphsOf(page, bodySize) }));
  const headingSizes = sizesOfHeadings(paragraphs.flatMap((page) => page.paragraphs));
  const writer = new PageWriter();
  for (const { page, paragraphs: onPage } of paragraphs) {
    writer.beginPage();
    for (const paragraph of onPage) {
      if (paragraph.kind === "table") writer.writeTable(paragraph.rows, page.page);
      else if (paragraph.kind !== "heading") writer.writeBlock(paragraph.kind, paragraph.lines, page.page);
      else {
        const span = writer.writeLines("prose", paragraph.lines, page.page);
        const level = Math.min(6, headingSizes.indexOf(sizeOf(paragraph.lines[0]!)) + 1);
        writer.read.headings.push({ level, title: headingTitle(writer.textOf(span)), ...span });
      }
    }
    writer.endPage(page);
  }
  return writer.finish();
}

/** The font size of most characters. */
function bodySizeOf(pages: PageLines[]): number {
  const characters = new Map<number, number>();
  for (const line of pages.flatMap((page) => page.lines)) {
    const size = sizeOf(line);
    const length = line.reduce((sum, segment) => sum + segment.text.length, 0);
    characters.set(size, (characters.get(size) ?? 0) + length);
  }
  return [...characters].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

function paragraphsOf(page: PageLines, bodySize: number): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let next = 0;
  for (const { first, last, rows } of tablesOf(page.lines)) {
    paragraphs.push(...proseOf(page.lines, next, first, bodySize), { kind: "table", rows });
    next = last + 1;
  }
  return [...paragraphs, ...proseOf(page.lines, next, page.lines.length, bodySize)];
}

/** The paragraphs of the lines `first…end`, between which no table lies. */
function proseOf(lines: Line[], first: number, end: number, bodySize: number): Paragraph[] {
  const pitch = usualPitch(lines);
  const paragraphs: Exclude<Paragraph, { kind: "table" }>[] = [];
  lines.slice(first, end).forEach((line, index) => {
    const kind = kindOf(lines, first + index, bodySize);
    const last = paragraphs.at(-1);
    if (last?.kind === kind && (kind === "rows" || !beginsParagraph(last.lines.at(-1)!, line, pitch)))
      last.lines.push(line);
    else paragraphs.push({ kind, lines: [line] });
  });
  // A whole paragraph in large letters is a lead, not a heading.
  return paragraphs.map((paragraph) =>
    paragraph.kind === "heading" && lengthOf(paragraph.lines) > LONGEST_HEADING
      ? { ...paragraph, kind: "prose" }
      : paragraph,
  );
}

/** Cells side by side are a table when the line above or below has cells too; else it is a line with a gap. */
function kindOf(lines: Line[], index: number, bodySize: number): "prose" | "rows" | "heading" {
  const line = lines[index]!;
  const hasCells = (other: Line | undefined): boolean => (other?.length ?? 0) > 1;
  if (hasCells(line) && (hasCells(lines[index - 1]) || hasCells(lines[index + 1]))) return "rows";
  const isLarge = sizeOf(line) >= bodySize * HEADING_SIZE;
  return isLarge && line.some((segment) => /\p{L}/u.test(segment.text)) ? "heading" : "prose";
}

function beginsParagraph(before: Line, line: Line, pitch: number): boolean {
  const [above, first] = [before[0]!, line[0]!];
  const size = first.fontSize;
  const distance = first.baseline - above.baseline;
  const endsSentence = /[.!?:]["”’)\]]?$/.test(before.at(-1)!.text.trimEnd());
  const ratio = size / above.fontSize;
  if (ratio > SECOND_LINE_SIZE || ratio < 1 / SECOND_LINE_SIZE) return true;
  // Upwards is the next column: the paragraph goes on there unless it ended.
  if (distance < 0) return endsSentence || !/^\p{Ll}/u.test(first.text);
  if (distance > Math.max(pitch * PARAGRAPH_GAP, 1.35) * size) return true;
  if (/^(?:[-*•–▪●◦]|\d{1,3}[.)])\s/.test(first.text)) return true;
  return endsSentence && first.x > above.x + size * 0.7;
}

/**
 * The distance between lines of one paragraph, in font sizes.
 *
 * It is the smaller ones that stand inside paragraphs: the lower quartile, for on a page of headings
 * and short paragraphs the median is a gap.
 */
function usualPitch(lines: Line[]): number {
  const pitches: number[] = [];
  for (let index = 1; index < lines.length; index += 1) {
    const [above, line] = [lines[index - 1]![0]!, lines[index]![0]!];
    const pitch = (line.baseline - above.baseline) / line.fontSize;
    if (pitch > 0.5 && pitch < 4) pitches.push(pitch);
  }
  return pitches.toSorted((a, b) => a - b)[pitches.length >>> 2] ?? 1.2;
}

/** Sizes headings come in, largest first: the rank is the level. */
function sizesOfHeadings(paragraphs: Paragraph[]): number[] {
  const sizes = paragraphs.flatMap((one) => (one.kind === "heading" ? [sizeOf(one.lines[0]!)] : []));
  return [...new Set(sizes)].toSorted((a, b) => b - a);
}

/** Rounded to half points: scaling leaves 11.9999 and 12.0001. */
const sizeOf = (line: Line): number => Math.round(line[0]!.fontSize * 2) / 2;

const lengthOf = (lines: Line[]): number => lines.flat().reduce((sum, segment) => sum + segment.text.length, 0);
