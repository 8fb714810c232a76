import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { DocumentWarning, ImportedDocument, ImportProgress, ImportResult } from "../contract/documents.ts";
import { type Failure, FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { findFiles } from "../documents/find-files.ts";
import type { Reading, ReadDocument } from "../documents/reading.ts";
import type { StoredCollection } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import { tokenizerFolderOf } from "../store/embedders.ts";
import type { KnownFile } from "../store/known-files.ts";
import type { Vectors } from "../vectors/vectors.ts";
import { type ChangedFile, findChanged, unchangedDocument } from "./changed-files.ts";
import { embedChunks } from "./embed-chunks.ts";
import { type ImportStore, localImportStore } from "./import-store.ts";
import { NearDuplicates } from "./near-duplicates.ts";
import { RemainingTime } from "./remaining-time.ts";
import { shingleSignature } from "./shingle-signature.ts";

export interface ImportParts {
  db: WritableDb;
  reading: Reading;
  vectors: Vectors;
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
  const { finished } = memory;
  const found = await findFiles(paths, { signal });
  const files = found.files.filter((path) => exclude?.has(path) !== true);
  if (files.length === 0) throw nothingToImport(paths);
  let total = files.length;
  onProgress?.({ type: "found", total });

  const store = localImportStore(parts.db, collection.id);
  const known = await store.readKnownFiles();
  const { changed, unchanged } = await findChanged(
    files.filter((path) => !finished.has(path)),
    known,
    signal,
  );
  for (const document of unchanged) finished.set(document.path, document);
  if (finished.size > 0) onProgress?.({ type: "passed", done: finished.size, total });

  const likes = new NearDuplicates(await store.readSignatures());
  const remaining = new RemainingTime(changed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const context: DocumentContext = { ...parts, store, collection, known, likes, pending: memory.pending, signal };
  let stopped = false;
  // While one file is embedded in the index host, the next is already being read in the reader.
  let ahead = changed.length === 0 ? null : readAhead(parts, collection, changed[0]!.path, signal);
  for (const [index, file] of changed.entries()) {
    const working = (stage: "reading" | "embedding" | "storing", fraction: number): void =>
      onProgress?.({
        type: "working",
        path: file.path,
        stage,
        fraction,
        done: finished.size,
        total,
        etaMs: remaining.atPart(file.sizeBytes, stage === "reading" ? 0 : fraction),
      });
    working("reading", 0);
    const reading = ahead!;
    let document: ImportedDocument;
    try {
      const read = await reading;
      ahead = nextAhead();
      const stored = await storeDocument(context, file, read, working);
      document = stored.document;
      // Whatever stood behind the old version of this file is on its own now, and is read after the others.
      for (const path of stored.formerTwins) {
        known.delete(path);
        if (!existsSync(path) || changed.slice(index + 1).some((later) => later.path === path)) continue;
        finished.delete(path);
        changed.push({ path, sizeBytes: 0, modifiedMs: null });
        if (!files.includes(path)) total = files.push(path);
      }
      ahead ??= nextAhead();
    } catch (error) {
      if (signal?.aborted) {
        stopped = true;
        break;
      }
      if (ahead === reading) ahead = nextAhead();
      document = failed(file.path, failureOf(error));
    }
    memory.pending.clear();
    finished.set(file.path, document);
    remaining.finish(file.sizeBytes);
    onProgress?.({ type: "finished", document, done: finished.size, total });
    // A full disk fails every file that follows; saying so once is enough.
    if (document.failure?.code === "disk_full") break;

    function nextAhead(): Promise<ReadDocument> | null {
      const next = changed[index + 1];
      return next === undefined ? null : readAhead(parts, collection, next.path, signal);
    }
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
}

function readAhead(
  { db, reading }: ImportParts,
  { embedder }: StoredCollection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ReadDocument> {
  const { chunkSize, chunkOverlap, languages } = embedder;
  const tokenizerFolder = tokenizerFolderOf(db, embedder);
  const read = reading.read(path, { tokenizerFolder, chunkSize, chunkOverlap, languages }, { signal });
  // It is awaited later; until then a failure must not count as unhandled.
  read.catch(() => {});
  return read;
}

interface DocumentContext extends ImportParts {
  store: ImportStore;
  collection: StoredCollection;
  known: Map<string, KnownFile>;
  likes: NearDuplicates;
  pending: Map<string, Float32Array>;
  signal: AbortSignal | undefined;
}

async function storeDocument(
  context: DocumentContext,
  { path, modifiedMs }: ChangedFile,
  read: ReadDocument,
  working: (stage: "embedding" | "storing", fraction: number) => void,
): Promise<{ document: ImportedDocument; formerTwins: string[] }> {
  const { store, collection, known, likes, pending, signal } = context;
  const before = known.get(path);
  if (before?.sha256 === read.sha256) {
    await store.saveModifiedMs(path, modifiedMs);
    return { document: unchangedDocument(path, before), formerTwins: [] };
  }
  const textSha256 = createHash("sha256").update(read.text).digest("hex");
  // A stored document that has become like another one stays: it may be cited.
  const isStored = before !== undefined && !before.isTwin;
  const twin = isStored ? null : await store.findTwin({ path, sha256: read.sha256, textSha256 });
  if (twin?.isSameFile === true && !existsSync(twin.path)) {
    await store.moveDocument(twin.id, { path, name: basename(path), modifiedMs });
    likes.move(twin.path, path);
    const document = {
      ...unchangedDocument(path, { documentId: twin.id, chunkCount: twin.chunkCount, warnings: twin.warnings }),
      status: "moved" as const,
    };
    return { document, formerTwins: [] };
  }
  if (twin !== null) {
    const warning = twinWarning(twin);
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
  const warnings = likeness === null ? read.warnings : [...read.warnings, likeness];
  const { documentId, formerTwins } = await store.saveDocument({
    ...read,
    embedderId: collection.embedder.id,
    path,
    name: basename(path),
    textSha256,
    signature,
    modifiedMs,
    warnings,
    chunks,
  });
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

function failureOf(error: unknown): Failure {
  // What no reader foresaw is a defect of ours: it ends the import and reaches the log with its stack.
  if (!isFourfoldError(error)) throw error;
  return error.failure;
}

function nothingToImport(paths: string[]): FourfoldError {
  return new FourfoldError({
    code: "nothing_to_import",
    message: `There is no file of a format Fourfold reads in ${paths.join(", ")}.`,
    action: "Name a folder that holds documents, or the files themselves.",
    details: { paths },
  });
}
