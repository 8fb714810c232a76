import { withoutRoleMarks } from "../retrieval/addresses-model.ts";
import { SENTENCE_END, unwrap } from "../retrieval/lines-of.ts";

/** A mark like [3] inside a document would look like a citation mark, so it stands as (3) in a prompt. */
const withoutMarks = (text: string): string => text.replaceAll(/\[(\d+)\]/g, "($1)");

/** A passage's text as data: none of its words can become a control token or pass for a citation. */
export const textForPrompt = (text: string): string => withoutRoleMarks(withoutMarks(text)).trim();

/** Lines of a text with `tag` after each of their sentences. */
export function tagSentences(text: string, tag: string): string {
  return unwrap(text)
    .map((line) => {
      const tagged = line.replaceAll(SENTENCE_END, (end) => `${end} ${tag}`);
      return tagged.endsWith(tag) ? tagged : `${tagged} ${tag}`;
    })
    .join("\n");
}
