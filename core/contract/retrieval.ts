import { z } from "zod";
import { call } from "./call.ts";
import { PageRectangle } from "./documents.ts";

/** A retrieved chunk as it stands in a prompt; citation [n] points to it. */
export const Passage = z.object({
  /** 1-based number in the prompt. */
  n: z.int().min(1),
  chunkId: z.int(),
  documentId: z.string(),
  /** The document's file name. */
  document: z.string(),
  page: z.int().nullable(),
  /** Heading path, outermost first, joined with " › "; null above the first heading. */
  heading: z.string().nullable(),
  text: z.string(),
  /** UTF-16 offsets into the document's stored text. */
  start: z.int(),
  end: z.int(),
  rectangles: z.array(PageRectangle),
  /** Cosine of question and chunk, −1 to 1; higher is closer. Null when only words matched. */
  similarity: z.number().nullable(),
  /** 1-based rank in each leg; null when that leg did not find it. */
  bm25Rank: z.int().nullable(),
  vectorRank: z.int().nullable(),
  /** Reciprocal rank fusion score; only its order means something. */
  score: z.number(),
});
export type Passage = z.infer<typeof Passage>;

export const Retrieval = z.object({
  /** Time for embedding the question, both legs and fusion. */
  ms: z.number(),
  passages: z.array(Passage),
  /** Chunks in the collection: retrieval sees `passages.length` of them. */
  chunkCount: z.int(),
  index: z.enum(["exact", "hnsw"]),
  /** Generation of the collection's rows that was searched. */
  generation: z.int(),
});
export type Retrieval = z.infer<typeof Retrieval>;

export const retrieval = {
  search: call({
    summary: "Find the chunks of a collection that best match a question, by meaning and by words.",
    input: z.object({
      collectionId: z.string(),
      question: z.string().trim().min(1, "Type a question first."),
      topK: z.int().min(1).max(50).default(5),
    }),
    output: Retrieval,
  }),
};
