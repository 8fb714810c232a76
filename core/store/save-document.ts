import { randomUUID } from "node:crypto";
import type { Document, DocumentText, DocumentWarning, PageRectangle } from "../contract/documents.ts";
import { FourfoldError } from "../contract/failures.ts";
import { bumpGeneration, type EmbedderIdentity } from "./collections.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";
import { headingText } from "./heading-text.ts";
import { matchChunks, type OldChunk } from "./match-chunks.ts";
import { forgetTwinsOf } from "./twin-files.ts";
import { fromBlob, toBlob } from "./vector-blob.ts";

export interface NewChunk {
  start: number;
  end: number;
  page: number | null;
  headingPath: string[];
  /** Embedded before the text, no part of it; "" when there is none. */
  context: string;
  tokenCount: number;
  rectangles: PageRectangle[];
  /** Of exactly the text that was embedded; equal hashes mean equal vectors. */
  contentHash: string;
  /** shape (dimensions,), unit length */
  embedding: Float32Array;
}

/** A document as its reader and embedder left it, ready to be stored whole. */
export interface NewDocument {
  collectionId: string;
  /** The embedder its vectors come from: no other collection takes them. */
  embedderId: string;
  path: string;
  name: string;
  format: Document["format"];
  sha256: string;
  textSha256: string;
  /** Null when none was made. */
  signature: Uint32Array | null;
  sizeBytes: number;
  /** Null when the file changed so recently that its time alone will not tell the next change. */
  modifiedMs: number | null;
  encoding: string | null;
  language: string | null;
  warnings: DocumentWarning[];
  text: string;
  pages: DocumentText["pages"];
  headings: DocumentText["headings"];
  chunks: NewChunk[];
}

export interface SavedDocument {
  documentId: string;
  /** Chunks that stood there before, with id and vector; only their place may have changed. */
  kept: number;
  /** Files that were not stored because this document held their content, which it no longer does. */
  formerTwins: string[];
}

/**
 * Store a document with its chunks, words and vectors in one transaction. A chunk whose content is the same as in the
 * version stored before for the path keeps its id, words and vector and moves to its new place. A kill leaves the old
 * version or the new one, never a mixture.
 *
 * @throws embedding_mismatch  when the collection has gone over to another embedder since the vectors were made
 */
export function saveDocument(db: WritableDb, document: NewDocument): SavedDocument {
  return inTransaction(db, () => {
    assertSameEmbedder(db, document);
    const known = db
      .prepare<[string, string], { id: string; sha256: string }>(
        "SELECT id, sha256 FROM document WHERE collection_id = ? AND path = ?",
      )
      .get(document.collectionId, document.path);
    const documentId = known?.id ?? randomUUID();
    // The file itself may have been another one's twin before.
    db.prepare("DELETE FROM twin_file WHERE collection_id = ? AND path = ?").run(document.collectionId, document.path);
    writeDocumentRow(db, documentId, document);
    const kept = known === undefined ? insertAll(db, documentId, document) : exchangeChunks(db, documentId, document);
    bumpGeneration(db, document.collectionId);
    const isOther = known !== undefined && known.sha256 !== document.sha256;
    return { documentId, kept, formerTwins: isOther ? forgetTwinsOf(db, documentId) : [] };
  });
}

/** The embeddings the collection already holds for these contents, wherever they stand: a moved passage is not embedded again. */
export function findEmbeddings(db: ReadableDb, collectionId: string, hashes: string[]): Map<string, Float32Array> {
  const rows = db
    .prepare<[string, string], { hash: string; embedding: Uint8Array }>(
      `SELECT content_hash AS hash, embedding FROM chunk
       WHERE collection_id = ? AND content_hash IN (SELECT value FROM json_each(?)) GROUP BY content_hash`,
    )
    .all(collectionId, JSON.stringify(hashes));
  return new Map(rows.map(({ hash, embedding }) => [hash, fromBlob(embedding)]));
}

function assertSameEmbedder(db: ReadableDb, { collectionId, embedderId }: NewDocument): void {
  const row = db.prepare<[string], string>("SELECT embedder FROM collection WHERE id = ?").pluck().get(collectionId);
  if (row === undefined) {
    throw new FourfoldError({
      code: "collection_not_found",
      message: "The collection was removed while a document was on its way into it.",
      action: "Import the document into another collection.",
      details: { collection: collectionId },
    });
  }
  const indexedWith = fromJson<EmbedderIdentity>(row);
  if (indexedWith.id !== embedderId) throw otherEmbedder(indexedWith, embedderId);
}

export const otherEmbedder = ({ id, name }: Pick<EmbedderIdentity, "id" | "name">, embedderId: string): FourfoldError =>
  new FourfoldError({
    code: "embedding_mismatch",
    message: `The collection is indexed with ${name} (${id}) now; these vectors come from ${embedderId}.`,
    action: "Import the document again.",
    details: { indexedWith: id, loaded: embedderId },
  });

function writeDocumentRow(db: WritableDb, id: string, document: NewDocument): void {
  db.prepare(
    `INSERT INTO document (id, collection_id, path, name, format, sha256, text_sha256, signature, size_bytes, modified_ms,
                           encoding, language, warnings, text, pages, headings, imported_at)
     VALUES (@id, @collectionId, @path, @name, @format, @sha256, @textSha256, @signature, @sizeBytes, @modifiedMs,
             @encoding, @language, @warnings, @text, @pages, @headings, @importedAt)
     ON CONFLICT (id) DO UPDATE SET name = @name, format = @format, sha256 = @sha256, text_sha256 = @textSha256,
       signature = @signature, size_bytes = @sizeBytes, modified_ms = @modifiedMs, encoding = @encoding,
       language = @language, warnings = @warnings, text = @text, pages = @pages, headings = @headings,
       imported_at = @importedAt`,
  ).run({
    id,
    collectionId: document.collectionId,
    path: document.path,
    name: document.name,
    format: document.format,
    sha256: document.sha256,
    textSha256: document.textSha256,
    signature: document.signature === null ? null : Buffer.from(document.signature.buffer),
    sizeBytes: document.sizeBytes,
    modifiedMs: document.modifiedMs,
    encoding: document.encoding,
    language: document.language,
    text: document.text,
    warnings: JSON.stringify(document.warnings),
    pages: JSON.stringify(document.pages),
    headings: JSON.stringify(document.headings),
    importedAt: new Date().toISOString(),
  });
}

function insertAll(db: WritableDb, documentId: string, document: NewDocument): number {
  insertChunks(db, documentId, document, document.chunks);
  return 0;
}

/** Keep what stood there before, insert what is new, remove the rest. Returns how many stayed. */
function exchangeChunks(db: WritableDb, documentId: string, document: NewDocument): number {
  const before = db
    .prepare<[string], OldChunk>(
      "SELECT id, content_hash, heading, text FROM chunk WHERE document_id = ? ORDER BY id DESC",
    )
    .all(documentId);
  const { kept, fresh, gone } = matchChunks(before, document);
  const move = db.prepare(
    "UPDATE chunk SET start_offset = ?, end_offset = ?, page = ?, token_count = ?, rectangles = ? WHERE id = ?",
  );
  for (const { id, chunk } of kept)
    move.run(chunk.start, chunk.end, chunk.page, chunk.tokenCount, JSON.stringify(chunk.rectangles), id);
  const remove = db.prepare("DELETE FROM chunk WHERE id = ?");
  for (const id of gone) remove.run(id);
  insertChunks(db, documentId, document, fresh);
  return kept.length;
}

function insertChunks(db: WritableDb, documentId: string, document: NewDocument, chunks: NewChunk[]): void {
  const insert = db.prepare(
    `INSERT INTO chunk (document_id, collection_id, start_offset, end_offset, page, heading, text, token_count,
                        rectangles, embedding, content_hash, context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const chunk of chunks)
    insert.run(
      documentId,
      document.collectionId,
      chunk.start,
      chunk.end,
      chunk.page,
      headingText(chunk.headingPath),
      document.text.slice(chunk.start, chunk.end),
      chunk.tokenCount,
      JSON.stringify(chunk.rectangles),
      toBlob(chunk.embedding),
      chunk.contentHash,
      chunk.context,
    );
}
