import type { PageLines, Segment } from "./pdf-lines.ts";
import { withoutRunningLines } from "./pdf-running-lines.ts";
import { type Block, headingTitle, type ReadText, type TextRun } from "./read-text.ts";

type Line = Segment[];

interface Paragraph {
  kind: Block["kind"] | "heading";
  lines: Line[];
}

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
      const span = writer.writeParagraph(paragraph, page.page);
      if (paragraph.kind !== "heading") writer.read.blocks.push({ kind: paragraph.kind, ...span });
      else {
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
  const pitch = usualPitch(page.lines);
  const paragraphs: Paragraph[] = [];
  page.lines.forEach((line, index) => {
    const kind = kindOf(page.lines, index, bodySize);
    const last = paragraphs.at(-1);
    if (last?.kind === kind && (kind === "rows" || !beginsParagraph(last.lines.at(-1)!, line, pitch)))
      last.lines.push(line);
    else paragraphs.push({ kind, lines: [line] });
  });
  // A whole paragraph in large letters is a lead, not a heading.
  return paragraphs.map((paragraph) =>
    paragraph.kind === "heading" && lengthOf(paragraph) > LONGEST_HEADING ? { ...paragraph, kind: "prose" } : paragraph,
  );
}

/** Cells side by side are a table when the line above or below has cells too; else it is a line with a gap. */
function kindOf(lines: Line[], index: number, bodySize: number): Paragraph["kind"] {
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
const sizesOfHeadings = (paragraphs: Paragraph[]): number[] =>
  [...new Set(paragraphs.filter((one) => one.kind === "heading").map((one) => sizeOf(one.lines[0]!)))].toSorted(
    (a, b) => b - a,
  );

/** Rounded to half points: scaling leaves 11.9999 and 12.0001. */
const sizeOf = (line: Line): number => Math.round(line[0]!.fontSize * 2) / 2;

const lengthOf = (paragraph: Paragraph): number =>
  paragraph.lines.flat().reduce((sum, segment) => sum + segment.text.length, 0);

/** Writes paragraphs one after the other and remembers where each run came to stand. */
class PageWriter {
  readonly read: Omit<ReadText, "warnings" | "text"> = { blocks: [], headings: [], pages: [], runs: [] };
  readonly #parts: string[] = [];
  #length = 0;
  #line = 0;
  #pageStart: number | null = null;

  beginPage(): void {
    this.#pageStart = null;
  }

  endPage({ page, width, height }: PageLines): void {
    const start = this.#pageStart ?? this.#length;
    this.read.pages.push({ page, start, end: this.#length, width, height });
  }

  writeParagraph({ kind, lines }: Paragraph, page: number): { start: number; end: number } {
    if (this.#length > 0) this.#write("\n\n");
    const start = this.#length;
    this.#pageStart ??= start;
    lines.forEach((line, index) => {
      if (index > 0) this.#write(kind === "rows" ? "\n" : separatorAfter(lines[index - 1]!));
      this.#writeLine(line, page, kind === "rows" ? " | " : " ");
    });
    return { start, end: this.#length };
  }

  /** The text of the paragraph just written. */
  textOf(span: { start: number; end: number }): string {
    let text = "";
    for (let index = this.#parts.length - 1; index >= 0 && text.length < span.end - span.start; index -= 1) {
      text = this.#parts[index]! + text;
    }
    return text;
  }

  finish(): Omit<ReadText, "warnings"> {
    return { ...this.read, text: this.#parts.join("") };
  }

  #writeLine(line: Line, page: number, betweenCells: string): void {
    this.#line += 1;
    line.forEach((segment, index) => {
      if (index > 0) this.#write(betweenCells);
      segment.runs.forEach((run, position) => {
        const isLast = position === segment.runs.length - 1;
        const start = this.#length;
        this.#write(isLast ? run.text.trimEnd() : run.text);
        const { x, y, width, height } = run;
        const placed: TextRun = { start, end: this.#length, page, line: this.#line, x, y, width, height };
        if (placed.end > placed.start) this.read.runs.push(placed);
      });
    });
  }

  #write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }
}

/**
 * Lines of a paragraph are joined by a space; after a hyphen by nothing, and the hyphen stays.
 *
 * Whether "well-⏎known" or "infor-⏎mation" stood there, only a dictionary could tell. A soft hyphen says so itself.
 */
function separatorAfter(line: Line): string {
  const last = line.at(-1)!;
  return last.hyphenates || /\p{L}[-‐]$/u.test(last.text.trimEnd()) ? "" : " ";
}
