import { ensureLoaded } from "../models/load-model.ts";
import type { ChatMessage } from "../runtime/runtime.ts";
import type { ComparisonParts, Question } from "./ask.ts";
import { samplingOf } from "./sampling.ts";

const INSTRUCTION =
  "Rewrite the last question so that it can be understood without the conversation: put names in place of words like " +
  "it, they or there. Reply with the rewritten question alone.";
/** A question is a line; whatever goes on longer has begun to answer. */
const MOST_TOKENS = 64;
/** Earlier questions that are shown; a follow-up seldom reaches further back. */
const TURNS = 3;

/**
 * A follow-up as a question that stands alone, by the base model: "And for the TW-30?" finds nothing by itself.
 * The likeliest tokens, so the same thread gives the same search. An empty reply leaves the question as it is.
 */
export async function rewriteQuestion(
  { db, runtime }: ComparisonParts,
  { input, base, thread }: Question,
  signal: AbortSignal | undefined,
): Promise<string> {
  await ensureLoaded(db, runtime, base, { signal });
  const earlier = thread.slice(-TURNS).map(({ question }) => `Question: ${question}`);
  const messages: ChatMessage[] = [
    { role: "system", content: INSTRUCTION },
    { role: "user", content: [...earlier, `Last question: ${input.question}`].join("\n") },
  ];
  const { text } = await runtime.generate(
    {
      arm: "base",
      adapters: [],
      messages,
      sampling: samplingOf(0, 0),
      maxTokens: MOST_TOKENS,
      thoughtTokens: MOST_TOKENS,
    },
    { signal },
  );
  const line = text
    .trim()
    .split("\n")[0]!
    .replace(/^(?:rewritten )?question:\s*/iu, "")
    .trim();
  return line === "" ? input.question : line;
}
