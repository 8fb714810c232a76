import { implement } from "@orpc/server";
import { requireCollection } from "../comparison/ask.ts";
import { contract } from "../contract/index.ts";
import { addEmbedder } from "../models/add-embedder.ts";
import { embedderInUse } from "../models/embedder-failures.ts";
import { requireEmbedder, toEmbedderInfo } from "../models/embedders.ts";
import { collectionsUsing, listEmbedders, removeEmbedder } from "../store/embedders.ts";
import { assertNotShared } from "../vectors/not-shared.ts";
import { streamed } from "../streamed.ts";
import type { EngineParts } from "./engine-parts.ts";

export function embedderHandlers(parts: EngineParts) {
  const { db, changes, reembeddings } = parts;
  const { embedders } = implement(contract);
  return {
    list: embedders.list.handler(() => listEmbedders(db).map((stored) => toEmbedderInfo(db, stored))),
    add: embedders.add.handler(({ input: { path, ...wishes }, signal }) =>
      streamed(signal, async ({ signal, report }) => {
        const added = await addEmbedder(parts, path, wishes, { signal, onProgress: report });
        changes.report("embedders");
        return toEmbedderInfo(db, added);
      }),
    ),
    remove: embedders.remove.handler(({ input }) => {
      const users = collectionsUsing(db, input.embedderId);
      if (users.length > 0) throw embedderInUse(requireEmbedder(db, input.embedderId).identity.name, users);
      const removed = removeEmbedder(db, input.embedderId);
      changes.report("embedders");
      return { removed };
    }),
    change: embedders.change.handler(({ input }) => {
      const { identity } = requireEmbedder(db, input.embedderId);
      const collection = requireCollection(db, input.collectionId);
      assertNotShared(collection, "Changing the embedder");
      reembeddings.begin(collection, identity);
      return {};
    }),
    pause: embedders.pause.handler(({ input }) => {
      reembeddings.pause(input.collectionId);
      return {};
    }),
    resume: embedders.resume.handler(({ input }) => {
      reembeddings.resume(input.collectionId);
      return {};
    }),
    cancel: embedders.cancel.handler(({ input }) => ({ cancelled: reembeddings.cancel(input.collectionId) })),
  };
}
