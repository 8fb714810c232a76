import { z } from "zod";
import { Failure } from "./failures.ts";
import { Arm } from "./models.ts";
import { Passage, Retrieval, Search } from "./retrieval.ts";

/** How a word of the question was looked up. */
export const SearchedWord = z.object({
  word: z.string(),
  /** The ways it is written in the FTS5 query: whole, as a beginning or an end, as pairs of characters. */
  forms: z.array(z.string()),
  /** Chunks it occurs in; counting ends at the limit for common words. */
  chunks: z.int(),
  /** Not looked up, because it occurs nearly everywhere. */
  isCommon: z.boolean(),
});
export type SearchedWord = z.infer<typeof SearchedWord>;

/** One chunk on its way through the search. */
export const Candidate = Passage.omit({ n: true, rectangles: true }).extend({
  /** 1-based; null when that step did not see it. */
  fusedRank: z.int(),
  rerankRank: z.int().nullable(),
  mmrRank: z.int().nullable(),
  /** BM25 of the word leg, higher is better. */
  bm25: z.number().nullable(),
  /** Number in the prompt; null below the line. */
  n: z.int().nullable(),
  /** Why it stands where it stands. */
  outcome: z.enum(["passage", "below_top_k", "below_score_floor"]),
});
export type Candidate = z.infer<typeof Candidate>;

/** What one arm's prompt would be. */
export const ExplainedPrompt = z.object({
  arm: Arm,
  prompt: z.string(),
  promptTokens: z.int(),
  contextSize: z.int(),
  /** Tokens kept free for the answer. */
  reservedTokens: z.int(),
  passagesInPrompt: z.array(z.int()),
  /** Found, and left out because the context has no room. */
  passagesLeftOut: z.array(z.int()),
  /** Numbers of the passages that were given with their surroundings. */
  passagesExpanded: z.array(z.int()),
});
export type ExplainedPrompt = z.infer<typeof ExplainedPrompt>;

/** Everything between a question and the passages in its prompt. */
export const Explanation = z.object({
  retrieval: Retrieval,
  words: z.array(SearchedWord),
  /** Best first: the passages, then what was near, then what the floor cut. */
  candidates: z.array(Candidate),
  topK: z.int(),
  /** Chunks the filter leaves in. */
  searchedChunks: z.int(),
  /** Milliseconds of each step. */
  timings: z.object({ meaning: z.number(), words: z.number(), lines: z.number(), rerank: z.number() }),
  prompts: z.array(ExplainedPrompt),
  /** Why there is no prompt to show; null when there is. */
  promptFailure: Failure.nullable(),
  /** The index against exact search, where asked for. */
  index: z
    .object({
      kind: z.enum(["exact", "hnsw"]),
      /** Share of the ten nearest chunks that the index found, 0 to 1. */
      recallAt10: z.number(),
      missedChunkIds: z.array(z.int()),
      indexMs: z.number(),
      exactMs: z.number(),
    })
    .nullable(),
});
export type Explanation = z.infer<typeof Explanation>;

export const Explain = Search.extend({
  /** Absent: as many as the arms ask for. */
  topK: z.int().min(1).max(50).optional(),
  /** Whose prompts are laid out; none of them is answered. */
  arms: z.array(Arm).default(["rag", "combined"]),
  /** Absent: the loaded model, else the bundled one. */
  modelId: z.string().optional(),
  adapters: z.array(z.object({ modelId: z.string(), scale: z.number().default(1) })).default([]),
  /** Compare the index with exact search for this question. */
  checkIndex: z.boolean().default(false),
});
export type Explain = z.infer<typeof Explain>;
