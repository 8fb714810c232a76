import type { ArmAnswer, Comparison } from "../../core/contract/index.ts";

/** A whole answer of an arm. */
export const answer = (arm: ArmAnswer["arm"], fields: Partial<ArmAnswer> = {}): ArmAnswer => ({
  arm,
  text: `${arm} says 30 days.`,
  thoughts: "",
  citations: [],
  unresolvedCitations: [],
  promptTokens: 40,
  completionTokens: 5,
  ttftMs: 12,
  totalMs: 30,
  tokensPerSecond: 200,
  stopReason: "end",
  failure: null,
  reused: false,
  identical: null,
  provenance: null,
  ...fields,
});

/** A stored comparison of two arms. */
export const comparison = (fields: Partial<Comparison> = {}): Comparison => ({
  id: "c1",
  threadId: "t1",
  turn: 0,
  replayOf: null,
  question: "How many days?",
  seed: 7,
  modelId: "m",
  modelName: "Pocket",
  modelFile: "/pocket.gguf",
  adapters: [],
  collectionId: null,
  otherCollectionIds: [],
  retrieval: null,
  arms: [answer("rag"), answer("base")],
  askedAt: "2026-01-01T00:00:00.000Z",
  ...fields,
});
