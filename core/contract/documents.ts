import { z } from "zod";
import { call, progressOf } from "./call.ts";
import { DocumentFormat } from "./document-formats.ts";
import { Failure } from "./failures.ts";

/** A set of documents indexed by one embedder. */
export const Collection = z.object({
  id: z.string(),
  name: z.string(),
  embedder: z.object({ id: z.string(), name: z.string(), dimensions: z.int(), languages: z.array(z.string()) }),
  documentCount: z.int(),
  chunkCount: z.int(),
  /** How a search runs now, and why. */
  index: z.object({ kind: z.enum(["exact", "hnsw", "building", "unreachable"]), reason: z.string() }),
  /** Host and database of the shared server that keeps it; null when this workspace does. */
  server: z.string().nullable(),
  /** On its way to another embedder, while the vectors of the present one answer; null when it is not. */
  reembedding: z
    .object({
      embedder: z.object({ id: z.string(), name: z.string() }),
      state: z.enum(["running", "paused"]),
      /** Chunks that have their new vector, and all. */
      done: z.int(),
      total: z.int(),
      /** Why it rests, when that was not the user's will. */
      failure: Failure.nullable(),
    })
    .nullable(),
});
export type Collection = z.infer<typeof Collection>;

/**
 * Where a shared collection is kept, as PostgreSQL's own clients write it:
 * `postgres://user@host:5432/database`, `?sslmode=disable`, `require` or `verify-full`.
 * Without a password in it, PGPASSWORD and ~/.pgpass are asked.
 */
const ServerUrl = z.string().trim().min(1).max(2000);

/** Something a reader noticed that does not stop the import. */
export const DocumentWarning = z.object({
  code: z.enum([
    "lossy_decoding",
    "language_unknown_to_embedder",
    "pages_without_text",
    "text_shortened",
    "attachments_not_read",
    "duplicate",
    "near_duplicate",
  ]),
  message: z.string(),
});
export type DocumentWarning = z.infer<typeof DocumentWarning>;

export const Document = z.object({
  id: z.string(),
  collectionId: z.string(),
  path: z.string(),
  name: z.string(),
  format: DocumentFormat,
  sha256: z.string(),
  sizeBytes: z.number(),
  /** How the bytes became text: "utf-8", "windows-1252" …; null where the format says it itself. */
  encoding: z.string().nullable(),
  /** ISO 639-1, guessed from the text; null when too short to tell. */
  language: z.string().nullable(),
  pageCount: z.int().nullable(),
  chunkCount: z.int(),
  warnings: z.array(DocumentWarning),
  importedAt: z.string(),
  /** The user's own, sorted; searches can be filtered by them. */
  tags: z.array(z.string()).default([]),
});
export type Document = z.infer<typeof Document>;

/** A half-open span of UTF-16 offsets into a document's stored text. */
export const Span = z.object({ start: z.int().min(0), end: z.int().min(0) });
export type Span = z.infer<typeof Span>;

/** A rectangle on a PDF page, in points, origin at the top left. */
export const PageRectangle = z.object({
  page: z.int().min(1),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
});
export type PageRectangle = z.infer<typeof PageRectangle>;

/** A document's whole text with its positions: what a citation opens. */
export const DocumentText = z.object({
  document: Document,
  text: z.string(),
  pages: z.array(Span.extend({ page: z.int(), width: z.number(), height: z.number() })),
  headings: z.array(Span.extend({ level: z.int(), title: z.string() })),
});
export type DocumentText = z.infer<typeof DocumentText>;

/** Moved: the file lies in another place now, its content is the same. */
export const ImportStatus = z.enum(["imported", "unchanged", "updated", "moved", "failed"]);
export const ImportedDocument = z.object({
  path: z.string(),
  status: ImportStatus,
  documentId: z.string().nullable(),
  chunks: z.int(),
  /** Of these chunks, those that were embedded now, and those whose vector was known already. */
  chunksEmbedded: z.int(),
  chunksReused: z.int(),
  warnings: z.array(DocumentWarning),
  failure: Failure.nullable(),
});
export type ImportedDocument = z.infer<typeof ImportedDocument>;

export const ImportProgress = z.discriminatedUnion("type", [
  /** First of all: by this id the import is paused, resumed and cancelled. */
  z.object({ type: z.literal("begun"), importId: z.string() }),
  z.object({ type: z.literal("found"), total: z.int() }),
  /** Files that have not changed, or were done before a pause; they are not named one by one. */
  z.object({ type: z.literal("passed"), done: z.int(), total: z.int() }),
  z.object({ type: z.literal("paused") }),
  z.object({ type: z.literal("resumed") }),
  z.object({
    type: z.literal("working"),
    path: z.string(),
    stage: z.enum(["reading", "embedding", "storing"]),
    /** 0 to 1 within the document. */
    fraction: z.number(),
    done: z.int(),
    total: z.int(),
    etaMs: z.number().nullable(),
  }),
  z.object({ type: z.literal("finished"), document: ImportedDocument, done: z.int(), total: z.int() }),
]);
export type ImportProgress = z.infer<typeof ImportProgress>;

export const ImportResult = z.object({
  collectionId: z.string(),
  documents: z.array(ImportedDocument),
  chunksEmbedded: z.int(),
  chunksReused: z.int(),
  /** Files and folders inside the named ones that were passed over, and why. */
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** True when the user stopped it; documents already finished stay. */
  stopped: z.boolean(),
  ms: z.number(),
});
export type ImportResult = z.infer<typeof ImportResult>;

/** An import under way, or one that was not finished. */
export const ImportJob = z.object({
  id: z.string(),
  collectionId: z.string(),
  collection: z.string(),
  paths: z.array(z.string()),
  /** Interrupted: its caller or the engine ended before it did; what was finished is stored. */
  state: z.enum(["running", "paused", "interrupted"]),
  done: z.int(),
  total: z.int(),
  begunAt: z.string(),
});
export type ImportJob = z.infer<typeof ImportJob>;

export const imports = {
  list: call({
    summary: "List the imports that run, pause, or were interrupted.",
    input: z.object({}),
    output: z.array(ImportJob),
  }),
  pause: call({
    summary: "Let an import rest within a second; its caller goes on waiting.",
    input: z.object({ importId: z.string() }),
    output: z.object({ paused: z.boolean() }),
  }),
  resume: progressOf({
    summary: "Go on with an import that pauses or was interrupted, and follow it to its end.",
    input: z.object({ importId: z.string() }),
    progress: ImportProgress,
    output: ImportResult,
  }),
  cancel: call({
    summary: "End an import within a second, or forget an interrupted one; what was finished stays.",
    input: z.object({ importId: z.string() }),
    output: z.object({ cancelled: z.boolean() }),
  }),
};

export const collections = {
  list: call({
    summary: "List the collections of this workspace.",
    input: z.object({}),
    output: z.array(Collection),
  }),
  create: call({
    summary: "Create an empty collection for one embedder, or join the one of that name on a shared server.",
    input: z.object({
      name: z.string().trim().min(1).max(80),
      /** Absent: the bundled one. */
      embedderId: z.string().optional(),
      server: ServerUrl.optional(),
    }),
    output: Collection,
  }),
  remove: call({
    summary: "Remove a collection with all its documents, chunks and vectors; a shared one stays on its server.",
    input: z.object({
      collectionId: z.string(),
      /** Remove a shared collection from its server too, for everybody. */
      fromServer: z.boolean().default(false),
    }),
    output: z.object({ removed: z.boolean() }),
  }),
};

export const documents = {
  import: progressOf({
    summary: "Read, split, embed and store files and folders; a bad file fails alone.",
    input: z.object({
      /** Id or name; a name that does not exist yet is created. */
      collection: z.string().trim().min(1).max(80),
      /** Shared server that keeps the collection, when it is made now. */
      server: ServerUrl.optional(),
      /** An empty path would mean the folder the engine happens to run in. */
      paths: z.array(z.string().refine((path) => path.trim() !== "", "A path is empty.")).min(1),
    }),
    progress: ImportProgress,
    output: ImportResult,
  }),
  list: call({
    summary: "List the documents of a collection, by name.",
    input: z.object({ collectionId: z.string() }),
    output: z.array(Document),
  }),
  text: call({
    summary: "A document's whole extracted text with page and heading positions.",
    input: z.object({ documentId: z.string() }),
    output: DocumentText,
  }),
  tag: call({
    summary: "Give a document these tags in place of those it has; they outlive a new version of its file.",
    input: z.object({ documentId: z.string(), tags: z.array(z.string().trim().min(1).max(60)).max(50) }),
    output: z.object({ tags: z.array(z.string()) }),
  }),
  file: call({
    summary: "A document's original file, as long as it is the one that was read.",
    input: z.object({ documentId: z.string() }),
    output: z.object({ base64: z.string(), sizeBytes: z.number() }),
  }),
  rectangles: call({
    summary: "Where the passages in a span of a PDF stand on its pages; none for other formats.",
    input: z.object({ documentId: z.string(), span: Span }),
    output: z.array(PageRectangle),
  }),
  remove: call({
    summary: "Remove a document with its chunks and vectors; the file on disk stays.",
    input: z.object({ documentId: z.string() }),
    output: z.object({ removed: z.boolean() }),
  }),
};
