import type { Block, ReadText } from "./read-text.ts";

/** A plain text: paragraphs are what stands between empty lines. */
export function readPlainText(text: string): ReadText {
  return { text, blocks: paragraphsOf(text, 0, text.length), headings: [], pages: [], runs: [], warnings: [] };
}

/** Stretches of `start…end` between empty lines, without the white space around them. */
export function paragraphsOf(text: string, start: number, end: number): Block[] {
  const blocks: Block[] = [];
  const emptyLines = /\n[^\S\n]*\n\s*/g;
  for (let at = start; at < end;) {
    emptyLines.lastIndex = at;
    const gap = emptyLines.exec(text);
    const stop = gap === null || gap.index >= end ? end : gap.index;
    const block = trimmed(text, at, stop);
    if (block.start < block.end) blocks.push({ kind: "prose", ...block });
    at = gap === null ? end : gap.index + gap[0].length;
  }
  return blocks;
}

/** The span without white space at its ends. */
export function trimmed(text: string, start: number, end: number): { start: number; end: number } {
  while (start < end && /\s/.test(text.charAt(start))) start += 1;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return { start, end };
}
