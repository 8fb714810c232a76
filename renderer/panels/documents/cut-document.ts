import type { DocumentText, Span } from "../../../core/contract/index.ts";

export interface TextPiece {
  kind: "plain" | "heading" | "mark";
  text: string;
}

/** A stretch of a document drawn as one element, so that the browser can skip what is off screen. */
export interface TextBlock {
  start: number;
  /** Set on the first block of a page. */
  page: number | null;
  pieces: TextPiece[];
}

/** Characters of a block: about a screenful, so one megabyte is some 300 elements. */
const BLOCK_LENGTH = 3000;

/**
 * Cut a document's text into blocks at its pages and at line ends, with headings and the cited span told apart.
 * All pieces in order give back the text, whole.
 *
 * @param highlight  the cited span, or null to show the document without one
 */
export function cutDocument(
  { text, pages, headings }: Pick<DocumentText, "text" | "pages" | "headings">,
  highlight: Span | null,
): TextBlock[] {
  const pageAt = new Map(pages.map(({ start, page }) => [start, page]));
  const starts = blockStarts(text, [...pageAt.keys()]);
  const spans = [
    ...headings.map(({ start, end }) => ({ start, end, kind: "heading" as const })),
    // Last, so that it wins where a citation covers a heading.
    ...(highlight === null ? [] : [{ ...highlight, kind: "mark" as const }]),
  ];
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? text.length;
    return { start, page: pageAt.get(start) ?? null, pieces: cutBlock(text, start, end, spans) };
  });
}

function blockStarts(text: string, pageStarts: number[]): number[] {
  const starts: number[] = [];
  const borders = [
    ...pageStarts.filter((start) => start > 0 && start < text.length).sort((a, b) => a - b),
    text.length,
  ];
  let start = 0;
  for (const border of borders) {
    while (border - start > BLOCK_LENGTH) {
      starts.push(start);
      start = lineEndBefore(text, start + BLOCK_LENGTH, start + BLOCK_LENGTH / 2);
    }
    if (start < border) starts.push(start);
    start = border;
  }
  return starts;
}

/** A border after a line break where there is one near, and never inside a surrogate pair. */
function lineEndBefore(text: string, position: number, floor: number): number {
  // Only this stretch is looked at: in a text without line breaks a search back to its start makes cutting quadratic.
  const lineBreak = text.slice(floor, position).lastIndexOf("\n");
  if (lineBreak >= 0) return floor + lineBreak + 1;
  const code = text.charCodeAt(position);
  return code >= 0xdc00 && code <= 0xdfff ? position + 1 : position;
}

function cutBlock(
  text: string,
  start: number,
  end: number,
  spans: (Span & { kind: TextPiece["kind"] })[],
): TextPiece[] {
  const touching = spans.filter((span) => span.start < end && span.end > start);
  const borders = new Set([start, end]);
  for (const span of touching) borders.add(Math.max(start, span.start)).add(Math.min(end, span.end));
  const inOrder = [...borders].sort((a, b) => a - b);
  return inOrder.slice(0, -1).map((from, index) => {
    const kind = touching.findLast((span) => span.start <= from && span.end > from)?.kind ?? "plain";
    return { kind, text: text.slice(from, inOrder[index + 1]) };
  });
}

/** The headings a position stands under, outermost first. */
export function headingPathAt(headings: DocumentText["headings"], position: number): string[] {
  const path: { level: number; title: string }[] = [];
  for (const heading of headings) {
    if (heading.start > position) break;
    while (path.length > 0 && path.at(-1)!.level >= heading.level) path.pop();
    path.push(heading);
  }
  return path.map(({ title }) => title);
}
