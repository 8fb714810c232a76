import { implement } from "@orpc/server";
import { requireCollection } from "../comparison/ask.ts";
import type { Collection } from "../contract/documents.ts";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { contract } from "../contract/index.ts";
import { search } from "../retrieval/search.ts";
import { listCollections, type StoredCollection } from "../store/collections.ts";
import { forgetChoice } from "../store/settings.ts";
import { streamed } from "../streamed.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import { serverName } from "../vectors/postgres/server-url.ts";
import type { EngineParts } from "./engine-parts.ts";

export function collectionHandlers({ db, stores, embedder, changes, imports }: EngineParts) {
  const { collections } = implement(contract);
  return {
    list: collections.list.handler(() => Promise.all(listCollections(db).map((stored) => describe(stores, stored)))),
    create: collections.create.handler(async ({ input }) => {
      const created = await describe(stores, await stores.ensure(input.name, embedder, input.server));
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
    text: documents.text.handler(async ({ input }) => {
      const text = await stores.ofDocument(input.documentId)?.readDocumentText(input.documentId);
      if (text == null) throw documentNotFound(input.documentId);
      return text;
    }),
    remove: documents.remove.handler(async ({ input }) => {
      const removed = (await stores.ofDocument(input.documentId)?.removeDocument(input.documentId)) ?? false;
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

async function describe(stores: CollectionStores, stored: StoredCollection): Promise<Collection> {
  const { id, name, shared } = stored;
  const { dimensions, languages } = stored.embedder;
  const embedder = { id: stored.embedder.id, name: stored.embedder.name, dimensions, languages };
  const server = shared && serverName(shared.server);
  try {
    const { documentCount, chunkCount, index } = await stores.describe(stored);
    return { id, name, embedder, documentCount, chunkCount, index, server };
  } catch (error) {
    // A server that is away must not take the list of all the others with it.
    if (shared === null || !isFourfoldError(error)) throw error;
    const { documentCount, chunkCount } = stored;
    const { message: reason } = error.failure;
    return { id, name, embedder, documentCount, chunkCount, index: { kind: "unreachable", reason }, server };
  }
}

function documentNotFound(documentId: string): FourfoldError {
  return new FourfoldError({
    code: "document_not_found",
    message: "This document was removed from its collection.",
    action: "Import it again to open it here.",
    details: { documentId },
  });
}
