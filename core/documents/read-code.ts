import { codeBlocks } from "./code-blocks.ts";
import type { ReadText } from "./read-text.ts";

/** A program as it was written, in blocks that begin at its functions and classes. */
export function readCode(text: string): ReadText {
  return { text, blocks: codeBlocks(text, 0, text.length), headings: [], pages: [], runs: [], warnings: [] };
}
