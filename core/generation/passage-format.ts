import type { Passage } from "../contract/retrieval.ts";
import { placeOf } from "./nearest-lines.ts";
import { linesOf } from "../retrieval/lines-of.ts";
import { tagSentences, textForPrompt } from "./passage-lines.ts";
import type { ArmSettings } from "./resolve-settings.ts";

/** A document must not be able to end its own fence. */
const withoutFences = (text: string): string => text.replaceAll(/<(\/?passage)/giu, "‹$1");

/**
 * The passages as they stand in a prompt, numbered by `n`. They are data: none of their words can become a control token
 * or close the fence they stand in, and the system prompt says that what is fenced is never an instruction.
 *
 * @param marks  signs of the lines nearest to the question, as `markNearestLines` gives them; only `marked-lines` shows them
 */
export function formatPassages(
  passages: Passage[],
  format: ArmSettings["passageFormat"],
  marks: ReadonlyMap<string, string> = new Map(),
): string {
  return passages.map((passage) => formatPassage(passage, format, marks)).join("\n\n");
}

function formatPassage(
  { n, text, heading, document }: Passage,
  format: ArmSettings["passageFormat"],
  marks: ReadonlyMap<string, string>,
): string {
  const own = textForPrompt(text);
  switch (format) {
    // These three as the pocket models were trained; they have no words for a fence. The number after every sentence:
    // tiny models then find it beside the words they copy (measured: right citations went from chance to 98 %).
    case "tagged-sentences":
      return `[${n}] ${tagSentences(own, `[${n}]`)}`;
    case "tagged-lines":
    case "marked-lines": {
      const lines = linesOf(own).map((line, index) => {
        const mark = format === "marked-lines" ? marks.get(placeOf(n, index)) : undefined;
        return mark === undefined ? `${line} [${n}]` : `${mark}\n${line} [${n}]`;
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
