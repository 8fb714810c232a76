import { FourfoldError } from "../contract/failures.ts";
import type { Passage } from "../contract/retrieval.ts";
import type { ChatMessage, Runtime } from "../runtime/runtime.ts";
import { formatPassages } from "./passage-format.ts";
import type { ArmSettings } from "./resolve-settings.ts";

/** An earlier exchange of the same arm. */
export interface Turn {
  question: string;
  answer: string;
}

export interface BuiltPrompt {
  messages: ChatMessage[];
  prompt: string;
  promptSha256: string;
  promptTokens: number;
  /** Passages that stand in the prompt, and those that did not fit; the last in rank go first. */
  used: Passage[];
  leftOut: Passage[];
}

/** Under this many tokens no useful answer fits, so a prompt must leave at least so much room. */
const LEAST_ANSWER_TOKENS = 32;

/**
 * Lay out one arm's conversation and make it fit: earlier turns, then the passages, then the question.
 *
 * When it is too long, passages are left out from the last rank up; the question and the thread are never
 * cut. Earlier turns are repeated without their passages and without citation marks, because a number
 * from an earlier search would point to another passage now.
 *
 * @throws context_overflow  when it does not fit even with a single passage
 */
export async function buildPrompt(
  runtime: Runtime,
  settings: ArmSettings,
  question: string,
  passages: Passage[],
  history: Turn[],
  contextSize: number,
): Promise<BuiltPrompt> {
  // The model's own wish for answer length is reserved, but never more than half the context.
  const reserved = Math.max(LEAST_ANSWER_TOKENS, Math.min(settings.maxTokens, Math.floor(contextSize / 2)));
  const measured = async (count: number): Promise<BuiltPrompt> => {
    const used = passages.slice(0, count);
    const messages = layOut(settings, question, used, history);
    return { messages, ...(await runtime.measure(messages)), used, leftOut: passages.slice(count) };
  };
  // An arm that retrieves keeps one passage at least: without any its answer would pass for a cited one.
  const fewest = Math.min(1, passages.length);
  let built = await measured(passages.length);
  for (let count = passages.length - 1; count >= fewest && built.promptTokens + reserved > contextSize; count--) {
    built = await measured(count);
  }
  // At the end the reserve may shrink: a short answer beats none.
  if (built.promptTokens + LEAST_ANSWER_TOKENS <= contextSize) return built;
  throw overflow(built.promptTokens, contextSize, settings.maxTokens, history.length);
}

function layOut(settings: ArmSettings, question: string, passages: Passage[], history: Turn[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (settings.systemPrompt !== "") messages.push({ role: "system", content: settings.systemPrompt });
  for (const turn of history) {
    messages.push({ role: "user", content: turn.question });
    messages.push({ role: "assistant", content: turn.answer.replaceAll(/ ?\[\d+\]/g, "") });
  }
  messages.push({ role: "user", content: userTurn(settings, question, passages) });
  return messages;
}

function userTurn(settings: ArmSettings, question: string, passages: Passage[]): string {
  if (passages.length === 0) return question;
  const formatted = formatPassages(passages, settings.passageFormat);
  const layouts = {
    "after-passages": [formatted, question],
    "before-passages": [question, formatted],
    "around-passages": [question, formatted, question],
  };
  return layouts[settings.questionPlacement].join("\n\n");
}

function overflow(promptTokens: number, contextSize: number, maxTokens: number, turns: number): FourfoldError {
  const what = turns === 0 ? "This question needs" : `This question and the ${turns} before it need`;
  return new FourfoldError({
    code: "context_overflow",
    message: `${what} ${promptTokens} tokens; the model was loaded with a context of ${contextSize}.`,
    action:
      turns === 0
        ? "Shorten the question, or load the model with a larger context."
        : "Start a new question, or load the model with a larger context.",
    details: { promptTokens, contextSize, maxTokens },
  });
}
