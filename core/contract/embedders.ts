import { z } from "zod";
import { call, progressOf } from "./call.ts";

/** A model that turns texts into vectors. */
export const EmbedderInfo = z.object({
  /** Over its files and how they are used: two embedders of one id give the same vectors. */
  id: z.string(),
  name: z.string(),
  runtime: z.enum(["onnx", "gguf"]),
  path: z.string(),
  sizeBytes: z.number(),
  bundled: z.boolean(),
  /** False when a file is gone or was replaced since it was added. */
  present: z.boolean(),
  dimensions: z.int(),
  pooling: z.enum(["mean", "cls", "last"]),
  queryPrefix: z.string(),
  passagePrefix: z.string(),
  /** Tokens it reads at once. */
  maxTokens: z.int(),
  /** Of new collections made for it, in tokens. */
  chunkSize: z.int(),
  /** ISO 639-1; empty when it does not say. */
  languages: z.array(z.string()),
  /** Names of the collections that need it. */
  collections: z.array(z.string()),
});
export type EmbedderInfo = z.infer<typeof EmbedderInfo>;

export const EmbedderProgress = z.object({
  stage: z.enum(["checking", "hashing", "trying"]),
  /** 0 to 1 within the stage. */
  fraction: z.number(),
});
export type EmbedderProgress = z.infer<typeof EmbedderProgress>;

const ofCollection = z.object({ collectionId: z.string() });

export const embedders = {
  list: call({ summary: "List the embedders of this workspace.", input: z.object({}), output: z.array(EmbedderInfo) }),
  add: progressOf({
    summary: "Add an embedder by path, a GGUF file or an ONNX folder; it is tried out, and stays where it lies.",
    input: z.object({
      path: z.string().min(1),
      name: z.string().trim().min(1).max(80).optional(),
      /** Put before a question; absent, what its files or its family say. */
      queryPrefix: z.string().max(500).optional(),
      passagePrefix: z.string().max(500).optional(),
      /** How the vectors of its tokens become one; absent, what its files say. */
      pooling: z.enum(["mean", "cls", "last"]).optional(),
      chunkSize: z.int().min(16).max(2048).optional(),
    }),
    progress: EmbedderProgress,
    output: EmbedderInfo,
  }),
  remove: call({
    summary: "Forget an embedder that no collection needs; its files stay where they are.",
    input: z.object({ embedderId: z.string() }),
    output: z.object({ removed: z.boolean() }),
  }),
  change: call({
    summary: "Take a collection over to another embedder, in the background; the old vectors answer until it is done.",
    input: ofCollection.extend({ embedderId: z.string() }),
    output: z.object({}),
  }),
  pause: call({
    summary: "Let a collection rest on its way to another embedder.",
    input: ofCollection,
    output: z.object({}),
  }),
  resume: call({
    summary: "Go on to the other embedder.",
    input: ofCollection,
    output: z.object({}),
  }),
  cancel: call({
    summary: "Stay with the present embedder; what was made for the other one goes.",
    input: ofCollection,
    output: z.object({ cancelled: z.boolean() }),
  }),
};
