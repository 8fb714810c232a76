import type { ContractRouterClient } from "@orpc/contract";
import { comparison } from "./comparison.ts";
import { collections, documents } from "./documents.ts";
import { distillation } from "./distillation.ts";
import { models } from "./models.ts";
import { retrieval } from "./retrieval.ts";
import { training } from "./training.ts";
import { workspace } from "./workspace.ts";

/** Everything that may be asked of the engine, `room.verb`, the same over every door. */
export const contract = { workspace, models, collections, documents, retrieval, comparison, training, distillation };

/** What a caller holds: one async function per call, typed from the contract. */
export type EngineClient = ContractRouterClient<typeof contract>;

export * from "./comparison.ts";
export * from "./documents.ts";
export * from "./distillation.ts";
export * from "./failures.ts";
export * from "./models.ts";
export * from "./reports.ts";
export * from "./retrieval.ts";
export * from "./training.ts";
export * from "./workspace.ts";
