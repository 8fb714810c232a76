import { basename } from "node:path";
import type { ImportedDocument, ImportProgress, ImportResult } from "../contract/documents.ts";
import { type Failure, FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { embeddedText } from "../documents/split.ts";
import { findFiles } from "../documents/find-files.ts";
import type { Reading, ReadDocument } from "../documents/reading.ts";
import type { StoredCollection } from "../store/collections.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import type { Vectors } from "../vectors/vectors.ts";

export interface ImportParts {
  stores: CollectionStores;
  reading: Reading;
  vectors: Vectors;
}

export interface ImportOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: ImportProgress) => void;
}

/**
 * Read, split, embed and store files and folders.
 *
 * Each document is stored whole in one transaction as soon as it is embedded, so stopping or a crash
 * keeps all that finished and the next import goes on from there: unchanged files are skipped by hash.
 * A file that cannot be read fails alone.
 *
 * @throws nothing_to_import  when the folders hold no file of a known format
 */
export async function importDocuments(
  parts: ImportParts,
  collection: StoredCollection,
  paths: string[],
  { signal, onProgress }: ImportOptions = {},
): Promise<ImportResult> {
  const started = performance.now();
  const { files, skipped } = await findFiles(paths, { signal });
  if (files.length === 0) throw nothingToImport(paths);
  onProgress?.({ type: "found", total: files.length });

  const documents: ImportedDocument[] = [];
  let stopped = false;
  // While one file is embedded in the index host, the next is already being read in the reader.
  let ahead = readAhead(parts, collection, files[0]!, signal);
  for (const [done, path] of files.entries()) {
    const working = (stage: "reading" | "embedding" | "storing", fraction: number): void =>
      onProgress?.({
        type: "working",
        path,
        stage,
        fraction,
        done,
        total: files.length,
        etaMs: done === 0 ? null : ((performance.now() - started) / done) * (files.length - done),
      });
    working("reading", 0);
    const reading = ahead;
    try {
      const read = await reading;
      const next = files[done + 1];
      if (next !== undefined) ahead = readAhead(parts, collection, next, signal);
      const document = await embedAndStore(parts, collection, path, read, signal, working);
      documents.push(document);
    } catch (error) {
      if (signal?.aborted) {
        stopped = true;
        break;
      }
      const next = files[done + 1];
      if (next !== undefined && ahead === reading) ahead = readAhead(parts, collection, next, signal);
      documents.push(failed(path, failureOf(error)));
    }
    const document = documents.at(-1)!;
    onProgress?.({ type: "finished", document, done: done + 1, total: files.length });
    // A full disk, or a server that is away, fails every file that follows; saying so once is enough.
    if (document.failure !== null && failsAllThatFollow.has(document.failure.code)) break;
  }
  return { collectionId: collection.id, documents, skipped, stopped, ms: performance.now() - started };
}

function readAhead(
  { reading }: ImportParts,
  { embedder }: StoredCollection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<ReadDocument> {
  const { folder: tokenizerFolder, chunkSize, chunkOverlap, languages } = embedder;
  const read = reading.read(path, { tokenizerFolder, chunkSize, chunkOverlap, languages }, { signal });
  // It is awaited later; until then a failure must not count as unhandled.
  read.catch(() => {});
  return read;
}

async function embedAndStore(
  { stores, vectors }: ImportParts,
  collection: StoredCollection,
  path: string,
  read: ReadDocument,
  signal: AbortSignal | undefined,
  working: (stage: "embedding" | "storing", fraction: number) => void,
): Promise<ImportedDocument> {
  const store = stores.of(collection);
  const before = await store.findDocumentByPath(path);
  if (before !== null && before.sha256 === read.sha256) {
    return {
      path,
      status: "unchanged",
      documentId: before.id,
      chunks: before.chunkCount,
      warnings: before.warnings,
      failure: null,
    };
  }
  const twin = before === null ? await store.findDocumentByHash(read.sha256) : null;
  if (twin !== null) {
    const message = `It has the same content as ${twin.path}, which is in this collection already, so it is not stored twice.`;
    const warnings = [{ code: "duplicate" as const, message }];
    return { path, status: "unchanged", documentId: twin.id, chunks: twin.chunkCount, warnings, failure: null };
  }
  working("embedding", 0);
  // The heading path is embedded with the chunk: "Returns" alone says little without "Terms › Europe".
  const texts = read.chunks.map(({ start, end, headingPath }) =>
    embeddedText(headingPath, read.text.slice(start, end)),
  );
  const embeddings = await vectors.embedPassages(collection.embedder, texts, {
    signal,
    onProgress: (embedded) => working("embedding", embedded / texts.length),
  });
  working("storing", 0);
  const chunks = read.chunks.map((chunk, index) => ({ ...chunk, embedding: embeddings[index]! }));
  const documentId = await store.saveDocument({ ...read, path, name: basename(path), chunks }, signal);
  const status = before === null ? "imported" : "updated";
  return { path, status, documentId, chunks: chunks.length, warnings: read.warnings, failure: null };
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
    message: `There is no Markdown, text, HTML, PDF or Word file in ${paths.join(", ")}.`,
    action: "Name a folder that holds documents, or the files themselves.",
    details: { paths },
  });
}
