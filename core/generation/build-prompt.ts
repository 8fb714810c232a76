import { FourfoldError } from "../contract/failures.ts";
import type { Passage } from "../contract/retrieval.ts";
import { documentsTooLong } from "../retrieval/whole-documents.ts";
import type { ChatMessage, Runtime } from "../runtime/runtime.ts";
import { withoutCitations } from "./citations.ts";
import { markNearestLines } from "./nearest-lines.ts";
import { formatPassages } from "./passage-format.ts";
import type { PassageTreatment } from "./passage-treatment.ts";
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
  /** Tokens kept free for the answer. */
  reservedTokens: number;
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
 * Where there is room left, passages are widened by their surroundings, the best first.
 *
 * @throws context_overflow    when it does not fit even with a single passage
 * @throws documents_too_long  when whole documents do not fit
 */
export async function buildPrompt(
  runtime: Pick<Runtime, "measure">,
  settings: ArmSettings,
  question: string,
  passages: Passage[],
  history: Turn[],
  contextSize: number,
  { isWhole, widen, likeness }: PassageTreatment,
): Promise<BuiltPrompt> {
  const marksOf = settings.passageFormat === "marked-lines" ? likeness : null;
  const measured = async (used: Passage[]): Promise<BuiltPrompt> => {
    const marks = marksOf === null ? undefined : await markNearestLines(marksOf, used);
    return {
      ...(await measurePrompt(runtime, settings, question, used, history, contextSize, marks)),
      leftOut: passages.slice(used.length),
    };
  };
  const fits = ({ promptTokens, reservedTokens }: BuiltPrompt): boolean => promptTokens + reservedTokens <= contextSize;
  // An arm that retrieves keeps one passage at least: without any its answer would pass for a cited one.
  const fewest = isWhole ? passages.length : Math.min(1, passages.length);
  let built = await measured(passages);
  for (let count = passages.length - 1; count >= fewest && !fits(built); count--) {
    built = await measured(passages.slice(0, count));
  }
  if (isWhole && !fits(built)) {
    const { promptTokens: tokens, reservedTokens: reserved } = built;
    throw documentsTooLong({ documents: passages.length, tokens, reserved, contextSize });
  }
  for (let index = 0; index < built.used.length && fits(built); index++) {
    const wider = await widen?.(built.used[index]!, built.used.toSpliced(index, 1));
    if (wider == null) continue;
    const tried = await measured(built.used.with(index, wider));
    if (fits(tried)) built = tried;
  }
  // At the end the reserve may shrink: a short answer beats none.
  if (built.promptTokens + LEAST_ANSWER_TOKENS <= contextSize) return built;
  throw overflow(built.promptTokens, contextSize, settings.maxTokens, history.length);
}

/** The prompt with just these passages, whether it fits or not. */
export async function measurePrompt(
  runtime: Pick<Runtime, "measure">,
  settings: ArmSettings,
  question: string,
  used: Passage[],
  history: Turn[],
  contextSize: number,
  marks?: ReadonlyMap<string, string>,
): Promise<Omit<BuiltPrompt, "leftOut">> {
  // The model's own wish for answer length is reserved, but never more than half the context.
  const reservedTokens = Math.max(LEAST_ANSWER_TOKENS, Math.min(settings.maxTokens, Math.floor(contextSize / 2)));
  const messages = layOut(settings, question, used, history, marks);
  return { messages, ...(await runtime.measure(messages)), used, reservedTokens };
}

function layOut(
  settings: ArmSettings,
  question: string,
  passages: Passage[],
  history: Turn[],
  marks?: ReadonlyMap<string, string>,
): ChatMessage[] {
  const messages: ChatMessage[] = [];
  if (settings.systemPrompt !== "") messages.push({ role: "system", content: settings.systemPrompt });
  for (const turn of history) {
    messages.push({ role: "user", content: turn.question });
    messages.push({ role: "assistant", content: withoutCitations(turn.answer) });
  }
  messages.push({ role: "user", content: userTurn(settings, question, passages, marks) });
  return messages;
}

function userTurn(
  settings: ArmSettings,
  question: string,
  passages: Passage[],
  marks?: ReadonlyMap<string, string>,
): string {
  if (passages.length === 0) return question;
  const formatted = formatPassages(passages, settings.passageFormat, marks);
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
