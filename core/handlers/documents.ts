import { implement } from "@orpc/server";
import { requireCollection } from "../comparison/ask.ts";
import type { Collection, DocumentText } from "../contract/documents.ts";
import { FourfoldError } from "../contract/failures.ts";
import { contract } from "../contract/index.ts";
import { readOriginalFile } from "../documents/original-file.ts";
import { search } from "../retrieval/search.ts";
import { readRectangles } from "../store/chunks.ts";
import { ensureCollection, listCollections, type StoredCollection } from "../store/collections.ts";
import type { ReadableDb } from "../store/db.ts";
import { listDocuments, readDocumentText, removeDocument } from "../store/documents.ts";
import { forgetChoice } from "../store/settings.ts";
import { streamed } from "../streamed.ts";
import type { Vectors } from "../vectors/vectors.ts";
import type { EngineParts } from "./engine-parts.ts";

export function collectionHandlers({ db, vectors, embedder, changes, imports }: EngineParts) {
  const { collections } = implement(contract);
  return {
    list: collections.list.handler(() => Promise.all(listCollections(db).map((stored) => describe(vectors, stored)))),
    create: collections.create.handler(async ({ input }) => {
      const created = await describe(vectors, ensureCollection(db, input.name, embedder));
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
      const removed = removeDocument(db, input.documentId);
      changes.report("documents");
      return { removed };
    }),
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

async function describe(vectors: Vectors, stored: StoredCollection): Promise<Collection> {
  const { id, name, documentCount, chunkCount } = stored;
  const { dimensions, languages } = stored.embedder;
  const embedder = { id: stored.embedder.id, name: stored.embedder.name, dimensions, languages };
  return { id, name, embedder, documentCount, chunkCount, index: await vectors.indexState(stored) };
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
