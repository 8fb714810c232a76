import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { DocumentWarning, ImportedDocument } from "../contract/documents.ts";
import type { ReadDocument } from "../documents/reading.ts";
import type { StoredCollection } from "../store/collections.ts";
import type { ImportStore } from "../store/import-store.ts";
import type { KnownFile } from "../store/known-files.ts";
import type { Vectors } from "../vectors/vectors.ts";
import { type ChangedFile, unchangedDocument } from "./changed-files.ts";
import { embedChunks } from "./embed-chunks.ts";
import type { NearDuplicates } from "./near-duplicates.ts";
import { shingleSignature } from "./shingle-signature.ts";

/** What the documents of one import share. */
export interface DocumentContext {
  store: ImportStore;
  vectors: Vectors;
  /** A text in the user's words. */
  said: (text: string) => string;
  collection: StoredCollection;
  known: Map<string, KnownFile>;
  likes: NearDuplicates;
  pending: Map<string, Float32Array>;
  signal: AbortSignal | undefined;
}

/**
 * Take one document that was read into its collection: as it is known, as moved, as another one's twin, or stored with
 * its vectors.
 *
 * @returns what came of it, and the files it stood for until now
 */
export async function storeDocument(
  context: DocumentContext,
  { path, modifiedMs }: ChangedFile,
  read: ReadDocument,
  working: (stage: "embedding" | "storing", fraction: number) => void,
): Promise<{ document: ImportedDocument; formerTwins: string[] }> {
  const { store, said, collection, known, likes, pending, signal } = context;
  const inWords = (warning: DocumentWarning): DocumentWarning => ({ ...warning, message: said(warning.message) });
  const before = known.get(path);
  if (before?.sha256 === read.sha256) {
    await store.saveModifiedMs(path, modifiedMs);
    return { document: unchangedDocument(path, before), formerTwins: [] };
  }
  const textSha256 = createHash("sha256").update(read.text).digest("hex");
  // A stored document that has become like another one stays: it may be cited.
  const isStored = before !== undefined && !before.isTwin;
  const twin = isStored ? null : await store.findTwin({ path, sha256: read.sha256, textSha256 });
  if (store.moveDocument !== null && twin?.isSameFile === true && !existsSync(twin.path)) {
    await store.moveDocument(twin.id, { path, name: basename(path), modifiedMs });
    likes.move(twin.path, path);
    const document = {
      ...unchangedDocument(path, { documentId: twin.id, chunkCount: twin.chunkCount, warnings: twin.warnings }),
      status: "moved" as const,
    };
    return { document, formerTwins: [] };
  }
  if (twin !== null) {
    const warning = inWords(twinWarning(twin));
    const { id: documentId, chunkCount } = twin;
    const { sha256, sizeBytes } = read;
    await store.saveTwinFile({ path, documentId, sizeBytes, modifiedMs, sha256, warning: warning.message });
    const isTwin = true;
    const file = { documentId, sha256, sizeBytes, modifiedMs, chunkCount, warnings: [warning], isTwin };
    known.set(path, file);
    return { document: unchangedDocument(path, file), formerTwins: [] };
  }
  working("embedding", 0);
  const { chunks, embedded, reused } = await embedChunks(context, collection.embedder, read, pending, {
    signal,
    onProgress: (fraction) => working("embedding", fraction),
  });
  working("storing", 1);
  const signature = shingleSignature(read.text);
  const likeness = likes.warningFor(path, signature);
  const warnings = (likeness === null ? read.warnings : [...read.warnings, likeness]).map(inWords);
  const { documentId, formerTwins } = await store.saveDocument(
    {
      ...read,
      embedderId: collection.embedder.id,
      path,
      name: basename(path),
      textSha256,
      signature,
      modifiedMs,
      warnings,
      chunks,
    },
    signal,
  );
  likes.add(path, signature);
  const document: ImportedDocument = {
    path,
    status: isStored ? "updated" : "imported",
    documentId,
    chunks: chunks.length,
    chunksEmbedded: embedded,
    chunksReused: reused,
    warnings,
    failure: null,
  };
  return { document, formerTwins };
}

function twinWarning({ path, isSameFile }: { path: string; isSameFile: boolean }): DocumentWarning {
  const what = isSameFile ? "content" : "text";
  const message = `It has the same ${what} as ${path}, which is in this collection already, so it is not stored twice.`;
  return { code: "duplicate", message };
}
