import type { OneAtATime } from "../children/one-at-a-time.ts";
import { type ComparisonParts, requireCollection } from "../comparison/ask.ts";
import { samplingOf } from "../comparison/sampling.ts";
import type { DistillationProgress, DraftedPair, Teaching } from "../contract/distillation.ts";
import { FourfoldError } from "../contract/failures.ts";
import { buildPrompt, type Turn } from "../generation/build-prompt.ts";
import { resolveSettings } from "../generation/resolve-settings.ts";
import { ensureLoaded, requireModel } from "../models/load-model.ts";
import { treatmentOf } from "../generation/passage-treatment.ts";
import { noFilter, resolveRetrievalSettings } from "../retrieval/default-settings.ts";
import { search } from "../retrieval/search.ts";
import type { GenerateProgress, GenerateRequest } from "../runtime/requests.ts";
import { readSettings } from "../store/settings.ts";
import { draftingStopped } from "./distillation-failures.ts";
import { historyOf, questionOf } from "./example-turns.ts";

export interface DraftParts extends ComparisonParts {
  /** Whoever needs the model host's model to himself waits here; a user's question comes between two prompts. */
  answering: OneAtATime;
}

interface DraftContext {
  signal: AbortSignal;
  report: (progress: DistillationProgress) => void;
}

/**
 * One prompt's answer, asked as the base arm asks, or with documents as the rag arm does; the teacher is loaded when it is
 * not there.
 *
 * @throws stopped, and every failure of loading the teacher, retrieving and generating
 */
export async function draftAnswer(
  { answering, ...parts }: DraftParts,
  { system, teacherId, collectionId, ...teaching }: Teaching,
  pair: DraftedPair,
  { signal, report }: DraftContext,
): Promise<DraftedPair> {
  const { db, stores, runtime } = parts;
  const teacher = requireModel(db, teacherId, "base");
  const collection = collectionId === null ? null : requireCollection(db, collectionId);
  const arm = collection === null ? "base" : "rag";
  const settings = resolveSettings(arm, {
    workspacePrompts: readSettings(db).systemPrompts,
    adapters: [],
    model: teacher,
  });
  const own = pair.messages[0]!.role === "system" ? pair.messages[0]!.content : undefined;
  const systemPrompt = system ?? own ?? settings.systemPrompt;
  const maxTokens = teaching.maxTokens ?? settings.maxTokens;
  const question = questionOf(pair.messages);
  const history: Turn[] = historyOf(pair.messages);
  const retrieved =
    collection === null
      ? null
      : await search(parts, {
          collections: [collection],
          question,
          topK: settings.topK,
          settings: resolveRetrievalSettings(readSettings(db).retrieval),
          filter: noFilter,
          signal,
        });
  const { used, generation } = await answering.run(async () => {
    const { contextSize } = await ensureLoaded(db, runtime, teacher, {
      signal,
      onProgress: (progress) => report({ type: "loading", progress }),
    });
    const built = await buildPrompt(
      runtime,
      { ...settings, systemPrompt, maxTokens },
      question,
      retrieved?.passages ?? [],
      history,
      contextSize,
      treatmentOf(stores, retrieved, signal),
    );
    const request: GenerateRequest = {
      arm,
      adapters: [],
      messages: built.messages,
      sampling: samplingOf(teaching.seed, teaching.temperature),
      maxTokens,
      thoughtTokens: settings.thoughtTokens,
    };
    const { position } = pair;
    const onProgress = (progress: GenerateProgress): void => {
      if (progress.type === "text") report({ type: "text", position, delta: progress.delta });
    };
    return { used: built.used, generation: await runtime.generate(request, { signal, onProgress }) };
  }, signal);
  if (signal.aborted || generation.stopReason === "stopped") throw draftingStopped();
  const answer = generation.text.trim();
  if (answer === "") throw wroteNothing(teacher.name);
  return {
    ...pair,
    drafted: answer,
    answer,
    isCut: generation.stopReason === "maxTokens",
    passages: used.map(({ n, documentId, document, start, end }) => ({ n, documentId, document, start, end })),
    failure: null,
  };
}

const wroteNothing = (teacher: string): FourfoldError =>
  new FourfoldError({
    code: "generation_failed",
    message: `${teacher} wrote no answer to this prompt.`,
    action: "Write one yourself, or reject the prompt.",
    details: { reason: "no answer" },
  });
