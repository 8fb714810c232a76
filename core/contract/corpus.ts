import { z } from "zod";
import { Document } from "./documents.ts";
import { RetrievalFilter } from "./retrieval.ts";

/** A document in use: how often searches found it, and how often answers cited it. */
export const DocumentUse = z.object({
  documentId: z.string(),
  name: z.string(),
  path: z.string(),
  format: Document.shape.format,
  importedAt: z.string(),
  tags: z.array(z.string()),
  chunks: z.int(),
  tokens: z.int(),
  /** Questions whose passages held one of it. */
  retrieved: z.int(),
  /** Questions with an answer that cited it. */
  cited: z.int(),
  lastRetrievedAt: z.string().nullable(),
  /** Of all its characters, those that are letters or digits, 0 to 1. */
  textShare: z.number(),
});
export type DocumentUse = z.infer<typeof DocumentUse>;

export const CorpusReport = z.object({
  /** Stored questions that searched this collection, replays apart. */
  questions: z.int(),
  documents: z.array(DocumentUse),
  /** What the figures suggest; nothing is done by itself. */
  suggestions: z.array(
    z.object({
      kind: z.enum(["remove", "filter"]),
      reason: z.enum(["never_retrieved", "never_cited", "little_text", "old", "domain", "recency"]),
      message: z.string(),
      documentIds: z.array(z.string()),
      filter: RetrievalFilter.nullable(),
    }),
  ),
});
export type CorpusReport = z.infer<typeof CorpusReport>;
