import type { Passage } from "../contract/retrieval.ts";
import { placeOf } from "./nearest-lines.ts";
import { sentencesOf, tagSentences, textForPrompt } from "./passage-lines.ts";
import type { ArmSettings } from "./resolve-settings.ts";

/** A document must not be able to end its own fence. */
const withoutFences = (text: string): string => text.replaceAll(/<(\/?passage)/giu, "‹$1");

/** Alone on the line before one of the nearest lines, by its rank; signs that are one token each for the pocket base. */
const NEAR_MARKS = [">", "=", "+", "~"];

/**
 * The passages as they stand in a prompt, numbered by `n`. They are data: none of their words can become a control token
 * or close the fence they stand in, and the system prompt says that what is fenced is never an instruction.
 *
 * @param nearest  ranks of the lines nearest to the question, as `rankNearestLines` gives them; only `marked-lines` shows them
 */
export function formatPassages(
  passages: Passage[],
  format: ArmSettings["passageFormat"],
  nearest: ReadonlyMap<string, number> = new Map(),
): string {
  return passages.map((passage) => formatPassage(passage, format, nearest)).join("\n\n");
}

function formatPassage(
  { n, text, heading, document }: Passage,
  format: ArmSettings["passageFormat"],
  nearest: ReadonlyMap<string, number>,
): string {
  const own = textForPrompt(text);
  switch (format) {
    // The last three as the pocket models were trained; they have no words for a fence. The number after every sentence:
    // tiny models then find it beside the words they copy (measured: right citations went from chance to 98 %).
    case "tagged-sentences":
      return `[${n}] ${tagSentences(own, `[${n}]`)}`;
    case "tagged-lines":
    case "marked-lines": {
      const lines = sentencesOf(own).map((line, index) => {
        const rank = format === "marked-lines" ? nearest.get(placeOf(n, index)) : undefined;
        return rank === undefined ? `${line} [${n}]` : `${NEAR_MARKS[rank]}\n${line} [${n}]`;
      });
      // The heading often alone says what a passage is about; it is tagged as any other line.
      return [`[${n}]`, ...(heading === null ? [] : [`${textForPrompt(heading)} [${n}]`]), ...lines].join("\n");
    }
    case "numbered": {
      const named = withoutFences(textForPrompt(heading === null ? document : `${document} › ${heading}`));
      return `[${n}] (${named})\n<passage>\n${withoutFences(own)}\n</passage>`;
    }
  }
}
