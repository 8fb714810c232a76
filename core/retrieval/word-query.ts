/** Words of a question that are looked up; more only make the search slow. */
const MOST_TERMS = 32;

/** The distinct words of a question as they are looked up; one such as "E-2045" stays whole and is found as a phrase. */
export function questionTerms(question: string): string[] {
  const terms = question
    .split(/\s+/u)
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((word) => word !== "");
  return [...new Set(terms.map((term) => term.toLowerCase()))].slice(0, MOST_TERMS);
}
