import { type Failure, isFourfoldError } from "../contract/failures.ts";
import { type Arm, usesRetrieval } from "../contract/models.ts";
import type { Retrieval } from "../contract/retrieval.ts";
import { measurePrompt } from "../generation/build-prompt.ts";
import { resolveSettings, resolveTopK } from "../generation/resolve-settings.ts";
import { resolveRetrievalSettings } from "../retrieval/default-settings.ts";
import type { SearchRequest } from "../retrieval/rank.ts";
import { search } from "../retrieval/search.ts";
import { wholeDocuments } from "../retrieval/whole-documents.ts";
import { findCollection, type StoredCollection } from "../store/collections.ts";
import { saveRetrieval } from "../store/comparisons.ts";
import { readSettings } from "../store/settings.ts";
import type { AskOptions, ComparisonParts, Question } from "./ask.ts";
import { collectionNotFound, failureOf, noCollection } from "./failures.ts";
import { rewriteQuestion } from "./rewrite-question.ts";

/** One search serves every arm that retrieves; when it fails, only those arms fail. */
export async function retrieve(
  parts: ComparisonParts,
  question: Question,
  { signal, onProgress }: AskOptions,
): Promise<{ retrieval: Retrieval | null; failure: (arm: Arm) => Failure | null }> {
  const { input, collection, layers, comparison, thread } = question;
  if (!input.arms.some(usesRetrieval)) return { retrieval: null, failure: () => null };
  if (collection === null && input.collectionId !== null) {
    const { failure } = collectionNotFound(input.collectionId);
    return { retrieval: null, failure: () => failure };
  }
  if (collection === null) return { retrieval: null, failure: noCollection };
  onProgress?.({ type: "retrieving" });
  try {
    const collections = await withOthers(parts, collection, input.otherCollectionIds);
    if (collections.every(({ chunkCount }) => chunkCount === 0)) return { retrieval: null, failure: noCollection };
    const settings = resolveRetrievalSettings(input.retrieval, readSettings(parts.db).retrieval);
    const { filter } = input;
    const isFollowUp = thread.length > 0 && settings.rewriteFollowUps && !input.wholeDocuments;
    const searched = isFollowUp ? await rewriteQuestion(parts, question, signal) : input.question;
    const retrieval = input.wholeDocuments
      ? await wholeDocuments(
          parts.stores,
          { collections, question: input.question, settings, filter },
          parts.runtime.loaded?.contextSize ?? 0,
        )
      : await search(parts, {
          collections,
          question: searched,
          topK: input.topK ?? resolveTopK(input.arms, layers),
          settings,
          filter,
          signal,
        });
    if (retrieval.asksForAll !== null && !retrieval.wholeDocuments) {
      retrieval.ifWhole = await sizeIfWhole(parts, question, { collections, settings, filter });
    }
    comparison.retrieval = retrieval;
    saveRetrieval(parts.db, comparison);
    onProgress?.({ type: "retrieved", retrieval });
    return { retrieval, failure: () => null };
  } catch (error) {
    const failure = failureOf(error);
    return { retrieval: null, failure: () => failure };
  }
}

/** What whole documents would take of the context, measured; null when they are far beyond it. */
async function sizeIfWhole(
  { stores, runtime }: ComparisonParts,
  { input, layers }: Question,
  scope: Pick<SearchRequest, "collections" | "settings" | "filter">,
): Promise<Retrieval["ifWhole"]> {
  const contextSize = runtime.loaded?.contextSize ?? 0;
  const arm = input.arms.find(usesRetrieval)!;
  try {
    const { passages } = await wholeDocuments(stores, { ...scope, question: input.question }, contextSize);
    const { promptTokens, reservedTokens } = await measurePrompt(
      runtime,
      resolveSettings(arm, layers),
      input.question,
      passages,
      [],
      contextSize,
    );
    return { tokens: promptTokens + reservedTokens, contextSize };
  } catch (error) {
    if (isFourfoldError(error) && error.failure.code === "documents_too_long") return null;
    throw error;
  }
}

/**
 * The collections to search, shared ones with the counts their server names now.
 *
 * @throws collection_not_found, and whatever keeps a server from answering
 */
export async function withOthers(
  { db, stores }: Pick<ComparisonParts, "db" | "stores">,
  first: StoredCollection,
  otherIds: string[],
): Promise<StoredCollection[]> {
  const others = [...new Set(otherIds)].map((id) => {
    const other = findCollection(db, id);
    if (other === null) throw collectionNotFound(id);
    return other;
  });
  const all = [first, ...others.filter(({ id }) => id !== first.id)];
  return Promise.all(all.map((collection) => stores.upToDate(collection)));
}
