import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { lookUpWords } from "../../core/retrieval/look-up-words.ts";
import { matchesOf, queryTerms } from "../../core/retrieval/word-query.ts";
import { removeDocument } from "../../core/store/documents.ts";
import { openStore } from "../../core/store/open-store.ts";
import { searchWords } from "../../core/store/search-words.ts";
import { noFilter } from "../support/no-filter.ts";
import { collectionOf, storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const anywhere = new Float32Array([1, 0]);

function storeOf(texts: string[], language = "en", commonWordShare = 0.2) {
  const db = openStore(temporaryFolder());
  onTestFinished(() => void db.close());
  const { id } = collectionOf(db, 2);
  const documentId = storeTexts(
    db,
    id,
    "a.txt",
    texts.map((text) => ({ text, embedding: anywhere })),
    { language },
  );
  const scope = { collectionIds: [id], filter: noFilter };
  const look = (question: string) => lookUpWords(db, scope, question, { commonWordShare, limit: 10 });
  return { db, documentId, look, find: (question: string) => look(question).hits.map(({ chunkId }) => chunkId) };
}

describe("search by words", () => {
  test("finds an exact code that no other chunk carries", () => {
    const { find } = storeOf(["The error E-2045 means low pressure.", "The error E-2046 means high pressure."]);

    expect(find("What does E-2046 mean?")[0]).toBe(2);
  });

  test("does not mind accents or case", () => {
    const { find } = storeOf(["Le café est fermé.", "Das Büro ist offen."]);

    expect(find("CAFE")).toEqual([1]);
    expect(find("buro")).toEqual([2]);
  });

  test("reads everything a user types as words, never as syntax", () => {
    const { find } = storeOf(["AND NOT NEAR col foo"]);
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
    ])
      expect(() => find(typed), typed).not.toThrow();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (typed) => void find(typed)),
      { numRuns: 300, seed: 1 },
    );
  });

  test("does not return the words of another collection", () => {
    const { db } = storeOf([]);
    const mine = collectionOf(db, 2, "mine");
    const other = collectionOf(db, 2, "other");
    storeTexts(db, other.id, "secret.txt", [{ text: "the secret word", embedding: anywhere }]);
    const scope = { collectionIds: [mine.id], filter: noFilter };

    expect(lookUpWords(db, scope, "secret", { commonWordShare: 0.2, limit: 10 }).hits).toEqual([]);
  });

  test("finds its own collection's words also where every better match lies in another one", () => {
    const { db } = storeOf([]);
    const mine = collectionOf(db, 2, "mine");
    const other = collectionOf(db, 2, "other");
    const better = Array.from({ length: 60 }, () => ({ text: "pump", embedding: anywhere }));
    storeTexts(db, other.id, "other.txt", better);
    const worse = { text: "Here and there one reads of a pump among many other words.", embedding: anywhere };
    storeTexts(db, mine.id, "mine.txt", [worse]);
    storeTexts(db, mine.id, "mine.md", [worse], { format: "markdown" });
    const find = (filter: Partial<typeof noFilter>) =>
      searchWords(db, { collectionIds: [mine.id], filter: { ...noFilter, ...filter } }, ['"pump"'], 5);

    expect(find({}).map(({ chunkId }) => chunkId)).toEqual([61, 62]);
    expect(find({ formats: ["markdown"] }).map(({ chunkId }) => chunkId)).toEqual([62]);
  });
});

describe("German compounds", () => {
  const texts = [
    "Die Wärmepumpe steht im Keller.",
    "Das Pumpengehäuse ist aus Guss.",
    "Die Garantiezeit beträgt drei Jahre.",
    "Der Monteur kommt am Montag.",
    "Wir liefern alle Wärmepumpen frei Haus.",
  ];

  test("are found by the word they end with, the word they begin with, and its plural", () => {
    const { find } = storeOf(texts, "de");

    expect(find("Pumpe").sort()).toEqual([1, 2, 5]);
    expect(find("Pumpen").sort()).toEqual([1, 2, 5]);
    expect(find("gehäuse")).toEqual([2]);
  });

  test("in a question find their parts", () => {
    const { find } = storeOf(texts, "de");

    expect(find("Pumpengarantie").sort()).toEqual([2, 3]);
  });

  test("are left whole in English, where a part is another word", () => {
    const { find } = storeOf(["A powerful waterfall.", "The overall price."], "en");

    expect(find("water")).toEqual([]);
    expect(find("price")).toEqual([2]);
  });
});

describe("scripts without spaces", () => {
  const texts = [
    "東京の天気は晴れです。",
    "大阪の天気は雨です。",
    "京都市の人口は約百四十万人です。",
    "서울의 날씨는 맑습니다.",
  ];

  test("are found by words of two characters inside a run", () => {
    const { find } = storeOf(texts, "ja");

    expect(find("東京")).toEqual([1]);
    expect(find("人口")).toEqual([3]);
    expect(find("天気").sort()).toEqual([1, 2]);
    expect(find("날씨")).toEqual([4]);
  });

  test("put the chunk first that shares most of a whole question", () => {
    expect(storeOf(texts, "ja").find("京都市の人口はどのくらいですか？")[0]).toBe(3);
  });

  test("do not hide the Latin words among them", () => {
    const { find } = storeOf(["iPhoneの価格は九万円です。", "価格は未定です。"], "ja");

    expect(find("iPhoneの価格")[0]).toBe(1);
    expect(find("価格").sort()).toEqual([1, 2]);
  });

  test("leave nothing in the index when their document goes", () => {
    const { db, documentId, find } = storeOf(texts, "ja");
    removeDocument(db, documentId);

    expect(find("天気")).toEqual([]);
    expect(db.prepare("SELECT count(*) FROM chunk_parts").pluck().get()).toBe(0);
    // FTS5's own comparison of the index with the rows it was made from.
    db.exec("INSERT INTO chunk_words (chunk_words, rank) VALUES ('integrity-check', 1)");
  });
});

describe("words that stand nearly everywhere", () => {
  const texts = Array.from(
    { length: 300 },
    (_, index) => `The pump number ${index} of the hall is ${index === 7 ? "broken" : "fine"}.`,
  );

  test("are not looked up, and the rare word decides alone", () => {
    const { look } = storeOf(texts);
    const { hits, words } = look("Which of the pumps is broken? The pump?");

    expect(hits.map(({ chunkId }) => chunkId)).toEqual([8]);
    expect(words.filter(({ isCommon }) => isCommon).map(({ word }) => word)).toEqual(["of", "the", "is", "pump"]);
  });

  test("are looked up when nothing else is left of the question", () => {
    const { look } = storeOf(texts);
    const { hits, words } = look("the pump of the hall");

    expect(hits).toHaveLength(10);
    expect(words.some(({ isCommon }) => isCommon)).toBe(false);
  });

  test("count again after documents came or went", () => {
    const { db, look, documentId } = storeOf(texts);
    expect(look("hall broken").words[0]).toMatchObject({ word: "hall", isCommon: true });
    removeDocument(db, documentId);
    storeTexts(db, collectionOf(db, 2).id, "b.txt", [{ text: "One hall.", embedding: anywhere }]);

    expect(look("hall broken").words[0]).toMatchObject({ word: "hall", chunks: 1, isCommon: false });
  });
});

describe("a question as a query", () => {
  const counted = (question: string, chunks: number[]) =>
    queryTerms(question).map((term, index) => ({ ...term, chunks: chunks[index]! }));

  test("is the same for the same question, and nothing for a question without words", () => {
    expect(matchesOf(counted("Where is the TW-20?", [1, 2, 3, 4]), 10)).toEqual([
      '"where" OR "is" OR "the" OR "tw-20"',
    ]);
    expect(matchesOf(counted("?! …", []), 10)).toEqual([]);
  });

  test("lets the rarest words bring chunks in and the others only count, once they would bring too many", () => {
    expect(matchesOf(counted("sealed pump Mufafa", [40, 50, 3]), 45)).toEqual([
      '("mufafa" OR "sealed") AND ("pump")',
      '("mufafa" OR "sealed") NOT ("pump")',
    ]);
  });

  test("always has a word that brings something in", () => {
    expect(matchesOf(counted("nowhere everywhere pump", [0, 90, 50]), 10)[0]).toBe(
      '("nowhere" OR "pump") AND ("everywhere")',
    );
  });

  test("scores what the rare words bring in by all words, as one query for any of them does", () => {
    const words = ["pump", "valve", "seal", "rotor"];
    const text = fc.array(fc.constantFrom(...words, "and", "so"), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 12 }), fc.nat(12), (texts, most) => {
        const { db } = storeOf(texts.map((each) => each.join(" ")));
        const scope = { collectionIds: [collectionOf(db, 2).id], filter: noFilter };
        const holders = (word: string) => texts.filter((each) => each.includes(word)).length;
        const matches = matchesOf(counted(words.join(" "), words.map(holders)), most);
        const whole = searchWords(db, scope, [words.map((word) => `"${word}"`).join(" OR ")], 50);
        const scores = new Map(whole.map(({ chunkId, bm25 }) => [chunkId, bm25]));
        const hits = searchWords(db, scope, matches, 50);

        expect(hits.length > 0).toBe(whole.length > 0);
        expect(new Set(hits.map(({ chunkId }) => chunkId)).size).toBe(hits.length);
        for (const { chunkId, bm25 } of hits) expect(bm25).toBeCloseTo(scores.get(chunkId)!, 6);
        if (matches.length === 1) expect(hits).toEqual(whole);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
