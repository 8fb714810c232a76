import { z } from "zod";

/** Lines of one group; the first is the one the others repeat or contradict. */
const LineGroup = z.object({ lines: z.array(z.int()) });

/** Tokens, over all examples; nulls never occur because an empty dataset is refused. */
const LengthSummary = z.object({
  shortest: z.int(),
  median: z.number(),
  /** 95 of 100 are at most this long. */
  p95: z.int(),
  longest: z.int(),
  total: z.int(),
  /** Examples of at most `upTo` tokens and more than the entry before. */
  histogram: z.array(z.object({ upTo: z.int(), examples: z.int() })),
});
export type LengthSummary = z.infer<typeof LengthSummary>;

/** What is known of a dataset before anything is trained on it. Lines are those of the file, from 1. */
export const DatasetDescription = z.object({
  examples: z.int(),
  /** Different prompts, and different pairs of prompt and answer. */
  distinctPrompts: z.int(),
  distinctExamples: z.int(),
  /** The same messages. */
  duplicates: z.array(LineGroup),
  /** The same but for case, spacing and punctuation; exact duplicates are not repeated here. */
  nearDuplicates: z.array(LineGroup),
  /** The same prompt but for case, spacing and punctuation, and answers that differ in more than that. */
  contradictions: z.array(LineGroup),
  splits: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  /** Prompts on two sides; they cannot come from `splitDataset`, but from splits made elsewhere. */
  leaks: z.array(
    z.object({
      line: z.int(),
      split: z.enum(["validation", "test"]),
      sameAs: z.int(),
      in: z.enum(["train", "validation"]),
      kind: z.enum(["exact", "normalised"]),
    }),
  ),
  /** Of prompt, answer and both; a chat template adds a few tokens per message. */
  lengths: z.object({ prompt: LengthSummary, answer: LengthSummary, whole: LengthSummary }),
  maxTokens: z.int().nullable(),
  tooLong: z.array(z.object({ line: z.int(), tokens: z.int() })),
  format: z.object({
    /** Shares of the answers, 0 to 1. */
    jsonShare: z.number(),
    /** Of the most frequent set of keys, among all answers. */
    sameKeysShare: z.number(),
    keys: z.array(z.string()),
    /** Of the most frequent first word. */
    sameStartShare: z.number(),
    start: z.string(),
    /** Answers unlike the form that most have; empty when there is no such form. */
    outliers: z.array(z.object({ line: z.int(), why: z.string() })),
  }),
  /** In sentences, most important first; empty when all is well. */
  advice: z.array(z.string()),
});
export type DatasetDescription = z.infer<typeof DatasetDescription>;
