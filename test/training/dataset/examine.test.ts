import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DatasetReport } from "../../../core/contract/training.ts";
import { type Conversation, toConversation } from "../../../core/training/dataset/conversation.ts";
import { examineDataset } from "../../../core/training/dataset/examine.ts";
import { normalisedPrompt } from "../../../core/training/dataset/same-meaning.ts";
import { splitOf } from "../../../core/training/dataset/split.ts";

type Pair = [prompt: string, answer: string];

/** Line 1 is the first pair. */
const examplesOf = (...pairs: Pair[]): Conversation[] =>
  pairs.map(([prompt, answer], index) =>
    toConversation(index + 1, [
      { role: "user", content: prompt },
      { role: "assistant", content: answer },
    ]),
  );
const numbered = (count: number, answer = (index: number) => `Answer ${index}`): Pair[] =>
  Array.from({ length: count }, (_, index) => [
    `Question ${words[index % words.length]} ${inLetters(index)}`,
    answer(index),
  ]);
const words = ["river", "stone", "cloud", "apple", "horse"];
/** Digits do not count as a difference between prompts, letters do. */
const inLetters = (index: number): string =>
  [...String(index)].map((digit) => String.fromCharCode(97 + Number(digit))).join("");

const shares = { validationShare: 0.1, testShare: 0.1 };
const examined = (pairs: Pair[], malformed: { line: number; problem: string }[] = []) =>
  examineDataset(
    {
      path: "pairs.jsonl",
      sha256: "",
      format: "prompt-completion",
      encoding: "utf-8",
      shapes: {},
      examples: examplesOf(...pairs),
      malformed,
    },
    shares,
  );
const reportOf = (...given: Parameters<typeof examined>): DatasetReport => examined(...given).report;

describe("the report on a dataset", () => {
  test("of sound examples has nothing to say against them", () => {
    expect(DatasetReport.parse(reportOf(numbered(200)))).toMatchObject({
      examples: 200,
      distinctExamples: 200,
      distinctPrompts: 200,
      duplicates: [],
      nearDuplicates: [],
      contradictions: [],
      leaks: [],
      answerForm: { form: "texts that begin with “answer”", share: 1, outliers: [] },
      advice: [],
    });
  });

  test("tells exact duplicates from near ones, and both from contradictions", () => {
    const { report, examples } = examined([
      ["Hi!", "Hello."],
      ["Hi!", "Hello."],
      ["hi", "HELLO"],
      ["Hi?", "Go away"],
      ["Bye", "Bye"],
      ["2+2", "4"],
      ["2+3", "5"],
    ]);

    expect(report).toMatchObject({
      examples: 6,
      distinctExamples: 5,
      distinctPrompts: 4,
      duplicates: [{ line: 2, sameAs: 1 }],
      nearDuplicates: [{ line: 3, sameAs: 1 }],
      contradictions: [{ line: 4, sameAs: 1 }],
    });
    expect(examples.map(({ conversation }) => conversation.line)).toEqual([1, 3, 4, 5, 6, 7]);
    expect(report.advice).toEqual([
      "5 different examples are far too few: an adapter would learn them by heart; 100 to 1,000 consistent ones are the right order.",
      "1 example with the prompt of another and a different answer (line 4): decide on one answer, or the adapter learns to guess.",
      "1 example given twice (line 2): trained on once.",
      "1 example like another but for case, spacing or punctuation (line 3): counting double.",
    ]);
  });

  test("finds held-out prompts that differ from trained ones in digits only, and no leak among bare sums", () => {
    const questions = Array.from({ length: 40 }, (_, index): Pair => [
      `What is kept in room ${index}?`,
      `Thing ${index}`,
    ]);
    const { report, examples } = examined(questions);
    const splits = new Map(examples.map(({ conversation, split }) => [conversation.line, split]));

    expect(report.leaks.length).toBeGreaterThan(0);
    for (const { line, sameAs } of report.leaks) expect(splits.get(line)).not.toBe(splits.get(sameAs));
    expect(reportOf(Array.from({ length: 40 }, (_, index): Pair => [`${index} + 7`, `${index + 7}`])).leaks).toEqual(
      [],
    );
  });

  test.each<[string, (index: number) => string, string, [number, string][]]>([
    [
      "JSON objects",
      (index) => ["sorry", '{"kind":"x"}', '["x"]'][index - 3] ?? `{"size":${index},"kind":"x"}`,
      "JSON objects with kind, size",
      [
        [4, "is not JSON"],
        [5, "lacks size"],
        [6, "is JSON but not an object"],
      ],
    ],
    ["mixed JSON", (index) => (index === 2 ? "no" : `{"key${index}":1}`), "JSON", [[3, "is not JSON"]]],
    ["lists", (index) => (index === 0 ? "None" : `- a\n- b${index}`), "lists", [[1, "is no list"]]],
    [
      "the same beginning",
      (index) => (index === 2 ? "No" : `Yes, ${index}`),
      "texts that begin with “yes,”",
      [[3, "begins with “no”"]],
    ],
    [
      "one line",
      (index) => (index === 9 ? "two\nlines" : `${inLetters(index)} it is`),
      "single lines",
      [[10, "has several lines"]],
    ],
  ])("names answers of another form than most: %s", (_, answer, form, outliers) => {
    expect(reportOf(numbered(10, answer)).answerForm).toEqual({
      form,
      share: expect.closeTo(1 - outliers.length / 10),
      outliers: outliers.map(([line, why]) => ({ line, why })),
    });
  });

  test("claims no form where answers share none", () => {
    expect(
      reportOf(numbered(10, (index) => `${inLetters(index)}${index % 2 === 0 ? "\nmore" : ""}`)).answerForm,
    ).toBeNull();
  });

  test.each([
    [30, ["30 different examples are few: 100 to 1,000 consistent ones are the right order."]],
    [
      1500,
      [
        "1,500 examples are more than a form or a tone needs: 100 to 1,000 consistent ones train faster and often as well.",
      ],
    ],
  ])("says the right order of size, for %i", (count, advice) => {
    const found = reportOf(numbered(count)).advice;

    expect(found.filter((sentence) => !sentence.startsWith("Only"))).toEqual(advice);
  });

  test("names what could not be read", () => {
    expect(reportOf(numbered(200), [{ line: 7, problem: "it is not JSON" }]).advice).toEqual([
      "1 example that cannot be read (line 7): correct or leave out.",
    ]);
  });

  test("keeps its schema, whatever the examples", () => {
    const text = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.string({ unit: "binary", minLength: 1 }),
      fc.json(),
      fc.constantFrom("a", "A.", "?!"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 30 }), (pairs) => {
        const report = reportOf(pairs);

        expect(DatasetReport.parse(report)).toEqual(report);
        expect(report.examples + report.duplicates.length).toBe(pairs.length);
        expect(report.distinctExamples + report.nearDuplicates.length).toBe(report.examples);
        expect(report.distinctPrompts + report.contradictions.length).toBe(report.distinctExamples);
      }),
      { numRuns: 80 },
    );
  });
});

describe("splitting", () => {
  const fifths = { validationShare: 0.2, testShare: 0.2 };

  test("puts the same prompt always on the same side, whatever else the dataset holds", () => {
    const side = new Map<string, string>();
    const prompt = fc.oneof(fc.constantFrom("a", "A!", "b", " b", "c"), fc.string());
    fc.assert(
      fc.property(prompt, (asked) => {
        const [example] = examplesOf([asked, "x"]);
        const key = normalisedPrompt(example!);
        const split = splitOf(example!, fifths);

        expect(side.get(key) ?? split).toBe(split);
        side.set(key, split);
      }),
      { numRuns: 300 },
    );
  });

  test("meets its shares on average", () => {
    const splits = examplesOf(...numbered(5000)).map((example) => splitOf(example, fifths));
    const share = (wanted: string) => splits.filter((split) => split === wanted).length / 5000;

    expect([share("train"), share("validation"), share("test")]).toEqual([
      expect.closeTo(0.6, 1),
      expect.closeTo(0.2, 1),
      expect.closeTo(0.2, 1),
    ]);
  });
});
