/** Scripts written without spaces, or with endings glued to their words: unicode61 makes one token of a whole run. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+/gu;

/** Languages that write compounds as one word: a search for "Pumpe" must find "Wärmepumpe". */
export const COMPOUNDING_LANGUAGES = ["de", "nl", "sv", "da", "no", "nb", "nn", "fi"];
/** Shorter words are hardly ever compounds. */
const LEAST_COMPOUND_LETTERS = 8;

const isCompounding = (language: string | null): boolean =>
  language !== null && COMPOUNDING_LANGUAGES.includes(language);

/** "東京都" → 東京, 京都: pairs need no dictionary, so index and question agree for ever, whatever ICU comes with Node. */
export function characterPairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => characters[index]! + character);
}

/** The runs of a text that have to be cut into pairs. */
export const unspacedRuns = (text: string): string[] => text.normalize("NFC").match(UNSPACED) ?? [];

/** Plural and case endings of German and its relatives, the long ones first. */
const ENDINGS = ["ern", "en", "er", "es", "e", "n", "s"];
const LEAST_STEM_LETTERS = 4;

/** A word without its ending: "pumpen" and "pumpe" → pump. Rough on purpose: index and question are cut the same way. */
export function stemOf(word: string): string {
  const ending = ENDINGS.find((each) => word.endsWith(each) && word.length - each.length >= LEAST_STEM_LETTERS);
  return ending === undefined ? word : word.slice(0, -ending.length);
}

/** A word written backwards: FTS5 searches by the beginning of a word, so backwards it finds the end of a compound. */
export const backwards = (word: string): string => [...word.normalize("NFC")].reverse().join("");

/**
 * What the word index holds of a text besides its words, one blank between: pairs of characters for scripts without
 * spaces, and long words backwards without their endings for languages with compounds. Empty for most texts.
 *
 * @param language  ISO 639-1 of the document; null when unknown
 */
export function wordParts(text: string, language: string | null): string {
  const parts = unspacedRuns(text).flatMap(characterPairs);
  if (isCompounding(language)) {
    for (const word of text.normalize("NFC").match(/\p{Script=Latin}+/gu) ?? [])
      if (word.length >= LEAST_COMPOUND_LETTERS) parts.push(backwards(stemOf(word.toLowerCase())));
  }
  return parts.join(" ");
}
