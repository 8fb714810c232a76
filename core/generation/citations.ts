import type { Citation } from "../contract/comparison.ts";
import type { Passage } from "../contract/retrieval.ts";

/** [1], [2, 3] and [1][2]; not [12:30], and not an index such as items[1] in code. */
const MARK = /(?<![\p{L}\p{N}_])\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]/gu;

/** A citation by number in a JSON answer: `"source": 2`. Adapters that answer in JSON cite this way. */
const JSON_SOURCE = /"(?:source|sources|citation|citations)"\s*:\s*\[?\s*(\d{1,3}(?:\s*,\s*\d{1,3})*)/gu;

/**
 * Resolve every citation of an answer to the exact span of its passage, by number alone: no second model,
 * no text matching, so the same answer always gives the same citations.
 *
 * @param passages  those that stood in the prompt
 * @returns the citations in order of their marks, and the cited numbers that no passage has
 */
export function resolveCitations(text: string, passages: Passage[]): { citations: Citation[]; unresolved: number[] } {
  const byNumber = new Map(passages.map((passage) => [passage.n, passage]));
  const citations: Citation[] = [];
  const unresolved = new Set<number>();
  const marks = [...text.matchAll(MARK), ...text.matchAll(JSON_SOURCE)].sort((a, b) => a.index - b.index);
  for (const mark of marks) {
    // Digits are located inside the mark, so that each number of [2, 3] gets its own chip.
    const listStart = mark.index + mark[0].indexOf(mark[1]!);
    const whole = /^\[\d+\]$/.test(mark[0]);
    for (const number of mark[1]!.matchAll(/\d+/g)) {
      const n = Number(number[0]);
      const passage = byNumber.get(n);
      if (passage === undefined) {
        unresolved.add(n);
        continue;
      }
      const markStart = whole ? mark.index : listStart + number.index;
      citations.push({
        n,
        documentId: passage.documentId,
        document: passage.document,
        page: passage.page,
        start: passage.start,
        end: passage.end,
        markStart,
        markEnd: whole ? mark.index + mark[0].length : markStart + number[0].length,
      });
    }
  }
  return { citations, unresolved: [...unresolved] };
}

/** An answer without its marks: away from its passages a number would point to another one. */
export const withoutCitations = (answer: string): string => answer.replaceAll(/ ?\[\d+\]/g, "");
