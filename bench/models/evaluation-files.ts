import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { bundledFolder } from "../../core/models/manifest.ts";
import { ExpectedAnswer } from "./answers.ts";

/** Everything the models are measured on lies here. */
const folder = join(bundledFolder, "evaluation");

export const handwrittenDocuments = join(folder, "handwritten", "documents");

/** A question about the documents nobody generated. */
const HandwrittenQuestion = z
  .strictObject({
    id: z.string(),
    /** Answers it, or, when nothing does, is about its subject. */
    document: z.string(),
    question: z.string().min(1),
    /** Empty when no document answers it. */
    answers: z.array(ExpectedAnswer),
    /** The words that answer it, white space squeezed. */
    passage: z.string().nullable(),
    note: z.string().optional(),
  })
  .refine(({ answers, passage }) => (answers.length === 0) === (passage === null), "answers and passage go together");
export type HandwrittenQuestion = z.infer<typeof HandwrittenQuestion>;

/** A question to the sample company's documents, or to the model alone. */
const EvaluationItem = z.strictObject({
  id: z.string(),
  /** What a right answer takes: documents, the adapter's form, both, the word that nothing is said, or neither. */
  kind: z.enum(["knowledge", "behaviour", "both", "unanswerable", "general"]),
  question: z.string().min(1),
  /** Empty for an unanswerable one. */
  expected: z.array(ExpectedAnswer),
  /** Each place that answers it: a document of `samples/documents`, and its words, white space squeezed. */
  passages: z.array(z.strictObject({ document: z.string(), text: z.string().min(1) })),
  /** What the base answers from memory, and what is no longer true. */
  stale: z.string().optional(),
  note: z.string().optional(),
});
export type EvaluationItem = z.infer<typeof EvaluationItem>;

/** A generated question, its passages as a reader would have given them, and the sentence to be copied. */
const HeldOutExample = z.strictObject({
  /** Templates, domains or written documents that training never saw; questions the passages do not answer; without passages: abilities and memory. */
  set: z.enum(["templates", "domains", "written", "unanswerable", "general", "memory"]),
  question: z.string().min(1),
  passages: z.array(z.strictObject({ heading: z.string().nullable(), text: z.string().min(1) })),
  /** Without its citation. */
  answer: z.string().min(1),
  /** 1-based number of the passage it is copied from. */
  source: z.int().positive().nullable(),
});
export type HeldOutExample = z.infer<typeof HeldOutExample>;

/** What the embedder was made from reached, measured once with its own library. */
const EmbedderReference = z.object({
  name: z.string(),
  /** How it was measured. */
  recipe: z.string(),
  corpora: z.object({ Cranfield: z.object({ of: z.int(), "hit@5": z.number() }) }),
});

export async function readEmbedderReference(): Promise<z.infer<typeof EmbedderReference>> {
  return EmbedderReference.parse(JSON.parse(await readFile(join(folder, "embedder-reference.json"), "utf8")));
}

export async function readHandwritten(): Promise<HandwrittenQuestion[]> {
  const text = await readFile(join(folder, "handwritten", "questions.json"), "utf8");
  return z.array(HandwrittenQuestion).parse(JSON.parse(text));
}

export const readEvaluationItems = (): Promise<EvaluationItem[]> => readLines("tarnholm.jsonl", EvaluationItem);

export const readHeldOut = (): Promise<HeldOutExample[]> => readLines("held-out.jsonl", HeldOutExample);

async function readLines<Line>(name: string, schema: z.ZodType<Line>): Promise<Line[]> {
  const lines = (await readFile(join(folder, name), "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => schema.parse(JSON.parse(line)));
}
