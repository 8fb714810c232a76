import type { Candidate, Explain, ExplainedPrompt, Explanation } from "../contract/explanation.ts";
import type { Failure } from "../contract/failures.ts";
import { type Arm, usesAdapter } from "../contract/models.ts";
import type { Passage, Retrieval } from "../contract/retrieval.ts";
import { buildPrompt } from "../generation/build-prompt.ts";
import { resolveSettings, resolveTopK, type SettingsLayers } from "../generation/resolve-settings.ts";
import { treatmentOf } from "../generation/passage-treatment.ts";
import { ensureLoaded } from "../models/load-model.ts";
import { DEFAULT_TOP_K, resolveRetrievalSettings } from "../retrieval/default-settings.ts";
import { rank, type Ranking, type SearchRequest } from "../retrieval/rank.ts";
import { passageOf, retrievalOf } from "../retrieval/search.ts";
import type { StoredCollection } from "../store/collections.ts";
import type { StoredModel } from "../store/models.ts";
import { readSettings } from "../store/settings.ts";
import type { ComparisonParts } from "./ask.ts";
import { chooseModels } from "./choose-models.ts";
import { failureOf, noAdapter } from "./failures.ts";
import { withOthers } from "./retrieve.ts";

/** What is near enough below the line to be worth showing. */
const NEAR_MISSES = 20;
/** As in the measure: recall@10. */
const NEAREST = 10;

/**
 * Search as a question would, and tell every step: the same ranking, the same prompts, nothing answered and nothing stored.
 *
 * @throws what `rank` throws; a model that cannot be loaded only leaves the prompts out
 */
export async function explain(
  parts: ComparisonParts,
  first: StoredCollection,
  input: Explain,
  signal?: AbortSignal,
): Promise<Explanation> {
  const { db } = parts;
  const started = performance.now();
  const models = attempt(() => chooseModels(db, parts.runtime, input));
  const layers = models.value?.layers ?? null;
  const request: SearchRequest = {
    collections: await withOthers(parts, first, input.otherCollectionIds),
    question: input.question,
    topK: input.topK ?? (layers === null ? DEFAULT_TOP_K : resolveTopK(input.arms, layers)),
    settings: resolveRetrievalSettings(input.settings, readSettings(db).retrieval),
    filter: input.filter,
    signal,
  };
  const ranking = await rank(parts, request);
  const retrieval = await retrievalOf(request, ranking, performance.now() - started);
  const laidOut =
    models.value === null
      ? { prompts: [], failure: models.failure }
      : await layOutPrompts(parts, input, models.value, retrieval, signal);
  return {
    retrieval,
    words: ranking.words,
    candidates: await candidatesOf(ranking, retrieval),
    topK: request.topK,
    searchedChunks: ranking.searchedChunks ?? retrieval.chunkCount,
    timings: ranking.timings,
    prompts: laidOut.prompts,
    promptFailure: laidOut.failure,
    index: input.checkIndex ? await checkIndex(parts, request) : null,
  };
}

/** Passages, then near misses, then what the floor cut. */
async function candidatesOf(ranking: Ranking, { passages }: Retrieval): Promise<Candidate[]> {
  const shown = ranking.chunks.slice(0, passages.length + NEAR_MISSES);
  const chunks = await ranking.source.readChunks(shown.map(({ id }) => id));
  // Chunks are numbered apart where they are kept.
  const keyOf = ({ documentId, chunkId }: Pick<Passage, "documentId" | "chunkId">): string =>
    `${documentId} ${chunkId}`;
  const numbers = new Map(passages.map((passage) => [keyOf(passage), passage.n]));
  return shown.flatMap((ranked) => {
    const chunk = chunks.get(ranked.id);
    if (chunk === undefined) return [];
    const { rectangles: _, ...found } = passageOf(chunk, ranked);
    const { fusedRank, rerankRank, mmrRank, bm25 } = ranked;
    const n = numbers.get(keyOf(found)) ?? null;
    const outcome = ranked.isBelowFloor ? "below_score_floor" : n === null ? "below_top_k" : "passage";
    return [{ ...found, fusedRank, rerankRank, mmrRank, bm25, n, outcome }];
  });
}

async function layOutPrompts(
  parts: ComparisonParts,
  { arms, question }: Explain,
  { base, layers }: { base: StoredModel; layers: SettingsLayers },
  retrieval: Retrieval,
  signal: AbortSignal | undefined,
): Promise<{ prompts: ExplainedPrompt[]; failure: Failure | null }> {
  const prompts: ExplainedPrompt[] = [];
  try {
    const { contextSize } = await ensureLoaded(parts.db, parts.runtime, base, { signal });
    for (const arm of arms) {
      if (usesAdapter(arm) && layers.adapters.length === 0) {
        if (arms.length === 1) return { prompts, failure: noAdapter(arm) };
        continue;
      }
      prompts.push(await layOutPrompt(parts, arm, question, layers, retrieval, contextSize));
    }
    return { prompts, failure: null };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { prompts, failure: failureOf(error) };
  }
}

async function layOutPrompt(
  { stores, runtime }: ComparisonParts,
  arm: Arm,
  question: string,
  layers: SettingsLayers,
  retrieval: Retrieval,
  contextSize: number,
): Promise<ExplainedPrompt> {
  const settings = resolveSettings(arm, layers);
  const { passages } = retrieval;
  const built = await buildPrompt(
    runtime,
    settings,
    question,
    passages,
    [],
    contextSize,
    treatmentOf(stores, retrieval),
  );
  const starts = new Map(passages.map(({ n, start, end }) => [n, `${start}-${end}`]));
  return {
    arm,
    prompt: built.prompt,
    promptTokens: built.promptTokens,
    contextSize,
    reservedTokens: built.reservedTokens,
    passagesInPrompt: built.used.map(({ n }) => n),
    passagesLeftOut: built.leftOut.map(({ n }) => n),
    passagesExpanded: built.used.filter(({ n, start, end }) => starts.get(n) !== `${start}-${end}`).map(({ n }) => n),
  };
}

/** The same question through the index and through all vectors; only the first collection's, each has an index of its own. */
async function checkIndex(
  { stores }: ComparisonParts,
  { collections, question, signal }: SearchRequest,
): Promise<Explanation["index"]> {
  const store = stores.of(collections[0]!);
  const timed = async (exact: boolean) => {
    const started = performance.now();
    const { neighbours, kind } = await store.searchMeaning(question, NEAREST, { signal, exact });
    return { ids: neighbours.map(({ chunkId }) => chunkId), kind, ms: performance.now() - started };
  };
  const index = await timed(false);
  const exact = await timed(true);
  const missed = exact.ids.filter((id) => !index.ids.includes(id));
  return {
    kind: index.kind,
    recallAt10: exact.ids.length === 0 ? 1 : 1 - missed.length / exact.ids.length,
    missedChunkIds: missed,
    indexMs: index.ms,
    exactMs: exact.ms,
  };
}

function attempt<Value>(run: () => Value): { value: Value; failure: null } | { value: null; failure: Failure } {
  try {
    return { value: run(), failure: null };
  } catch (error) {
    return { value: null, failure: failureOf(error) };
  }
}
