import { createHash } from "node:crypto";
import { type EmbedderIdentity, ensureCollection, type StoredCollection } from "../../core/store/collections.ts";
import type { WritableDb } from "../../core/store/db.ts";
import { type NewDocument, saveDocument } from "../../core/store/documents.ts";

/** An embedder's description for tests that bring their vectors along. */
export function embedderIdentity(dimensions: number): EmbedderIdentity {
  return {
    id: `test-${dimensions}`,
    name: "test vectors",
    folder: "/nowhere",
    dtype: "fp32",
    dimensions,
    pooling: "mean",
    normalize: true,
    queryPrefix: "",
    passagePrefix: "",
    maxTokens: 512,
    languages: ["en"],
    chunkSize: 64,
    chunkOverlap: 0,
  };
}

export const collectionOf = (db: WritableDb, dimensions: number, name = "Manuals"): StoredCollection =>
  ensureCollection(db, name, embedderIdentity(dimensions));

/** Store a document whose chunks are the given texts with the given vectors. */
export function storeTexts(
  db: WritableDb,
  collectionId: string,
  path: string,
  chunks: { text: string; embedding: Float32Array }[],
): string {
  return saveDocument(db, { collectionId, ...documentOf(path, chunks) });
}

/** A document as its reader and embedder would leave it, one line for each chunk. */
export function documentOf(
  path: string,
  chunks: { text: string; embedding: Float32Array }[],
): Omit<NewDocument, "collectionId"> {
  let text = "";
  const placed = chunks.map((chunk) => {
    const start = text.length;
    text += `${chunk.text}\n`;
    const end = start + chunk.text.length;
    return { start, end, page: null, headingPath: [], tokenCount: 1, rectangles: [], embedding: chunk.embedding };
  });
  return {
    path,
    name: path,
    format: "text",
    sha256: createHash("sha256").update(`${path} ${text}`).digest("hex"),
    sizeBytes: text.length,
    encoding: "utf-8",
    language: "en",
    warnings: [],
    text,
    pages: [],
    headings: [],
    chunks: placed,
  };
}
