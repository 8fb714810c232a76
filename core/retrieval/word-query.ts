/** Words of a question that are looked up; more only make the search slow. */
const MOST_TERMS = 32;

/**
 * Turn a question into an FTS5 query: any of its words, each quoted.
 *
 * Quoting matters: `AND`, `foo*`, `col:x` and a lone quotation mark are syntax in FTS5 and raise
 * errors when they come from a user. A quoted term such as "E-2045" is matched as a phrase.
 *
 * @returns null when the question has no word at all
 */
export function wordQuery(question: string): string | null {
  const terms = question
    .split(/\s+/u)
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((word) => word !== "");
  const distinct = [...new Set(terms.map((term) => term.toLowerCase()))].slice(0, MOST_TERMS);
  return distinct.length === 0 ? null : distinct.map((term) => `"${term.replaceAll('"', '""')}"`).join(" OR ");
}
