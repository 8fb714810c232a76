import type { DocumentChunk } from "./reading.ts";

/**
 * What is embedded of a chunk: its headings and the lines its rows cannot do without, so that a passage knows what
 * it is about, then its text.
 *
 * The chunk's span stays exact: neither headings nor context are part of `text`, which is the slice of the document.
 */
export function embeddedText({ headingPath, context }: Pick<DocumentChunk, "headingPath" | "context">, text: string) {
  return [headingPath.join(" › "), context, text].filter((part, index) => index === 2 || part !== "").join("\n");
}
