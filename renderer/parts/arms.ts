import type { Arm } from "../../core/contract/index.ts";

/** The arms as they stand in the 2×2: rows adapter off and on, columns documents off and on. Also the order of keys 1–4. */
export const ARMS_IN_GRID = ["base", "rag", "adapter", "combined"] as const satisfies readonly Arm[];

export const armNames: Record<Arm, string> = { base: "Base", rag: "RAG", adapter: "Adapter", combined: "Combined" };

/** What an arm is made of, in a few words. */
export const armDescriptions: Record<Arm, string> = {
  base: "the model alone",
  rag: "model + passages",
  adapter: "model + adapter",
  combined: "model + adapter + passages",
};

/** What an arm is for, shown while its pane is empty. */
export const armPurposes: Record<Arm, string> = {
  base: "What the model knows by itself: no adapter, no documents.",
  rag: "The model reads the passages that match your question, and cites them.",
  adapter: "The model as the adapter changed it, without your documents.",
  combined: "The adapted model with the passages: what both give together.",
};
