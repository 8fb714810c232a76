import { randomUUID } from "node:crypto";
import type { ArmAnswer, Comparison } from "../contract/comparison.ts";
import { FourfoldError } from "../contract/failures.ts";
import { ensureLoaded, requireModel } from "../models/load-model.ts";
import { findComparison, saveAnswer, startComparison } from "../store/comparisons.ts";
import { answerArm, unanswered } from "./answer-arm.ts";
import { type AskOptions, type ComparisonParts, settle } from "./ask.ts";
import { comparisonNotFound } from "./failures.ts";

/**
 * Run a stored comparison again, cold, from what it stored, and say per arm whether the text is the same.
 *
 * A replay that differs is kept and shown as such: on another machine, or after an update of llama.cpp,
 * floating-point sums may fall out differently, and people who compare answers must be able to see that.
 *
 * @throws comparison_not_found, model_not_found, and every failure of loading the base
 */
export async function replay(
  parts: ComparisonParts,
  comparisonId: string,
  options: AskOptions = {},
): Promise<Comparison> {
  const { db, runtime, appVersion } = parts;
  const original = findComparison(db, comparisonId);
  if (original === null) throw comparisonNotFound(comparisonId);
  const base = requireModel(db, original.modelId, "base");
  const contextSize = original.arms.find((answer) => answer.provenance !== null)?.provenance?.contextSize;
  await ensureLoaded(db, runtime, base, {
    contextSize,
    signal: options.signal,
    onProgress: (progress) => options.onProgress?.({ type: "loading", progress }),
  });
  const comparison: Comparison = {
    ...original,
    id: randomUUID(),
    replayOf: original.id,
    arms: [],
    askedAt: new Date().toISOString(),
  };
  startComparison(db, comparison);
  const arms = original.arms.map(({ arm }) => arm);
  options.onProgress?.({
    type: "started",
    comparisonId: comparison.id,
    threadId: comparison.threadId,
    seed: comparison.seed,
    arms,
  });
  if (comparison.retrieval !== null) options.onProgress?.({ type: "retrieved", retrieval: comparison.retrieval });

  for (const [position, before] of original.arms.entries()) {
    const { answer } = await settle(before.arm, options.signal, async () => ({
      answer: await repeat(before),
      determinants: null,
    }));
    saveAnswer(db, comparison.id, position, null, answer);
    comparison.arms.push(answer);
    options.onProgress?.({ type: "answered", answer });
  }
  return comparison;

  async function repeat(before: ArmAnswer): Promise<ArmAnswer> {
    const { arm, provenance } = before;
    // It had no answer to compare with; its failure is repeated as it was.
    if (provenance === null) return unanswered(arm, before.failure);
    if (provenance.modelSha256 !== base.sha256) throw modelChanged(base.path, provenance.modelSha256, base.sha256);
    const loaded = await ensureLoaded(db, runtime, base, { contextSize, signal: options.signal });
    const inPrompt = new Set(provenance.passagesInPrompt);
    const passages = original!.retrieval?.passages ?? [];
    const adapters = provenance.adapters.map((adapter) => ({
      ...adapter,
      path: requireModel(db, adapter.modelId, "adapter").path,
    }));
    const answer = await answerArm(
      runtime,
      {
        ...provenance,
        arm,
        adapters,
        promptTokens: before.promptTokens,
        threads: loaded.threads,
        prefillChunk: loaded.prefillChunk,
        retrieval: null,
      },
      {
        used: passages
          .filter(({ n }) => inPrompt.has(n))
          // A citation points to what stood in the prompt.
          .map((passage) => ({ ...passage, ...provenance.passagesExpanded?.find(({ n }) => n === passage.n) })),
        leftOut: passages.filter(({ n }) => provenance.passagesLeftOut.includes(n)),
        retrieval: original!.retrieval,
      },
      appVersion,
      { signal: options.signal, cold: true, onProgress: (progress) => options.onProgress?.({ arm, ...progress }) },
    );
    // A fragment is only comparable with itself; a stopped run says nothing about equality.
    const comparable = before.stopReason !== "stopped" && answer.stopReason !== "stopped";
    return { ...answer, identical: comparable ? answer.text === before.text : null };
  }
}

function modelChanged(path: string, expectedSha256: string, actualSha256: string): FourfoldError {
  return new FourfoldError({
    code: "model_changed",
    message: `${path} is not the file this answer was made with.`,
    action: "Restore the old file to repeat it exactly, or ask the question anew.",
    details: { path, expectedSha256, actualSha256 },
  });
}
