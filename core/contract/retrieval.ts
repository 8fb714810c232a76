import { z } from "zod";
import { Document, PageRectangle } from "./documents.ts";

/** Where passages may come from; an empty list, or null, leaves everything in. */
export const RetrievalFilter = z.object({
  documentIds: z.array(z.string()).default([]),
  /** Paths of folders; what lies anywhere below them is in. */
  folders: z.array(z.string().min(1)).default([]),
  formats: z.array(Document.shape.format).default([]),
  /** Any of them is enough. */
  tags: z.array(z.string().min(1)).default([]),
  /** ISO dates: imported on that day or later; before that day. */
  importedFrom: z.iso.date().nullable().default(null),
  importedBefore: z.iso.date().nullable().default(null),
});
export type RetrievalFilter = z.infer<typeof RetrievalFilter>;

/** How passages are found; what a user leaves out takes the measured default (core/retrieval/default-settings.ts). */
export const RetrievalSettings = z.object({
  /** Damping of reciprocal rank fusion: the larger, the less the first ranks stand out. */
  rrfDamping: z.number().min(0).max(1000),
  /** How much each leg counts in the fusion; 0 leaves a leg out. */
  wordWeight: z.number().min(0).max(10),
  meaningWeight: z.number().min(0).max(10),
  /**
   * How much the line of a chunk counts that is nearest to the question, in the first 15 candidates; 0 leaves lines unread.
   * Null: 1 where meaning counts and the embedder is static, so that some hundred lines take milliseconds, else 0.
   */
  lineWeight: z.number().min(0).max(10).nullable(),
  /** Candidates each leg hands to the fusion. */
  candidatesPerLeg: z.int().min(5).max(500),
  /** Words in more than this share of all chunks are not looked up, unless no other is left. */
  commonWordShare: z.number().min(0.01).max(1),
  /** Candidates of a smaller cosine similarity are cut; null cuts none. */
  scoreFloor: z.number().min(-1).max(1).nullable(),
  /** Maximal marginal relevance: 1 is the plain order, 0 only diversity; null leaves it out. */
  mmrLambda: z.number().min(0).max(1).nullable(),
  /** Path of the user's own cross-encoder: a folder with ONNX files, or a GGUF file; null does not rerank. */
  reranker: z.string().min(1).nullable(),
  /** How many of the fused candidates it reads. */
  rerankCandidates: z.int().min(1).max(100),
  /** Turn a follow-up into a question that stands alone, by the base model, before searching. */
  rewriteFollowUps: z.boolean(),
  /** Give the model the neighbouring text of a passage, within its section, where the context has room. */
  expandPassages: z.boolean(),
});
export type RetrievalSettings = z.infer<typeof RetrievalSettings>;

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
  /** Cosine of question and chunk, −1 to 1; higher is closer. Null for a whole document. */
  similarity: z.number().nullable(),
  /** 1-based rank in each leg; null when that leg did not find it. */
  bm25Rank: z.int().nullable(),
  vectorRank: z.int().nullable(),
  /** 1-based rank of its nearest line, and that line's cosine; null when its lines were not read. */
  lineRank: z.int().nullable().default(null),
  lineSimilarity: z.number().nullable().default(null),
  /** Reciprocal rank fusion score; only its order means something. */
  score: z.number(),
  /** What the reranker said, higher is better; null when none ran, or this one was not read. */
  rerankScore: z.number().nullable().default(null),
  /** Words of it that address the model rather than a reader, such as "ignore previous instructions". */
  addressesModel: z.array(z.string()).default([]),
});
export type Passage = z.infer<typeof Passage>;

export const Retrieval = z.object({
  /** Time for embedding the question, both legs, nearest lines, fusion and what follows it. */
  ms: z.number(),
  passages: z.array(Passage),
  /** Chunks in the collection: retrieval sees `passages.length` of them. */
  chunkCount: z.int(),
  index: z.enum(["exact", "hnsw"]),
  /** Generation of the collection's rows that was searched. */
  generation: z.int(),
  /** What was searched for: the question itself, or a follow-up rewritten to stand alone. Null in older answers. */
  searchedFor: z.string().nullable().default(null),
  /** Everything that decided which passages these are; null in older answers. */
  settings: RetrievalSettings.extend({ lineWeight: RetrievalSettings.shape.lineWeight.default(0) })
    .nullable()
    .default(null),
  filter: RetrievalFilter.nullable().default(null),
  /** SHA-256 of the reranker's files; null when none ran. */
  rerankerSha256: z.string().nullable().default(null),
  /** Set when the question seems to be about all of the documents, which a few passages cannot answer. */
  asksForAll: z.enum(["count", "list", "summary"]).nullable().default(null),
  /** For such a question: the tokens a prompt of whole documents takes with room for an answer, and the context there is. */
  ifWhole: z.object({ tokens: z.int(), contextSize: z.int() }).nullable().default(null),
  /** Whole documents stand in the prompt in place of passages. */
  wholeDocuments: z.boolean().default(false),
});
export type Retrieval = z.infer<typeof Retrieval>;

export const Search = z.object({
  collectionId: z.string(),
  question: z.string().trim().min(1, "Type a question first."),
  topK: z.int().min(1).max(50).default(5),
  /** Searched along with the first. */
  otherCollectionIds: z.array(z.string()).default([]),
  filter: RetrievalFilter.prefault({}),
  settings: RetrievalSettings.partial().default({}),
});
