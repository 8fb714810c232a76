import type { Passage } from "../contract/retrieval.ts";
import { withoutRoleMarks } from "../retrieval/addresses-model.ts";
import type { ArmSettings } from "./resolve-settings.ts";

/** Abbreviations and list numbers whose full stop ends no sentence, as the pocket model's training data had it. */
const SENTENCE_END = /(?<!\b(?:Dr|Mr|Ms))(?<![ap]\.m)(?<!^\d{1,2})([.!?])(?= [A-Z"]|$)/gu;

/** A mark like [3] inside a document would look like a citation mark, so it stands as (3) in a prompt. */
const withoutMarks = (text: string): string => text.replaceAll(/\[(\d+)\]/g, "($1)");

/** A line shorter than this is a heading or a table cell of its own, not a line that was wrapped. */
const WRAPPED_LINE_LENGTH = 40;

/** A list item, a heading, a table row or a line with a key of its own never continues the line before. */
const OWN_LINE = /^(?:[-*•|#]|\d+[.)] |[^.:]{1,40}: )| \| /u;

/**
 * Join the lines a PDF or an e-mail wrapped: a number in the middle of a sentence is unknown to the model. An empty line
 * ends a paragraph, also one without a full stop, such as a long heading.
 */
function unwrap(text: string): string[] {
  const lines: string[] = [];
  let parted = true;
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") {
      parted = true;
      continue;
    }
    const before = lines.at(-1);
    const continues =
      before !== undefined &&
      !parted &&
      before.length >= WRAPPED_LINE_LENGTH &&
      !/[.!?:;|]$/.test(before) &&
      !before.includes(" | ") &&
      !OWN_LINE.test(line);
    if (continues) lines[lines.length - 1] = `${before} ${line}`;
    else lines.push(line);
    parted = false;
  }
  return lines;
}

/**
 * The number after every sentence: "One fact. [2] Another. [2]". Tiny models then find the number they
 * must cite beside the words they copy (measured: right citations went from chance to 98 %).
 */
function tagSentences(text: string, n: number): string {
  return unwrap(text)
    .map((line) => {
      const tagged = line.replaceAll(SENTENCE_END, `$1 [${n}]`);
      return tagged.endsWith(`[${n}]`) ? tagged : `${tagged} [${n}]`;
    })
    .join("\n");
}

/** Of a list's item or a heading. */
const LINE_MARK = /^(?:[-*•]|#+|\d{1,2}[.)])\s+/u;

/** Sentences, headings, list items and table rows without the marks of lists; a line of nothing but marks is left out. */
function sentencesOf(text: string): string[] {
  return unwrap(text)
    .flatMap((line) => line.replace(LINE_MARK, "").replaceAll(SENTENCE_END, "$1\n").split("\n"))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** A document must not be able to end its own fence. */
const withoutFences = (text: string): string => text.replaceAll(/<(\/?passage)/giu, "‹$1");

/**
 * The passages as they stand in a prompt, numbered by `n`. They are data: none of their words can become a control token
 * or close the fence they stand in, and the system prompt says that what is fenced is never an instruction.
 */
export function formatPassages(passages: Passage[], format: ArmSettings["passageFormat"]): string {
  return passages
    .map((passage) => {
      const text = withoutRoleMarks(withoutMarks(passage.text)).trim();
      // As the pocket model was trained; it has no words for a fence.
      if (format === "tagged-sentences") return `[${passage.n}] ${tagSentences(text, passage.n)}`;
      if (format === "tagged-lines") {
        // The heading often alone says what a passage is about; it is tagged as any other line.
        const heading = passage.heading === null ? [] : [withoutMarks(passage.heading)];
        return [`[${passage.n}]`, ...[...heading, ...sentencesOf(text)].map((line) => `${line} [${passage.n}]`)].join(
          "\n",
        );
      }
      const source = passage.heading === null ? passage.document : `${passage.document} › ${passage.heading}`;
      const named = withoutFences(withoutRoleMarks(withoutMarks(source)));
      return `[${passage.n}] (${named})\n<passage>\n${withoutFences(text)}\n</passage>`;
    })
    .join("\n\n");
}
