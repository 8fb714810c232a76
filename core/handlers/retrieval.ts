import { implement } from "@orpc/server";
import { requireCollection } from "../comparison/ask.ts";
import { explain } from "../comparison/explain.ts";
import { withOthers } from "../comparison/retrieve.ts";
import { contract } from "../contract/index.ts";
import { corpusReport } from "../retrieval/corpus.ts";
import { defaultRetrievalSettings, resolveRetrievalSettings } from "../retrieval/default-settings.ts";
import { search } from "../retrieval/search.ts";
import { countQuestions, withUse } from "../store/document-use.ts";
import { readSettings } from "../store/settings.ts";
import { afterBundled, type EngineParts } from "./engine-parts.ts";

export function retrievalHandlers(parts: EngineParts) {
  const { db, stores, answering } = parts;
  const { retrieval } = implement(contract);
  const withModels = afterBundled(implement(contract), parts).retrieval;
  return {
    search: retrieval.search.handler(async ({ input, signal }) =>
      search(parts, {
        collections: await withOthers(parts, requireCollection(db, input.collectionId), input.otherCollectionIds),
        question: input.question,
        topK: input.topK,
        settings: resolveRetrievalSettings(input.settings, readSettings(db).retrieval),
        filter: input.filter,
        signal,
      }),
    ),
    // In turn with answers: laying out a prompt needs the model, and may have to load it.
    explain: withModels.explain.handler(({ input, signal }) =>
      answering.run(() => explain(parts, requireCollection(db, input.collectionId), input, signal), signal),
    ),
    corpus: retrieval.corpus.handler(async ({ input }) => {
      const collection = requireCollection(db, input.collectionId);
      const documents = withUse(db, await stores.of(collection).readDocumentFacts());
      const questions = countQuestions(db, collection.id);
      return corpusReport(documents, { questions, isShared: collection.shared !== null });
    }),
    defaults: retrieval.defaults.handler(() => defaultRetrievalSettings),
  };
}
