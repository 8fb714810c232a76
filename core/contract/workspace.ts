import { z } from "zod";
import { call, progressOf } from "./call.ts";
import { LoadedModel, SystemPrompts } from "./models.ts";
import { RetrievalSettings } from "./retrieval.ts";

/** What the user chose for the whole workspace; kept in the store so that it outlives a window. */
export const WorkspaceSettings = z.object({
  systemPrompts: SystemPrompts,
  theme: z.enum(["system", "light", "dark"]),
  /** What was picked last, offered again at the next start. */
  modelId: z.string().nullable(),
  adapters: z.array(z.object({ modelId: z.string(), scale: z.number() })),
  collectionId: z.string().nullable(),
  /** Searched along with it. */
  otherCollectionIds: z.array(z.string()),
  /** How passages are found, as far as it is not left to the defaults. */
  retrieval: RetrievalSettings.partial(),
});
export type WorkspaceSettings = z.infer<typeof WorkspaceSettings>;

export const EngineStatus = z.object({
  version: z.string(),
  workspace: z.string(),
  pid: z.int(),
  /** False when hnswlib-node could not be compiled here; exact search serves then. */
  hnsw: z.object({ available: z.boolean(), reason: z.string().nullable() }),
  loaded: LoadedModel.nullable(),
  children: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["idle", "running"]),
      pid: z.int().nullable(),
      restarts: z.int(),
    }),
  ),
});
export type EngineStatus = z.infer<typeof EngineStatus>;

export const SampleQuestion = z.object({
  question: z.string(),
  story: z.enum(["knowledge", "behaviour", "both", "unanswerable", "general"]),
  expected: z.string(),
  document: z.string().nullable(),
  note: z.string(),
});
export type SampleQuestion = z.infer<typeof SampleQuestion>;

/** One thing the doctor looked at. */
export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  message: z.string(),
  /** What to do when it is not ok. */
  action: z.string().nullable(),
});
export type Check = z.infer<typeof Check>;

/** Something changed that a window may want to ask for again. */
export const Change = z.object({
  topic: z.enum([
    "models",
    "collections",
    "documents",
    "imports",
    "folders",
    "embedders",
    "comparisons",
    "settings",
    "children",
    "training",
    "drafts",
  ]),
  /** Said to the user when it concerns them, such as a child that crashed and was restarted. */
  notice: z.string().nullable(),
});
export type Change = z.infer<typeof Change>;

export const workspace = {
  status: call({ summary: "What the engine is and does now.", input: z.object({}), output: EngineStatus }),
  watch: progressOf({
    summary: "Report every change until the caller leaves.",
    input: z.object({}),
    progress: Change,
    output: z.object({}),
  }),
  settings: call({ summary: "The user's workspace settings.", input: z.object({}), output: WorkspaceSettings }),
  configure: call({
    summary: "Change workspace settings; absent fields stay.",
    input: WorkspaceSettings.partial(),
    output: WorkspaceSettings,
  }),
  samples: call({
    summary: "The sample questions that belong to the bundled sample documents.",
    input: z.object({}),
    output: z.object({ collectionId: z.string().nullable(), questions: z.array(SampleQuestion) }),
  }),
  doctor: call({
    summary: "Check everything the product needs on this machine.",
    input: z.object({}),
    output: z.object({ checks: z.array(Check) }),
  }),
};
