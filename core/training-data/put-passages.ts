import { isFourfoldError } from "../contract/failures.ts";
import type { Passage } from "../contract/retrieval.ts";
import { buildPrompt } from "../generation/build-prompt.ts";
import type { PassageTreatment } from "../generation/passage-treatment.ts";
import { resolveCitations, withoutCitations } from "../generation/citations.ts";
import type { ArmSettings } from "../generation/resolve-settings.ts";
import type { ChatMessage, Runtime } from "../runtime/runtime.ts";
import { answerOf, type Conversation, promptOf } from "../training/dataset/conversation.ts";
import type { RecordedExample } from "../training/dataset/passage-record.ts";
import { historyOf, questionOf } from "./example-turns.ts";
import { passageWithWords } from "./passage-with-words.ts";

export interface PutOptions {
  /** Of the combined arm. */
  settings: ArmSettings;
  treatment: PassageTreatment;
  /** Most tokens of prompt and answer together. */
  limitTokens: number;
  appendCitations: boolean;
  /** What all answers share, and no passage has to hold. */
  ofForm: ReadonlySet<string>;
}

/** An example with passages before its question, and what they are to its answer. */
export interface PutPassages {
  example: RecordedExample;
  citation: "cited" | "uncited" | "unresolved";
  /** It has no citation, and its words stand in exactly one passage. */
  isCitable: boolean;
}

/**
 * Lay an example out as the combined arm would ask it: by the same code, with the passages that fit beside its answer.
 *
 * @returns null when not even one passage fits
 */
export async function putPassages(
  runtime: Pick<Runtime, "measure">,
  conversation: Conversation,
  passages: Passage[],
  { settings, treatment, limitTokens, appendCitations, ofForm }: PutOptions,
): Promise<PutPassages | null> {
  const answer = answerOf(conversation);
  const asked = conversation.messages.slice(0, -1);
  // With what the template writes around it: rather a few tokens too many than an example that is left out.
  const { promptTokens: maxTokens } = await runtime.measure([{ role: "user", content: answer }]);
  const built = await buildPrompt(
    runtime,
    { ...settings, maxTokens },
    questionOf(asked),
    passages,
    historyOf(asked),
    limitTokens,
    treatment,
  ).catch((error: unknown) => {
    if (isFourfoldError(error) && error.failure.code === "context_overflow") return null;
    throw error;
  });
  if (built === null || built.promptTokens + maxTokens > limitTokens) return null;
  const { citations, unresolved } = resolveCitations(answer, built.used);
  const citation = unresolved.length > 0 ? "unresolved" : citations.length > 0 ? "cited" : "uncited";
  const source = citation === "uncited" ? passageWithWords(answer, built.used, ofForm) : null;
  const content = source !== null && appendCitations ? `${answer.trimEnd()} [${source.n}]` : answer;
  const recorded = built.used.map(({ n, chunkId, documentId, document, start, end }) => {
    return { n, chunkId, documentId, document, start, end };
  });
  return {
    example: {
      id: conversation.id,
      line: conversation.line,
      messages: [...built.messages, { role: "assistant", content }],
      passages: recorded,
    },
    citation,
    isCitable: source !== null,
  };
}

/** An example that stays without passages, its answer without marks that would point nowhere; null when it has none. */
export function withoutLooseMarks(conversation: Conversation): RecordedExample | null {
  if (hasOwnPassages(conversation)) return null;
  const answer = answerOf(conversation);
  const content = withoutCitations(answer);
  if (content === answer || content.trim() === "") return null;
  const messages: ChatMessage[] = [...conversation.messages.slice(0, -1), { role: "assistant", content }];
  return { id: conversation.id, line: conversation.line, messages, passages: [] };
}

/** Whether somebody wrote numbered passages into the prompt already. */
export const hasOwnPassages = (conversation: Conversation): boolean =>
  /(?:^|\n|: )\[1\]\s/.test(promptOf(conversation));
