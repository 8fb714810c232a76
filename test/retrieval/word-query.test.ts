import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { questionTerms } from "../../core/retrieval/word-query.ts";
import { searchWords } from "../../core/store/chunks.ts";
import { openStore } from "../../core/store/open-store.ts";
import { collectionOf, storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const anywhere = new Float32Array([1, 0]);

function storeOf(texts: string[]) {
  const db = openStore(temporaryFolder());
  onTestFinished(() => void db.close());
  const { id } = collectionOf(db, 2);
  storeTexts(
    db,
    id,
    "a.txt",
    texts.map((text) => ({ text, embedding: anywhere })),
  );
  return (question: string): number[] => searchWords(db, id, questionTerms(question), 10).map(({ chunkId }) => chunkId);
}

describe("search by words", () => {
  test("finds an exact code that no other chunk carries", () => {
    const find = storeOf(["The error E-2045 means low pressure.", "The error E-2046 means high pressure."]);

    expect(find("What does E-2046 mean?")[0]).toBe(2);
  });

  test("does not mind accents or case", () => {
    const find = storeOf(["Le café est fermé.", "Das Büro ist offen."]);

    expect(find("CAFE")).toEqual([1]);
    expect(find("buro")).toEqual([2]);
  });

  test("reads everything a user types as words, never as syntax", () => {
    const find = storeOf(["AND NOT NEAR col foo"]);
    for (const typed of [
      '"',
      '"unterminated',
      "foo AND",
      "a*b(",
      "NEAR(",
      "it's",
      "c++",
      "col:foo",
      "-",
      "",
      "  ",
      "💧",
    ]) {
      expect(() => find(typed), typed).not.toThrow();
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (typed) => void find(typed)),
      { numRuns: 300, seed: 1 },
    );
  });

  test("does not return the words of another collection", () => {
    const db = openStore(temporaryFolder());
    onTestFinished(() => void db.close());
    const mine = collectionOf(db, 2, "mine");
    const other = collectionOf(db, 2, "other");
    storeTexts(db, other.id, "secret.txt", [{ text: "the secret word", embedding: anywhere }]);

    expect(searchWords(db, mine.id, questionTerms("secret"), 10)).toEqual([]);
  });
});
