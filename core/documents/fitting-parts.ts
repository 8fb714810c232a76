import type { TokenCounter } from "./count-tokens.ts";

/** Longer parts are shortened before they are counted: a table's head may have a million columns. */
const LONGEST_PART = 400;

/**
 * Parts from the innermost (the last) outwards as far as they fit; an innermost one that is too long is shortened
 * between words, and left out when not even its first word fits.
 *
 * @param separator  what will stand between them, for it costs tokens too
 */
export function fittingParts(all: string[], separator: string, counter: TokenCounter, maxTokens: number): string[] {
  const parts = all.map(shortened);
  for (let first = 0; first < parts.length; first += 1) {
    const fitting = parts.slice(first);
    if (counter.part(fitting.join(separator)) <= maxTokens) return fitting;
  }
  const words = (parts.at(-1) ?? "").split(" ");
  while (words.length > 1) {
    words.pop();
    const fewer = `${words.join(" ").replace(/…$/, "")}…`;
    if (counter.part(fewer) <= maxTokens) return [fewer];
  }
  return [];
}

function shortened(part: string): string {
  return part.length <= LONGEST_PART ? part : `${part.slice(0, LONGEST_PART - 1).toWellFormed()}…`;
}
