import { detectAll } from "tinyld";
import type { DocumentWarning } from "../contract/documents.ts";

/** Shorter texts are often names and numbers, from which anything can be guessed. */
const FEWEST_LETTERS = 120;
const WINDOW_LETTERS = 240;
const WINDOWS = 9;
/** The share of windows that must agree before a language is said, and before a warning is. */
const AGREEMENT = 0.6;

/** Addresses, code, names with digits or capitals inside: letters of no language. */
const noWords = /`[^`\n]*`|\b\w+:\/\/\S+|\S*[@/\\_=#]\S*|\S*[\p{L}][\d.][\p{L}\d]\S*|\S*\p{Ll}\p{Lu}\S*/gu;

/**
 * ISO 639-1 code of the language most of a text is written in; null when too short or too mixed to tell.
 *
 * Windows from all over the text vote, each reduced to its words: Markdown signs, numbers and a quotation in another
 * language sway a single guess (a page of English notes was once taken for Hindi).
 */
export function detectLanguage(text: string): string | null {
  const windows = windowsOf(text);
  if (windows.reduce((sum, words) => sum + words.length, 0) < FEWEST_LETTERS) return null;
  const enough = windows.length * AGREEMENT;
  const votes = new Map<string, number>();
  for (const words of windows) {
    const language = detectAll(words)[0]?.lang;
    if (language === undefined) continue;
    const count = (votes.get(language) ?? 0) + 1;
    // More than half agree, so the others cannot outvote them.
    if (count >= enough) return language;
    votes.set(language, count);
  }
  return null;
}

/** Scripts that by themselves say a text is in none of an embedder's languages, however short it is. */
const scripts: { letters: RegExp; name: string; languages: string[] }[] = [
  {
    letters: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu,
    name: "Chinese or Japanese characters",
    languages: ["zh", "ja"],
  },
  { letters: /\p{Script=Hangul}/gu, name: "Korean letters", languages: ["ko"] },
  {
    letters: /\p{Script=Cyrillic}/gu,
    name: "Cyrillic letters",
    languages: ["ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"],
  },
  { letters: /\p{Script=Arabic}/gu, name: "Arabic letters", languages: ["ar", "fa", "ur"] },
  { letters: /\p{Script=Hebrew}/gu, name: "Hebrew letters", languages: ["he", "yi"] },
  { letters: /\p{Script=Devanagari}/gu, name: "Devanagari letters", languages: ["hi", "mr", "ne"] },
  { letters: /\p{Script=Greek}/gu, name: "Greek letters", languages: ["el"] },
  { letters: /\p{Script=Thai}/gu, name: "Thai letters", languages: ["th"] },
];

/** Said of a text too short to guess its language, when most of its letters are of a script the embedder cannot know. */
export function scriptWarning(text: string, known: string[]): DocumentWarning | null {
  if (known.length === 0) return null;
  const sample = text.slice(0, 4000);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  const foreign = scripts.find(
    (script) =>
      !script.languages.some((language) => known.includes(language)) &&
      (sample.match(script.letters)?.length ?? 0) > letters / 2,
  );
  if (foreign === undefined) return null;
  const message = `This text is in ${foreign.name}, which the embedder of this collection does not know; searches will often miss its passages.`;
  return { code: "language_unknown_to_embedder", message };
}

/** Said when an embedder is asked to index a language it was not trained on: it would find the wrong passages. */
export function languageWarning(language: string | null, known: string[]): DocumentWarning | null {
  if (language === null || known.length === 0 || known.includes(language)) return null;
  const nameOf = new Intl.DisplayNames("en", { type: "language" });
  const knownNames = new Intl.ListFormat("en").format(known.map((code) => nameOf.of(code) ?? code));
  const message =
    `This text is in ${nameOf.of(language) ?? language}, but the embedder of this collection knows only ${knownNames}; ` +
    "searches will often miss its passages.";
  return { code: "language_unknown_to_embedder", message };
}

function windowsOf(text: string): string[] {
  const step = Math.max(WINDOW_LETTERS * 2, Math.floor(text.length / WINDOWS));
  const windows: string[] = [];
  for (let start = 0; start < text.length && windows.length < WINDOWS; start += step) {
    const words =
      text
        .slice(start, start + WINDOW_LETTERS * 2)
        .replace(noWords, " ")
        .match(/[\p{L}\p{M}]+(?:['’][\p{L}]+)?/gu) ?? [];
    const window = words.join(" ").slice(0, WINDOW_LETTERS);
    if (window.length >= WINDOW_LETTERS / 4) windows.push(window);
  }
  return windows;
}
