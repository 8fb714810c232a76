import { z } from "zod";
import { call, progressOf } from "./call.ts";
import { Failure } from "./failures.ts";
import { LoadProgress } from "./models.ts";

/** What a person made of a drafted answer; nothing undecided is ever trained on unseen. */
export const Decision = z.enum(["open", "accepted", "rejected"]);
export type Decision = z.infer<typeof Decision>;

/** A prompt, and the answer a teacher drafted for it. */
export const DraftedPair = z.object({
  /** In the order of the prompts, from 0. */
  position: z.int(),
  /** Of the file of prompts, from 1. */
  line: z.int(),
  /** What is asked, ending with a question; the teacher's own system prompt is not among them. */
  messages: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  /** As the teacher wrote it; null until its turn, and where it failed. */
  drafted: z.string().nullable(),
  /** As it would be trained on: drafted, or edited since. */
  answer: z.string().nullable(),
  decision: Decision,
  /** Whether the teacher was stopped at its limit of tokens, so that the answer may end in the middle. */
  isCut: z.boolean(),
  /** Those in the teacher's prompt; the answer's [n] name them. */
  passages: z.array(
    z.object({ n: z.int(), documentId: z.string(), document: z.string(), start: z.int(), end: z.int() }),
  ),
  failure: Failure.nullable(),
});
export type DraftedPair = z.infer<typeof DraftedPair>;

/** Everything that decides what the teacher writes. */
const Teaching = z.object({
  teacherId: z.string(),
  /** Id or name of the documents it answers from, with citations; null: from what it knows. */
  collectionId: z.string().nullable().default(null),
  /** Said to the teacher and not trained on; absent: the prompt's own, else the usual one. */
  system: z.string().optional(),
  maxTokens: z.int().min(1).max(32_768).optional(),
  temperature: z.number().min(0).max(2).default(0),
  seed: z.int().min(0).default(42),
});
export type Teaching = z.infer<typeof Teaching>;

export const DistillationDraft = z.object({
  id: z.string(),
  name: z.string(),
  promptsPath: z.string(),
  teaching: Teaching,
  /** As they were called when it began. */
  teacher: z.string(),
  collection: z.string().nullable(),
  state: z.enum(["running", "paused", "finished"]),
  createdAt: z.string(),
  /** Lines of the prompts' file that hold no prompt; left out. */
  malformed: z.array(z.object({ line: z.int(), problem: z.string() })),
  /** Why it paused by itself; null otherwise. */
  failure: Failure.nullable(),
  counts: z.object({
    prompts: z.int(),
    answered: z.int(),
    failed: z.int(),
    /** Of the answered ones. */
    open: z.int(),
    accepted: z.int(),
    rejected: z.int(),
    edited: z.int(),
    cut: z.int(),
  }),
});
export type DistillationDraft = z.infer<typeof DistillationDraft>;

export const DistillationProgress = z.discriminatedUnion("type", [
  z.object({ type: z.literal("draft"), draft: DistillationDraft }),
  z.object({ type: z.literal("loading"), progress: LoadProgress }),
  z.object({ type: z.literal("text"), position: z.int(), delta: z.string() }),
  z.object({
    type: z.literal("answered"),
    pair: DraftedPair,
    done: z.int(),
    prompts: z.int(),
    /** From the time the answers took so far. */
    etaMs: z.number(),
  }),
]);
export type DistillationProgress = z.infer<typeof DistillationProgress>;

const OfDraft = z.object({ draftId: z.string() });

export const distillation = {
  start: progressOf({
    summary: "Let a model of the catalogue draft answers to prompts; it goes on when its caller leaves.",
    input: Teaching.extend({ path: z.string().min(1), name: z.string().trim().min(1) }),
    progress: DistillationProgress,
    output: DistillationDraft,
  }),
  resume: progressOf({
    summary: "Go on with a paused draft, or watch the one that is being written; failed prompts are asked again.",
    input: OfDraft,
    progress: DistillationProgress,
    output: DistillationDraft,
  }),
  pause: call({ summary: "Stop writing; what is drafted stays.", input: OfDraft, output: DistillationDraft }),
  remove: call({
    summary: "Stop and delete a draft with its answers; what was exported stays.",
    input: OfDraft,
    output: z.object({ removed: z.boolean() }),
  }),
  list: call({
    summary: "List the drafts of this workspace, newest first.",
    input: z.object({}),
    output: z.array(DistillationDraft),
  }),
  pairs: call({ summary: "Give a draft's prompts and answers.", input: OfDraft, output: z.array(DraftedPair) }),
  review: call({
    summary: "Accept, reject, edit or reopen drafted answers.",
    input: OfDraft.extend({
      decisions: z
        .array(z.object({ position: z.int().min(0), decision: Decision, answer: z.string().trim().min(1).optional() }))
        .min(1),
    }),
    output: DistillationDraft,
  }),
  acceptAll: call({
    summary: "Accept every undecided answer that is whole; those cut at their limit stay undecided.",
    input: OfDraft,
    output: DistillationDraft,
  }),
  export: call({
    summary: "Write the accepted pairs as a dataset, ready to train on.",
    input: OfDraft.extend({
      /** Absent: a file in the workspace. */
      path: z.string().min(1).optional(),
    }),
    output: z.object({ path: z.string(), pairs: z.int() }),
  }),
};
