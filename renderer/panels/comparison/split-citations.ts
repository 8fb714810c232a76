import type { Citation } from "../../../core/contract/index.ts";

/** An answer in pieces: plain text, and the marks that open a passage. */
export type AnswerPiece = { kind: "text"; text: string } | { kind: "citation"; citation: Citation };

/**
 * Cut an answer at its citation marks; joined again, texts and marks give back the whole answer.
 *
 * Marks that lie outside the text or inside one another are left as text, so that a chip never hides a word.
 */
export function splitCitations(text: string, citations: readonly Citation[]): AnswerPiece[] {
  const pieces: AnswerPiece[] = [];
  let position = 0;
  const inOrder = [...citations].sort((a, b) => a.markStart - b.markStart);
  for (const citation of inOrder) {
    if (citation.markStart < position || citation.markEnd <= citation.markStart || citation.markEnd > text.length)
      continue;
    if (citation.markStart > position) pieces.push({ kind: "text", text: text.slice(position, citation.markStart) });
    pieces.push({ kind: "citation", citation });
    position = citation.markEnd;
  }
  if (position < text.length) pieces.push({ kind: "text", text: text.slice(position) });
  return pieces;
}
