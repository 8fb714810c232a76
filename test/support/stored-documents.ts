import { createHash } from "node:crypto";
import {
  type EmbedderIdentity,
  ensureCollection,
  findCollection,
  type StoredCollection,
} from "../../core/store/collections.ts";
import type { WritableDb } from "../../core/store/db.ts";
import { type NewDocument, saveDocument } from "../../core/store/save-document.ts";

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
  chunks: { text: string; embedding: Float32Array; heading?: string }[],
  changes: Partial<NewDocument> = {},
): string {
  const embedderId = findCollection(db, collectionId)!.embedder.id;
  return saveDocument(db, { collectionId, ...documentOf(embedderId, path, chunks), ...changes }).documentId;
}

/** A document as its reader and embedder would leave it, one line for each chunk. */
export function documentOf(
  embedderId: string,
  path: string,
  chunks: { text: string; embedding: Float32Array; heading?: string }[],
): Omit<NewDocument, "collectionId"> {
  let text = "";
  const placed = chunks.map((chunk) => {
    const start = text.length;
    text += `${chunk.text}\n`;
    const end = start + chunk.text.length;
    const contentHash = createHash("sha256").update(chunk.text).digest("hex").slice(0, 32);
    const headingPath = chunk.heading === undefined ? [] : [chunk.heading];
    const place = { start, end, page: null, headingPath, context: "", tokenCount: 1, rectangles: [] };
    return { ...place, contentHash, embedding: chunk.embedding };
  });
  return {
    embedderId,
    path,
    name: path,
    format: "text",
    sha256: createHash("sha256").update(`${path} ${text}`).digest("hex"),
    textSha256: createHash("sha256").update(text).digest("hex"),
    signature: null,
    sizeBytes: text.length,
    modifiedMs: null,
    encoding: "utf-8",
    language: "en",
    warnings: [],
    text,
    pages: [],
    headings: [],
    chunks: placed,
  };
}
