import type { ContractRouterClient } from "@orpc/contract";
import { comparison } from "./comparison.ts";
import { collections, documents, imports } from "./documents.ts";
import { embedders } from "./embedders.ts";
import { folders } from "./folders.ts";
import { models } from "./models.ts";
import { retrieval } from "./retrieval.ts";
import { training } from "./training.ts";
import { workspace } from "./workspace.ts";

/** Everything that may be asked of the engine, `room.verb`, the same over every door. */
export const contract = {
  workspace,
  models,
  collections,
  documents,
  imports,
  folders,
  embedders,
  retrieval,
  comparison,
  training,
};

/** What a caller holds: one async function per call, typed from the contract. */
export type EngineClient = ContractRouterClient<typeof contract>;

export * from "./comparison.ts";
export * from "./document-formats.ts";
export * from "./documents.ts";
export * from "./embedders.ts";
export * from "./failures.ts";
export * from "./folders.ts";
export * from "./models.ts";
export * from "./reports.ts";
export * from "./retrieval.ts";
export * from "./training.ts";
export * from "./workspace.ts";
