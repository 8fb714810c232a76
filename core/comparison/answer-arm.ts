import { createHash } from "node:crypto";
import type { AppliedAdapter, ArmAnswer, Provenance, Sampling } from "../contract/comparison.ts";
import type { Failure } from "../contract/failures.ts";
import { type Arm, usesAdapter, usesRetrieval } from "../contract/models.ts";
import type { Passage, Retrieval } from "../contract/retrieval.ts";
import { resolveCitations } from "../generation/citations.ts";
import type { ChatMessage, Generation, GenerateProgress, Runtime } from "../runtime/runtime.ts";

/** Everything that determines one arm's answer, and nothing else. */
export interface ArmRun {
  arm: Arm;
  modelSha256: string;
  /** Empty for the arms without adapter. */
  adapters: (AppliedAdapter & { path: string })[];
  messages: ChatMessage[];
  prompt: string;
  promptSha256: string;
  promptTokens: number;
  sampling: Sampling;
  maxTokens: number;
  thoughtTokens: number;
  contextSize: number;
  threads: number;
  prefillChunk: number;
  /** How its passages were found; null for an arm without any, and in a replay, which reads stored ones. */
  retrieval: Pick<Retrieval, "settings" | "filter" | "rerankerSha256" | "wholeDocuments"> | null;
}

/**
 * A name for an answer by what determines it: equal hashes mean that computing it again gives the same tokens.
 * Threads and prefill borders are part of it, because floating-point sums depend on them.
 */
export function determinantsOf(run: ArmRun, appVersion: string): string {
  const { modelSha256, promptSha256, sampling, maxTokens, thoughtTokens, contextSize, threads, prefillChunk } = run;
  const { retrieval } = run;
  const adapters = run.adapters.map(({ sha256, scale }) => ({ sha256, scale }));
  const determinants = {
    modelSha256,
    adapters,
    promptSha256,
    sampling,
    maxTokens,
    thoughtTokens,
    contextSize,
    threads,
    prefillChunk,
    appVersion,
    ...(retrieval !== null && { retrieval }),
  };
  return createHash("sha256").update(JSON.stringify(determinants)).digest("hex");
}

/** Generate one arm's answer and describe it completely. */
export async function answerArm(
  runtime: Runtime,
  run: ArmRun,
  passages: { used: Passage[]; leftOut: Passage[]; retrieval: Retrieval | null },
  appVersion: string,
  options: { signal?: AbortSignal | undefined; onProgress?: (progress: GenerateProgress) => void; cold?: boolean },
): Promise<ArmAnswer> {
  const adapters = run.adapters.map(({ path, sha256, scale }) => ({ path, sha256, scale }));
  const { arm, messages, sampling, maxTokens, thoughtTokens } = run;
  const generation = await runtime.generate(
    { arm, adapters, messages, sampling, maxTokens, thoughtTokens, cold: options.cold ?? false },
    { signal: options.signal, ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }) },
  );
  return {
    ...cited(arm, generation.text, passages.used),
    thoughts: generation.thoughts,
    promptTokens: generation.promptTokens,
    completionTokens: generation.completionTokens,
    ttftMs: generation.ttftMs,
    totalMs: generation.totalMs,
    tokensPerSecond: generation.tokensPerSecond,
    stopReason: generation.stopReason,
    failure: null,
    reused: false,
    identical: null,
    provenance: provenanceOf(run, generation, passages, appVersion),
  };
}

/** The text of an answer with its citations resolved; also for a reused text over freshly searched passages. */
export function cited(
  arm: Arm,
  text: string,
  used: Passage[],
): Pick<ArmAnswer, "arm" | "text" | "citations" | "unresolvedCitations"> {
  const { citations, unresolved } = usesRetrieval(arm)
    ? resolveCitations(text, used)
    : { citations: [], unresolved: [] };
  return { arm, text, citations, unresolvedCitations: unresolved };
}

function provenanceOf(
  run: ArmRun,
  generation: Generation,
  { used, leftOut, retrieval }: { used: Passage[]; leftOut: Passage[]; retrieval: Retrieval | null },
  appVersion: string,
): Provenance {
  return {
    modelSha256: run.modelSha256,
    adapters: run.adapters.map(({ path: _, ...adapter }) => adapter),
    prompt: generation.prompt,
    promptSha256: generation.promptSha256,
    messages: run.messages,
    sampling: run.sampling,
    maxTokens: run.maxTokens,
    thoughtTokens: run.thoughtTokens,
    contextSize: generation.contextSize,
    threads: generation.threads,
    prefillChunk: generation.prefillChunk,
    cachedTokens: generation.cachedTokens,
    indexGeneration: usesRetrieval(run.arm) ? (retrieval?.generation ?? null) : null,
    passagesInPrompt: used.map(({ n }) => n),
    passagesLeftOut: leftOut.map(({ n }) => n),
    passagesExpanded: used
      .filter(({ n, start, end }) => {
        const found = retrieval?.passages.find((passage) => passage.n === n);
        return found !== undefined && (found.start !== start || found.end !== end);
      })
      .map(({ n, start, end }) => ({ n, start, end })),
    libraryVersion: generation.libraryVersion,
    appVersion,
  };
}

/** An arm that gave no answer: it failed, or it was stopped before its turn. */
export function unanswered(arm: Arm, failure: Failure | null): ArmAnswer {
  return {
    arm,
    text: "",
    thoughts: "",
    citations: [],
    unresolvedCitations: [],
    promptTokens: 0,
    completionTokens: 0,
    ttftMs: null,
    totalMs: 0,
    tokensPerSecond: null,
    stopReason: failure === null || failure.code === "stopped" ? "stopped" : "failed",
    failure: failure?.code === "stopped" ? null : failure,
    reused: false,
    identical: null,
    provenance: null,
  };
}

/** The adapters an arm runs with: all that were chosen, or none. */
export const adaptersOf = <Adapter>(arm: Arm, adapters: Adapter[]): Adapter[] => (usesAdapter(arm) ? adapters : []);
