import { implement } from "@orpc/server";
import { requireCollection } from "../comparison/ask.ts";
import type { Collection, DocumentText } from "../contract/documents.ts";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { contract } from "../contract/index.ts";
import { readOriginalFile } from "../documents/original-file.ts";
import { requireEmbedder } from "../models/embedders.ts";
import { findReembedding } from "../store/reembeddings.ts";
import { listCollections, type StoredCollection } from "../store/collections.ts";
import { writeTags } from "../store/document-use.ts";
import { findDocument } from "../store/documents.ts";
import { listImportJobs } from "../store/import-jobs.ts";
import { excludeFile } from "../store/linked-folders.ts";
import { forgetChoice } from "../store/settings.ts";
import { streamed } from "../streamed.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import { serverName } from "../vectors/postgres/server-url.ts";
import type { EngineParts } from "./engine-parts.ts";

export function collectionHandlers(parts: EngineParts) {
  const { db, stores, embedder, changes, imports } = parts;
  const { collections } = implement(contract);
  return {
    list: collections.list.handler(() => Promise.all(listCollections(db).map((stored) => describe(parts, stored)))),
    create: collections.create.handler(async ({ input }) => {
      const chosen = input.embedderId === undefined ? embedder : requireEmbedder(db, input.embedderId).identity;
      const created = await describe(parts, await stores.ensure(input.name, chosen, input.server));
      changes.report("collections");
      return created;
    }),
    remove: collections.remove.handler(async ({ input }) => {
      const removed = await imports.removeCollection(input.collectionId, input.fromServer);
      forgetChoice(db, input.collectionId);
      changes.report("collections");
      return { removed };
    }),
  };
}

export function documentHandlers({ db, stores, changes, imports }: EngineParts) {
  const { documents } = implement(contract);
  return {
    import: documents.import.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) =>
        imports
          .run(input.collection, input.paths, { server: input.server, signal, onProgress: report })
          .finally(() => changes.report("documents")),
      ),
    ),
    list: documents.list.handler(({ input }) => stores.of(requireCollection(db, input.collectionId)).listDocuments()),
    text: documents.text.handler(({ input }) => requireDocumentText(stores, input.documentId)),
    file: documents.file.handler(async ({ input }) =>
      readOriginalFile((await requireDocumentText(stores, input.documentId)).document),
    ),
    rectangles: documents.rectangles.handler(
      async ({ input }) =>
        (await stores.ofDocument(input.documentId)?.readRectangles(input.documentId, input.span)) ?? [],
    ),
    tag: documents.tag.handler(async ({ input }) => {
      const tags = await stores.ofDocument(input.documentId)?.writeTags(input.documentId, input.tags);
      if (tags == null) throw documentNotFound(input.documentId);
      changes.report("documents");
      return { tags };
    }),
    remove: documents.remove.handler(async ({ input }) => {
      const store = stores.ofDocument(input.documentId);
      const own = findDocument(db, input.documentId);
      if (own !== null) {
        // A linked folder would bring it back at once.
        excludeFile(db, own.collectionId, own.path);
        // What a user removes is gone for good; only a new version of a file finds its tags again.
        writeTags(db, own.id, []);
      }
      const removed = (await store?.removeDocument(input.documentId)) ?? false;
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

async function describe({ db, stores, reembeddings }: EngineParts, stored: StoredCollection): Promise<Collection> {
  const { id, name, shared } = stored;
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
  const about = { id, name, embedder, server: shared && serverName(shared.server), reembedding };
  try {
    const { documentCount, chunkCount, index } = await stores.describe(stored);
    return { ...about, documentCount, chunkCount, index };
  } catch (error) {
    // A server that is away must not take the list of all the others with it.
    if (shared === null || !isFourfoldError(error)) throw error;
    const { documentCount, chunkCount } = stored;
    return { ...about, documentCount, chunkCount, index: { kind: "unreachable", reason: error.failure.message } };
  }
}

async function requireDocumentText(stores: CollectionStores, documentId: string): Promise<DocumentText> {
  const text = await stores.ofDocument(documentId)?.readDocumentText(documentId);
  if (text == null) throw documentNotFound(documentId);
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
