import { implement } from "@orpc/server";
import { requireCollection } from "../comparison/ask.ts";
import type { Collection, DocumentText } from "../contract/documents.ts";
import { FourfoldError } from "../contract/failures.ts";
import { contract } from "../contract/index.ts";
import { readOriginalFile } from "../documents/original-file.ts";
import { search } from "../retrieval/search.ts";
import { requireEmbedder } from "../models/embedders.ts";
import { readRectangles } from "../store/chunks.ts";
import { ensureCollection, listCollections, type StoredCollection } from "../store/collections.ts";
import type { ReadableDb } from "../store/db.ts";
import { findDocument, listDocuments, readDocumentText, removeDocument } from "../store/documents.ts";
import { listImportJobs } from "../store/import-jobs.ts";
import { excludeFile } from "../store/linked-folders.ts";
import { findReembedding } from "../store/reembeddings.ts";
import { forgetChoice } from "../store/settings.ts";
import { streamed } from "../streamed.ts";
import type { EngineParts } from "./engine-parts.ts";

export function collectionHandlers(parts: EngineParts) {
  const { db, embedder, changes, imports } = parts;
  const { collections } = implement(contract);
  return {
    list: collections.list.handler(() => Promise.all(listCollections(db).map((stored) => describe(parts, stored)))),
    create: collections.create.handler(async ({ input }) => {
      const chosen = input.embedderId === undefined ? embedder : requireEmbedder(db, input.embedderId).identity;
      const created = await describe(parts, ensureCollection(db, input.name, chosen));
      changes.report("collections");
      return created;
    }),
    remove: collections.remove.handler(async ({ input }) => {
      const removed = await imports.removeCollection(input.collectionId);
      forgetChoice(db, input.collectionId);
      changes.report("collections");
      return { removed };
    }),
  };
}

export function documentHandlers({ db, changes, imports }: EngineParts) {
  const { documents } = implement(contract);
  return {
    import: documents.import.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) =>
        imports
          .run(input.collection, input.paths, { signal, onProgress: report })
          .finally(() => changes.report("documents")),
      ),
    ),
    list: documents.list.handler(({ input }) => listDocuments(db, requireCollection(db, input.collectionId).id)),
    text: documents.text.handler(({ input }) => requireDocumentText(db, input.documentId)),
    file: documents.file.handler(({ input }) => readOriginalFile(requireDocumentText(db, input.documentId).document)),
    rectangles: documents.rectangles.handler(({ input }) => readRectangles(db, input.documentId, input.span)),
    remove: documents.remove.handler(({ input }) => {
      const document = findDocument(db, input.documentId);
      // A linked folder would bring it back at once.
      if (document !== null) excludeFile(db, document.collectionId, document.path);
      const removed = removeDocument(db, input.documentId) !== null;
      changes.report("documents");
      return { removed };
    }),
  };
}

export function importHandlers({ db, changes, imports: all }: EngineParts) {
  const { imports } = implement(contract);
  return {
    list: imports.list.handler(() => listImportJobs(db)),
    pause: imports.pause.handler(({ input }) => ({ paused: all.pause(input.importId) })),
    resume: imports.resume.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) =>
        all.resume(input.importId, { signal, onProgress: report }).finally(() => changes.report("documents")),
      ),
    ),
    cancel: imports.cancel.handler(({ input }) => ({ cancelled: all.cancel(input.importId) })),
  };
}

export function folderHandlers({ folders: linked }: EngineParts) {
  const { folders } = implement(contract);
  return {
    list: folders.list.handler(() => linked.list()),
    link: folders.link.handler(({ input }) => linked.link(input.collection, input.path, input.watch)),
    unlink: folders.unlink.handler(async ({ input }) => ({
      removed: await linked.unlink(input.folderId, input.documents),
    })),
    sync: folders.sync.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) =>
        linked.sync(input.folderId, { acceptEmpty: input.acceptEmpty, signal, onProgress: report }),
      ),
    ),
  };
}

export function retrievalHandlers(parts: EngineParts) {
  const { retrieval } = implement(contract);
  return {
    search: retrieval.search.handler(({ input, signal }) =>
      search(parts, requireCollection(parts.db, input.collectionId), input.question, input.topK, signal),
    ),
  };
}

async function describe(parts: EngineParts, stored: StoredCollection): Promise<Collection> {
  const { db, vectors, reembeddings } = parts;
  const { id, name, documentCount, chunkCount } = stored;
  const { dimensions, languages } = stored.embedder;
  const embedder = { id: stored.embedder.id, name: stored.embedder.name, dimensions, languages };
  const going = findReembedding(db, id);
  const reembedding = going && {
    embedder: { id: going.embedder.id, name: going.embedder.name },
    state: going.state,
    done: going.done,
    total: going.total,
    failure: reembeddings.failureOf(id),
  };
  return { id, name, embedder, documentCount, chunkCount, index: await vectors.indexState(stored), reembedding };
}

function requireDocumentText(db: ReadableDb, documentId: string): DocumentText {
  const text = readDocumentText(db, documentId);
  if (text === null) throw documentNotFound(documentId);
  return text;
}

function documentNotFound(documentId: string): FourfoldError {
  return new FourfoldError({
    code: "document_not_found",
    message: "This document was removed from its collection.",
    action: "Import it again to open it here.",
    details: { documentId },
  });
}
