import { existsSync } from "node:fs";
import type { ImportedDocument, ImportProgress, ImportResult } from "../contract/documents.ts";
import { type Failure, FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { findFiles } from "../documents/find-files.ts";
import type { Reading } from "../documents/reading.ts";
import type { StoredCollection } from "../store/collections.ts";
import { tokenizerFolderOf } from "../store/embedders.ts";
import type { WritableDb } from "../store/db.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import type { Vectors } from "../vectors/vectors.ts";
import { findChanged } from "./changed-files.ts";
import { NearDuplicates } from "./near-duplicates.ts";
import { ReadAhead } from "./read-ahead.ts";
import { RemainingTime } from "./remaining-time.ts";
import { type DocumentContext, storeDocument } from "./store-document.ts";

export interface ImportParts {
  db: WritableDb;
  stores: CollectionStores;
  reading: Reading;
  vectors: Vectors;
  /** A text in the user's words (`dropped-files.ts`). */
  said: (text: string) => string;
}

export interface ImportOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: ImportProgress) => void;
  /** Files the user took out of a linked folder by hand. */
  exclude?: ReadonlySet<string>;
  /** What an import that goes on after a pause has behind it. */
  memory?: ImportMemory;
}

/** What outlives a pause: documents that are done with, and vectors of the one that was under way. */
export interface ImportMemory {
  finished: Map<string, ImportedDocument>;
  pending: Map<string, Float32Array>;
}

export const emptyMemory = (): ImportMemory => ({ finished: new Map(), pending: new Map() });

/**
 * Read, split, embed and store files and folders.
 *
 * Each document is stored whole in one transaction as soon as it is embedded, so stopping or a crash
 * keeps all that finished and the next import goes on from there. Unchanged files are passed over by size and time,
 * changed ones compared by hash, and of an edited one only the changed chunks are embedded.
 * A file that cannot be read fails alone.
 *
 * @throws nothing_to_import  when the folders hold no file of a known format
 */
export async function importDocuments(
  parts: ImportParts,
  collection: StoredCollection,
  paths: string[],
  options: ImportOptions = {},
): Promise<ImportResult> {
  const started = performance.now();
  const { signal, onProgress, exclude, memory = emptyMemory() } = options;
  const { finished, pending } = memory;
  const found = await findFiles(paths, { signal });
  const files = found.files.filter((path) => exclude?.has(path) !== true);
  if (files.length === 0) throw nothingToImport(paths, parts.said);
  onProgress?.({ type: "found", total: files.length });

  const store = parts.stores.of(collection);
  const known = await store.readKnownFiles();
  const { changed, unchanged } = await findChanged(
    files.filter((path) => !finished.has(path)),
    known,
    signal,
  );
  for (const document of unchanged) finished.set(document.path, document);
  if (finished.size > 0) onProgress?.({ type: "passed", done: finished.size, total: files.length });

  const likes = new NearDuplicates(await store.readSignatures());
  const { vectors, said } = parts;
  const context: DocumentContext = { store, vectors, said, collection, known, likes, pending, signal };
  const { chunkSize, chunkOverlap, languages } = collection.embedder;
  const tokenizerFolder = tokenizerFolderOf(parts.db, collection.embedder);
  const ahead = new ReadAhead(parts.reading, { tokenizerFolder, chunkSize, chunkOverlap, languages }, signal);
  const remaining = new RemainingTime(changed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  let stopped = false;
  for (const [index, file] of changed.entries()) {
    const { path, sizeBytes } = file;
    const working = (stage: "reading" | "embedding" | "storing", fraction: number): void => {
      const etaMs = remaining.atPart(sizeBytes, stage === "reading" ? 0 : fraction);
      onProgress?.({ type: "working", path, stage, fraction, done: finished.size, total: files.length, etaMs });
    };
    working("reading", 0);
    let document: ImportedDocument;
    try {
      const read = await ahead.take(path);
      ahead.prepare(changed[index + 1]?.path);
      const stored = await storeDocument(context, file, read, working);
      document = stored.document;
      for (const former of stored.formerTwins) readToo(former, index);
    } catch (error) {
      stopped = signal?.aborted === true;
      if (stopped) break;
      document = failed(path, failureOf(error, said));
    }
    pending.clear();
    finished.set(path, document);
    remaining.finish(sizeBytes);
    onProgress?.({ type: "finished", document, done: finished.size, total: files.length });
    // A full disk, or a server that is away, fails every file that follows; saying so once is enough.
    if (document.failure !== null && failsAllThatFollow.has(document.failure.code)) break;
  }
  const documents = files.flatMap((path) => finished.get(path) ?? []);
  return {
    collectionId: collection.id,
    documents,
    chunksEmbedded: documents.reduce((sum, { chunksEmbedded }) => sum + chunksEmbedded, 0),
    chunksReused: documents.reduce((sum, { chunksReused }) => sum + chunksReused, 0),
    skipped: found.skipped,
    stopped,
    ms: performance.now() - started,
  };

  /** The document that stood for this file says something else now: it is read on its own, after the others. */
  function readToo(path: string, after: number): void {
    known.delete(path);
    if (!existsSync(path) || changed.slice(after + 1).some((later) => later.path === path)) return;
    finished.delete(path);
    changed.push({ path, sizeBytes: 0, modifiedMs: null });
    if (!files.includes(path)) files.push(path);
  }
}

const failsAllThatFollow: ReadonlySet<Failure["code"]> = new Set([
  "disk_full",
  "server_unreachable",
  "server_refused",
  "collection_not_found",
]);

const failed = (path: string, failure: Failure): ImportedDocument => ({
  path,
  status: "failed",
  documentId: null,
  chunks: 0,
  chunksEmbedded: 0,
  chunksReused: 0,
  warnings: [],
  failure,
});

function failureOf(error: unknown, said: ImportParts["said"]): Failure {
  // What no reader foresaw is a defect of ours: it ends the import and reaches the log with its stack.
  if (!isFourfoldError(error)) throw error;
  return { ...error.failure, message: said(error.failure.message) };
}

function nothingToImport(paths: string[], said: ImportParts["said"]): FourfoldError {
  return new FourfoldError({
    code: "nothing_to_import",
    message: `There is no document of a format Fourfold reads in ${said(paths.join(", "))}.`,
    action: "Name a folder that holds documents, or the files themselves.",
    details: { paths },
  });
}
