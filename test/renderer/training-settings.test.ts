import { describe, expect, test } from "vitest";
import { TrainingSettings } from "../../core/contract/training.ts";
import {
  defaultDraft,
  defaultSettings,
  fits,
  frontFields,
  limitWords,
  moreFields,
  passagesFields,
  type NumberFieldName,
  readSettings,
} from "../../renderer/panels/training/settings-form.ts";

const fields = [...frontFields, ...moreFields];
const typed = (numbers: Partial<Record<NumberFieldName, string>>) =>
  readSettings({ ...defaultDraft, numbers: { ...defaultDraft.numbers, ...numbers } });

describe("the settings of a run as they are typed", () => {
  test("are the contract's defaults before anything is", () => {
    expect(readSettings(defaultDraft)).toEqual({ settings: defaultSettings, problems: {} });
  });

  test("offer every setting the contract has", () => {
    expect(new Set([...fields.map(({ name }) => name), "targets", "passages"])).toEqual(
      new Set(Object.keys(TrainingSettings.shape)),
    );
  });

  test("take a rate the way people write it", () => {
    expect(typed({ learningRate: "2e-3" }).settings?.learningRate).toBe(0.002);
    expect(typed({ learningRate: " 0,002 " }).settings?.learningRate).toBe(0.002);
  });

  test("take the default for an empty field", () => {
    expect(typed({ rank: "", threads: "" }).settings).toEqual(defaultSettings);
  });

  test.each([
    ["rank", "4x", "A whole number from 1 to 256."],
    ["rank", "1.5", "A whole number from 1 to 256."],
    ["epochs", "0", "A number above 0, at most 1,000."],
    ["alpha", "-1", "A number above 0."],
    ["batchTokens", "8", "A whole number, 16 or more."],
    ["seed", "Infinity", "A whole number, 0 or more."],
    ["dropout", "0.95", "A number from 0 to 0.9."],
  ] as const)("say of %s %s what is wrong", (name, text, words) => {
    expect(typed({ [name]: text })).toEqual({ settings: null, problems: { [name]: words } });
  });

  test("need something to change", () => {
    expect(readSettings({ ...defaultDraft, targets: [] })).toMatchObject({
      settings: null,
      problems: { targets: expect.any(String) },
    });
  });
});

describe("retrieved passages in the prompts", () => {
  const draft = { ...defaultDraft, collectionId: "handbook" };

  test("are asked of half the examples, as many as answers are made from", () => {
    expect(readSettings(draft).settings?.passages).toEqual({
      collectionId: "handbook",
      share: 0.5,
      appendCitations: false,
    });
  });

  test("are not part of a run without documents, whatever stands in their fields", () => {
    const numbers = { ...defaultDraft.numbers, passagesShare: "many" };

    expect(readSettings({ ...defaultDraft, numbers })).toEqual({ settings: defaultSettings, problems: {} });
    expect(readSettings({ ...draft, numbers }).problems).toEqual({ passagesShare: "A number above 0, at most 1." });
  });

  test.each(passagesFields)("the limits of $label are the contract's", (field) => {
    const name = field.name === "passagesShare" ? "share" : "topK";
    for (const value of [-1, 0, 0.5, 1, 1.5, 50, 51])
      expect(fits(field, value)).toBe(
        TrainingSettings.safeParse({ passages: { collectionId: "handbook", [name]: value } }).success,
      );
  });
});

test.each(fields)("the limits of $label are the contract's", (field) => {
  const accepts = (value: number): boolean => TrainingSettings.safeParse({ [field.name]: value }).success;
  const ends = [field.min, field.max].filter(Number.isFinite);
  const values = [
    -1,
    0,
    0.5,
    1,
    1.5,
    2,
    15,
    16,
    100,
    1e5,
    ...ends.flatMap((end) => [end - 1, end - 1e-6, end, end + 1e-6, end + 1]),
  ];

  for (const value of values) expect(fits(field, value), `${limitWords(field)}: ${value}`).toBe(accepts(value));
});
