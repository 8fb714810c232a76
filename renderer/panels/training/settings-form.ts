import { LORA_TARGETS, type LoraTarget, TrainingPassages, TrainingSettings } from "../../../core/contract/training.ts";

/** Settings that are one number each, and the two of the passages. */
export type NumberFieldName =
  | Exclude<keyof TrainingSettings, "targets" | "passages">
  | "passagesShare"
  | "passagesTopK";

/** One number a run takes, with the limits of the contract in words. */
export interface NumberField {
  name: NumberFieldName;
  label: string;
  /** What it does, in a few words. */
  hint: string;
  min: number;
  max: number;
  isWhole: boolean;
  /** Whether the lower limit itself is refused. */
  isAbove?: boolean;
  /** What happens when it is left empty, where there is no default. */
  whenEmpty?: string;
}

const NO_LIMIT = Number.POSITIVE_INFINITY;

/** What most runs differ in. */
export const frontFields: readonly NumberField[] = [
  {
    name: "rank",
    label: "Rank",
    hint: "How much it can learn; multiples of 16 run fastest",
    min: 1,
    max: 256,
    isWhole: true,
  },
  {
    name: "alpha",
    label: "Alpha",
    hint: "Its weight is alpha / rank; twice the rank is usual",
    min: 0,
    max: NO_LIMIT,
    isWhole: false,
    isAbove: true,
  },
  {
    name: "epochs",
    label: "Epochs",
    hint: "Times it sees every example",
    min: 0,
    max: 1000,
    isWhole: false,
    isAbove: true,
  },
  {
    name: "learningRate",
    label: "Learning rate",
    hint: "At its peak; higher for tiny bases",
    whenEmpty: "by the base's size",
    min: 0,
    max: 1,
    isWhole: false,
    isAbove: true,
  },
];

export const moreFields: readonly NumberField[] = [
  {
    name: "batchTokens",
    label: "Tokens per step",
    hint: "Read before the weights change once",
    min: 16,
    max: NO_LIMIT,
    isWhole: true,
  },
  {
    name: "sequenceLength",
    label: "Longest example",
    hint: "Tokens; longer ones are left out",
    min: 16,
    max: 32_768,
    isWhole: true,
    whenEmpty: "the longest",
  },
  {
    name: "validationShare",
    label: "Validation share",
    hint: "Set aside to see how it does meanwhile",
    min: 0,
    max: 0.5,
    isWhole: false,
  },
  { name: "testShare", label: "Test share", hint: "Set aside until the end", min: 0, max: 0.5, isWhole: false },
  {
    name: "evaluationsPerEpoch",
    label: "Evaluations",
    hint: "Of the validation loss, per epoch",
    min: 0,
    max: 100,
    isWhole: false,
    isAbove: true,
  },
  {
    name: "patience",
    label: "Patience",
    hint: "Evaluations without a better one before it stops; 0 never stops",
    min: 0,
    max: NO_LIMIT,
    isWhole: true,
  },
  {
    name: "warmupShare",
    label: "Warm-up share",
    hint: "Of the steps, while the rate rises",
    min: 0,
    max: 0.5,
    isWhole: false,
  },
  {
    name: "weightDecay",
    label: "Weight decay",
    hint: "Pulls the adapter's weights to zero",
    min: 0,
    max: 1,
    isWhole: false,
  },
  { name: "dropout", label: "Dropout", hint: "Share of inputs left out at random", min: 0, max: 0.9, isWhole: false },
  {
    name: "clip",
    label: "Gradient clip",
    hint: "Longer gradients are shortened to it",
    min: 0,
    max: NO_LIMIT,
    isWhole: false,
    isAbove: true,
  },
  {
    name: "threads",
    label: "Threads",
    hint: "Processor cores it may use",
    min: 1,
    max: 256,
    isWhole: true,
    whenEmpty: "cores − 1",
  },
  { name: "seed", label: "Seed", hint: "The same seed trains the same adapter", min: 0, max: NO_LIMIT, isWhole: true },
];

/** What retrieved passages in the prompts take, where there are some. */
export const passagesFields: readonly NumberField[] = [
  {
    name: "passagesShare",
    label: "Share",
    hint: "Of the examples; the others keep it able to answer without",
    min: 0,
    max: 1,
    isWhole: false,
    isAbove: true,
  },
  {
    name: "passagesTopK",
    label: "Passages",
    hint: "Per prompt, the best found",
    min: 1,
    max: 50,
    isWhole: true,
    whenEmpty: "as for answers",
  },
];

/** The form as typed: text stays as it is until it can be read. */
export interface SettingsDraft {
  numbers: Record<NumberFieldName, string>;
  targets: LoraTarget[];
  /** Null where prompts are trained on as they are. */
  collectionId: string | null;
  appendCitations: boolean;
}

export const defaultSettings: TrainingSettings = TrainingSettings.parse({});

const allFields: readonly NumberField[] = [...frontFields, ...moreFields, ...passagesFields];
const defaultShare = TrainingPassages.parse({ collectionId: "any" }).share;

/** What an empty field stands for; null where that is only known later. */
export function usualValue(name: NumberFieldName): number | null {
  if (name === "passagesShare") return defaultShare;
  return name === "passagesTopK" ? null : (defaultSettings[name] ?? null);
}

export const defaultDraft: SettingsDraft = {
  numbers: Object.fromEntries(allFields.map(({ name }) => [name, String(usualValue(name) ?? "")])) as Record<
    NumberFieldName,
    string
  >,
  targets: [...LORA_TARGETS],
  collectionId: null,
  appendCitations: false,
};

/** What the form says: settings where all of it can be read, and what is wrong with each field that cannot. */
export interface ReadSettings {
  settings: TrainingSettings | null;
  problems: Partial<Record<NumberFieldName | "targets", string>>;
}

/** Read the form; an empty field takes its default. */
export function readSettings({ numbers, targets, collectionId, appendCitations }: SettingsDraft): ReadSettings {
  const problems: ReadSettings["problems"] = {};
  const read: Partial<Record<NumberFieldName, number>> = {};
  const isAsked = ({ name }: NumberField): boolean => collectionId !== null || !name.startsWith("passages");
  for (const field of allFields.filter(isAsked)) {
    // A comma is how much of Europe writes the point.
    const text = numbers[field.name].trim().replace(",", ".");
    if (text === "") continue;
    const value = Number(text);
    if (fits(field, value)) read[field.name] = value;
    else problems[field.name] = `${limitWords(field)}.`;
  }
  if (targets.length === 0) problems.targets = "Choose at least one.";
  if (Object.keys(problems).length > 0) return { settings: null, problems };
  const { passagesShare: share, passagesTopK: topK, ...settings } = read;
  const parsed = TrainingSettings.safeParse({
    ...settings,
    targets: LORA_TARGETS.filter((one) => targets.includes(one)),
    ...(collectionId !== null && { passages: { collectionId, share, topK, appendCitations } }),
  });
  return { settings: parsed.success ? parsed.data : null, problems };
}

export function fits({ min, max, isWhole, isAbove }: NumberField, value: number): boolean {
  if (!Number.isFinite(value) || (isWhole && !Number.isSafeInteger(value))) return false;
  return (isAbove === true ? value > min : value >= min) && value <= max;
}

/** "A whole number from 1 to 256". */
export function limitWords({ min, max, isWhole, isAbove }: NumberField): string {
  const kind = isWhole ? "A whole number" : "A number";
  const figure = (value: number): string => value.toLocaleString("en");
  if (isAbove === true)
    return max === NO_LIMIT ? `${kind} above ${min}` : `${kind} above ${min}, at most ${figure(max)}`;
  return max === NO_LIMIT ? `${kind}, ${figure(min)} or more` : `${kind} from ${figure(min)} to ${figure(max)}`;
}
