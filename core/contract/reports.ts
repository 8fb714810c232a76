import { z } from "zod";
import { AppliedAdapter, ArmAnswer, Citation, Comparison } from "./comparison.ts";
import { ImportedDocument, ImportResult } from "./documents.ts";
import { Passage, Retrieval } from "./retrieval.ts";

/**
 * What `fourfold ask --json` prints: one object. Scripts depend on it, so fields are added, never
 * renamed or removed.
 */
export const AskReport = z.object({
  question: z.string(),
  seed: z.int(),
  /** Path of the base. */
  model: z.string(),
  adapters: z.array(AppliedAdapter.pick({ file: true, scale: true })),
  /** Null when no arm retrieved. */
  retrieval: Retrieval.pick({ ms: true })
    .extend({
      passages: z.array(
        Passage.pick({
          n: true,
          document: true,
          page: true,
          heading: true,
          text: true,
          start: true,
          end: true,
          similarity: true,
          bm25Rank: true,
          vectorRank: true,
          lineRank: true,
          score: true,
        }),
      ),
    })
    .nullable(),
  arms: z.array(
    ArmAnswer.pick({
      arm: true,
      text: true,
      promptTokens: true,
      completionTokens: true,
      ttftMs: true,
      totalMs: true,
      tokensPerSecond: true,
      stopReason: true,
      failure: true,
    }).extend({
      citations: z.array(Citation.pick({ n: true, document: true, page: true, start: true, end: true })),
    }),
  ),
});
export type AskReport = z.infer<typeof AskReport>;

/** A stored comparison in the public shape; parsing drops what the shape does not name. */
export function askReport(comparison: Comparison): AskReport {
  return AskReport.parse({ ...comparison, model: comparison.modelFile });
}

/** What `fourfold import --json` prints: one object. */
export const ImportReport = z.object({
  documents: z.array(
    ImportedDocument.pick({
      path: true,
      status: true,
      chunks: true,
      chunksEmbedded: true,
      chunksReused: true,
      warnings: true,
      failure: true,
    }),
  ),
  chunksEmbedded: ImportResult.shape.chunksEmbedded,
  chunksReused: ImportResult.shape.chunksReused,
  skipped: ImportResult.shape.skipped,
  ms: z.number(),
});
export type ImportReport = z.infer<typeof ImportReport>;

export function importReport(result: ImportResult): ImportReport {
  return ImportReport.parse(result);
}
