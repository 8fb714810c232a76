import { randomInt, randomUUID } from "node:crypto";
import type { ArmAnswer, Ask, AskProgress, Comparison } from "../contract/comparison.ts";
import type { Failure } from "../contract/failures.ts";
import { type Arm, usesAdapter, usesRetrieval } from "../contract/models.ts";
import type { Retrieval } from "../contract/retrieval.ts";
import { buildPrompt, type Turn } from "../generation/build-prompt.ts";
import { treatmentOf } from "../generation/passage-treatment.ts";
import { resolveSettings, type SettingsLayers } from "../generation/resolve-settings.ts";
import { ensureLoaded } from "../models/load-model.ts";
import type { Reranking } from "../retrieval/reranking.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { findCollection, type StoredCollection } from "../store/collections.ts";
import { findReusableAnswer, readThread, saveAnswer, startComparison } from "../store/comparisons.ts";
import type { WritableDb } from "../store/db.ts";
import type { StoredModel } from "../store/models.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import type { Vectors } from "../vectors/vectors.ts";
import { adaptersOf, answerArm, type ArmRun, cited, determinantsOf, unanswered } from "./answer-arm.ts";
import { type ChosenAdapter, chooseModels } from "./choose-models.ts";
import { adapterMismatch, collectionNotFound, failureOf, noAdapter, threadNotFound } from "./failures.ts";
import { retrieve } from "./retrieve.ts";
import { samplingOf } from "./sampling.ts";

export interface ComparisonParts {
  db: WritableDb;
  runtime: Runtime;
  vectors: Vectors;
  stores: CollectionStores;
  reranking: Reranking;
  appVersion: string;
}

export interface AskOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: AskProgress) => void;
}

/** One question on its way through the arms. */
export interface Question {
  input: Ask;
  base: StoredModel;
  adapters: ChosenAdapter[];
  collection: StoredCollection | null;
  layers: SettingsLayers;
  comparison: Comparison;
  /** Earlier turns of the thread, oldest first. */
  thread: Comparison[];
}

/**
 * Answer one question in up to four arms: same seed, same sampling, one arm at a time, every answer stored
 * as soon as it is complete. An arm that fails leaves the others alive.
 *
 * @throws model_not_found, thread_not_found, and every failure of loading the base: without it no arm can answer
 */
export async function ask(parts: ComparisonParts, asked: Ask, options: AskOptions = {}): Promise<Comparison> {
  // An arm named twice answers once: there is one pane for it.
  const input = { ...asked, arms: [...new Set(asked.arms)] };
  const question = await prepare(parts, input, options);
  const { comparison } = question;
  startComparison(parts.db, comparison);
  const { id: comparisonId, threadId, seed } = comparison;
  options.onProgress?.({ type: "started", comparisonId, threadId, seed, arms: input.arms });

  const retrieved = await retrieve(parts, question, options);
  const refused = await refusedAdapter(parts.runtime, question);
  for (const [position, arm] of input.arms.entries()) {
    const { answer, determinants } = await settle(arm, options.signal, async () => {
      const failure = (usesAdapter(arm) && refused(arm)) || (usesRetrieval(arm) && retrieved.failure(arm)) || null;
      if (failure !== null) return { answer: unanswered(arm, failure), determinants: null };
      return answerOrReuse(parts, question, arm, usesRetrieval(arm) ? retrieved.retrieval : null, options);
    });
    saveAnswer(parts.db, comparisonId, position, determinants, answer);
    comparison.arms.push(answer);
    options.onProgress?.({ type: "answered", answer });
  }
  return comparison;
}

/** Run one arm; whatever it throws becomes its failure, and a stop ends it without one. */
export async function settle(
  arm: Arm,
  signal: AbortSignal | undefined,
  run: () => Promise<{ answer: ArmAnswer; determinants: string | null }>,
): Promise<{ answer: ArmAnswer; determinants: string | null }> {
  if (signal?.aborted) return { answer: unanswered(arm, null), determinants: null };
  try {
    return await run();
  } catch (error) {
    return { answer: unanswered(arm, signal?.aborted ? null : failureOf(error)), determinants: null };
  }
}

async function prepare({ db, runtime }: ComparisonParts, input: Ask, options: AskOptions): Promise<Question> {
  const thread = input.threadId === undefined ? [] : readThread(db, input.threadId);
  if (input.threadId !== undefined && thread.length === 0) throw threadNotFound(input.threadId);
  const { base, adapters, layers } = chooseModels(db, runtime, input);
  const collection = input.collectionId === null ? null : findCollection(db, input.collectionId);
  await ensureLoaded(db, runtime, base, {
    signal: options.signal,
    onProgress: (progress) => options.onProgress?.({ type: "loading", progress }),
  });
  const comparison: Comparison = {
    id: randomUUID(),
    threadId: input.threadId ?? randomUUID(),
    turn: thread.length,
    replayOf: null,
    question: input.question,
    seed: input.seed ?? randomInt(2 ** 32),
    modelId: base.id,
    modelName: base.name,
    modelFile: base.path,
    adapters: adapters.map(({ path: _path, stored: _stored, ...adapter }) => adapter),
    collectionId: collection?.id ?? null,
    otherCollectionIds: input.otherCollectionIds,
    retrieval: null,
    arms: [],
    askedAt: new Date().toISOString(),
  };
  return { input, base, adapters, collection, layers, comparison, thread };
}

/** Why the arms with adapter cannot run, checked before anything is loaded; null when they can. */
async function refusedAdapter(
  runtime: Runtime,
  { input, base, adapters }: Question,
): Promise<(arm: Arm) => Failure | null> {
  if (!input.arms.some(usesAdapter)) return () => null;
  if (adapters.length === 0) return noAdapter;
  for (const adapter of adapters) {
    try {
      const differences = await runtime.compatibility(base.path, adapter.path);
      if (differences.length > 0) return () => adapterMismatch(adapter, base, differences);
    } catch (error) {
      return () => failureOf(error);
    }
  }
  return () => null;
}

async function answerOrReuse(
  parts: ComparisonParts,
  question: Question,
  arm: Arm,
  retrieval: Retrieval | null,
  options: AskOptions,
): Promise<{ answer: ArmAnswer; determinants: string | null }> {
  const { input, base, layers, comparison, thread } = question;
  // Another arm may have taken the model host down with it; this one gets a fresh one.
  const loaded = await ensureLoaded(parts.db, parts.runtime, base, { signal: options.signal });
  const settings = resolveSettings(arm, layers);
  const treatment = treatmentOf(parts.stores, retrieval, options.signal);
  const found = retrieval?.passages.slice(0, treatment.isWhole ? undefined : (input.topK ?? settings.topK)) ?? [];
  const maxTokens = input.maxTokens ?? settings.maxTokens;
  const history = historyOf(arm, thread);
  const built = await buildPrompt(
    parts.runtime,
    { ...settings, maxTokens },
    comparison.question,
    found,
    history,
    loaded.contextSize,
    treatment,
  );
  const run: ArmRun = {
    arm,
    modelSha256: base.sha256,
    adapters: adaptersOf(arm, question.adapters).map(({ stored: _, ...adapter }) => adapter),
    messages: built.messages,
    prompt: built.prompt,
    promptSha256: built.promptSha256,
    promptTokens: built.promptTokens,
    sampling: samplingOf(comparison.seed, input.temperature ?? settings.temperature),
    maxTokens,
    thoughtTokens: settings.thoughtTokens,
    contextSize: loaded.contextSize,
    threads: loaded.threads,
    prefillChunk: loaded.prefillChunk,
    retrieval: retrieval === null ? null : decidedBy(retrieval),
  };
  const determinants = determinantsOf(run, parts.appVersion);
  const reusable = input.reuse ? findReusableAnswer(parts.db, determinants) : null;
  if (reusable !== null) {
    return { answer: { ...reusable, ...cited(arm, reusable.text, built.used), reused: true }, determinants };
  }
  const answer = await answerArm(parts.runtime, run, { ...built, retrieval }, parts.appVersion, {
    signal: options.signal,
    onProgress: (progress) => options.onProgress?.({ arm, ...progress }),
  });
  // A stopped answer is a fragment: shown and stored, never taken for the whole.
  return { answer, determinants: answer.stopReason === "stopped" ? null : determinants };
}

/** What decided which passages were found. */
function decidedBy({ settings, filter, rerankerSha256, wholeDocuments }: Retrieval): ArmRun["retrieval"] {
  return { settings, filter, rerankerSha256, wholeDocuments };
}

/** An arm's own thread: its earlier answers, skipping turns it did not answer. */
function historyOf(arm: Arm, thread: Comparison[]): Turn[] {
  return thread.flatMap(({ question, arms }) => {
    const answer = arms.find((candidate) => candidate.arm === arm);
    return answer === undefined || answer.text === "" ? [] : [{ question, answer: answer.text }];
  });
}

/** @throws collection_not_found */
export function requireCollection(db: WritableDb, idOrName: string): StoredCollection {
  const collection = findCollection(db, idOrName);
  if (collection !== null) return collection;
  throw collectionNotFound(idOrName);
}
