import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FourfoldError } from "../../../core/contract/failures.ts";
import { type Conversation, toConversation } from "../../../core/training/dataset/conversation.ts";
import { DatasetDescription } from "../../../core/training/dataset/dataset-description.ts";
import { describeDataset } from "../../../core/training/dataset/describe-dataset.ts";
import { normalisedPrompt } from "../../../core/training/dataset/same-meaning.ts";
import { splitDataset } from "../../../core/training/dataset/split.ts";

/** Line 1 is the first pair. */
const examplesOf = (...pairs: [prompt: string, answer: string][]): Conversation[] =>
  pairs.map(([prompt, answer], index) =>
    toConversation(index + 1, [
      { role: "user", content: prompt },
      { role: "assistant", content: answer },
    ]),
  );
const numbered = (count: number, answer = (index: number) => `Answer ${index}`): [string, string][] =>
  Array.from({ length: count }, (_, index) => [`Question ${index}`, answer(index)]);
const words = (text: string): number => text.split(/\s+/).length;
const codeOf = (calling: Promise<unknown>) =>
  calling.then(
    () => null,
    ({ failure }: FourfoldError) => failure.code,
  );

describe("the description of a dataset", () => {
  test("of sound examples has nothing to say against them", async () => {
    const description = await describeDataset(examplesOf(...numbered(200)), words, { maxTokens: 10 });

    expect(DatasetDescription.parse(description)).toMatchObject({
      examples: 200,
      distinctPrompts: 200,
      distinctExamples: 200,
      duplicates: [],
      nearDuplicates: [],
      contradictions: [],
      leaks: [],
      tooLong: [],
      format: { jsonShare: 0, sameStartShare: 1, start: "answer", outliers: [] },
      advice: [],
    });
  });

  test("tells exact duplicates from near ones, and both from contradictions", async () => {
    const { duplicates, nearDuplicates, contradictions, distinctExamples, distinctPrompts, advice } =
      await describeDataset(
        examplesOf(
          ["Hi!", "Hello."],
          ["Hi!", "Hello."],
          ["hi", "HELLO"],
          ["Hi?", "Go away"],
          ["Bye", "Bye"],
          ["2+2", "4"],
          ["2+3", "5"],
        ),
        words,
      );

    expect({ duplicates, nearDuplicates, contradictions, distinctExamples, distinctPrompts }).toEqual({
      duplicates: [{ lines: [1, 2] }],
      nearDuplicates: [{ lines: [1, 3] }],
      contradictions: [{ lines: [1, 4] }],
      distinctExamples: 5,
      distinctPrompts: 4,
    });
    expect(advice).toEqual([
      "5 different examples are far too few: an adapter would learn them by heart.",
      "1 prompt with different answers (line 4): decide on one answer for each, or the adapter learns to guess.",
      "2 of 7 examples repeat another (lines 2, 3): they count double and teach nothing new.",
    ]);
  });

  test("finds prompts on two sides of a split that was made elsewhere", async () => {
    const examples = examplesOf(["a", "1"], ["b", "2"], ["b", "2"], ["A.", "3"], ["c", "4"]);
    const splits = { train: examples.slice(0, 2), validation: examples.slice(2, 3), test: examples.slice(3) };

    const { leaks } = await describeDataset(examples, words, { splits });

    expect(leaks).toEqual([
      { line: 3, split: "validation", sameAs: 2, in: "train", kind: "exact" },
      { line: 4, split: "test", sameAs: 1, in: "train", kind: "normalised" },
    ]);
  });

  test("counts tokens of prompt and answer, and lists what does not fit", async () => {
    const long = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(" ");
    const { lengths, tooLong } = await describeDataset(
      examplesOf(["a", "b"], ["c d", long(20)], [long(40), "e"]),
      async (text) => words(text),
      {
        maxTokens: 22,
      },
    );

    expect(tooLong).toEqual([{ line: 3, tokens: 41 }]);
    expect(lengths.prompt).toEqual({
      shortest: 1,
      median: 2,
      p95: 40,
      longest: 40,
      total: 43,
      histogram: [
        { upTo: 16, examples: 2 },
        { upTo: 32, examples: 0 },
        { upTo: 64, examples: 1 },
      ],
    });
    expect([lengths.answer.total, lengths.whole.longest]).toEqual([22, 41]);
  });

  test("lists answers of another form than most", async () => {
    const json = (index: number): string => {
      if (index === 3) return "sorry";
      if (index === 5) return '{"kind":"x"}';
      if (index === 7) return '["x"]';
      return `{"kind":"x","size":${index}}`;
    };
    const { format } = await describeDataset(examplesOf(...numbered(10, json)), words);

    expect(format).toMatchObject({ jsonShare: 0.9, sameKeysShare: 0.7, keys: ["kind", "size"] });
    expect(format.outliers).toEqual([
      { line: 4, why: "it is not JSON, most answers are" },
      { line: 6, why: "it lacks size" },
      { line: 8, why: "it is JSON but not an object" },
    ]);

    const { format: spoken } = await describeDataset(
      examplesOf(...numbered(10, (index) => (index === 2 ? "No" : `Yes, ${index}`))),
      words,
    );
    expect(spoken.outliers).toEqual([{ line: 3, why: "it starts with no, most with yes," }]);
  });

  test.each([
    [30, ["30 different examples are few: 100 to 1,000 consistent ones are the right order."]],
    [
      1500,
      [
        "1,500 examples are more than a form or a tone needs: 100 to 1,000 consistent ones train faster and often as well.",
      ],
    ],
  ])("says the right order of size, for %i", async (count, advice) => {
    const found = await describeDataset(examplesOf(...numbered(count)), words);

    expect(found.advice.filter((sentence) => !sentence.startsWith("Only"))).toEqual(advice);
  });

  test("is refused for no examples, and for one example given again and again", async () => {
    expect(await codeOf(describeDataset([], words))).toBe("dataset_empty");
    expect(await codeOf(describeDataset(examplesOf(["a", "b"], ["a", "b"]), words))).toBe("dataset_all_duplicates");
    expect(await codeOf(describeDataset(examplesOf(["a", "b"], ["A!", " b."]), words))).toBe("dataset_all_duplicates");
    expect(await codeOf(describeDataset(examplesOf(["a", "b"]), words))).toBeNull();
  });
});

describe("splitting", () => {
  const shares = { validation: 0.2, test: 0.2 };

  test("puts every example on one side, the same prompt always on the same", () => {
    const pair = fc.tuple(fc.constantFrom("a", "A!", "b", " b", "c", "d", "e", "f"), fc.string());
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 60 }), fc.array(pair, { maxLength: 10 }), (pairs, more) => {
        const examples = examplesOf(...pairs);
        const splits = splitDataset(examples, shares);
        const prompts = Object.values(splits).map((side) => new Set(side.map(normalisedPrompt)));

        expect(Object.values(splits).flat().length).toBe(examples.length);
        expect(prompts[0]!.intersection(prompts[1]!).size + prompts[0]!.intersection(prompts[2]!).size).toBe(0);
        expect(prompts[1]!.intersection(prompts[2]!).size).toBe(0);
        // More data moves none of the old.
        const grown = splitDataset(examplesOf(...pairs, ...more), shares);
        for (const side of ["train", "validation", "test"] as const) {
          expect(grown[side].filter(({ line }) => line <= pairs.length)).toEqual(splits[side]);
        }
      }),
    );
  });

  test("meets its shares on average", () => {
    const { train, validation, test: heldOut } = splitDataset(examplesOf(...numbered(5000)), shares);

    expect([train.length / 5000, validation.length / 5000, heldOut.length / 5000]).toEqual([
      expect.closeTo(0.6, 1),
      expect.closeTo(0.2, 1),
      expect.closeTo(0.2, 1),
    ]);
  });

  test("must leave something to train on", () => {
    expect(() => splitDataset([], { validation: 0.5, test: 0.5 })).toThrow(RangeError);
  });
});

test("any examples can be described, and the description keeps its schema", async () => {
  const text = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.string({ unit: "binary", minLength: 1 }),
    fc.json(),
    fc.constantFrom("a", "A.", "?!"),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 30 }), async (pairs) => {
      const described = await describeDataset(examplesOf(...pairs), words).catch(
        (error: FourfoldError) => error.failure.code,
      );

      if (typeof described === "string") expect(["dataset_empty", "dataset_all_duplicates"]).toContain(described);
      else expect(DatasetDescription.parse(described)).toEqual(described);
    }),
    { numRuns: 80 },
  );
});
