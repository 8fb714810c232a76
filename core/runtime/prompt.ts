import type { ChatHistoryItem, LlamaModel, LlamaText, Token } from "node-llama-cpp";
import { createHash } from "node:crypto";
import type { ChatTemplate } from "./chat-template.ts";
import { generationFailed, reasonOf } from "./model-failures.ts";
import type { ChatMessage, Measured } from "./requests.ts";

/** A conversation laid out by the model's template. */
export interface Prompt extends Measured {
  tokens: Token[];
  /** The template opens the thought itself, so the model's first words belong to it. */
  startsInThought: boolean;
}

/**
 * Lay out a conversation that ends with a question, ready for the model's answer.
 *
 * Only what the template itself writes may become special tokens; `<|im_end|>` inside a message stays text.
 */
export function layOut(model: LlamaModel, template: ChatTemplate, messages: ChatMessage[]): Prompt {
  const text = render(template, messages);
  const tokens = withStart(model, text.tokenize(model.tokenizer));
  const open = template.thought?.open.toString().trim() ?? "";
  const end = text.values.at(-1);
  return {
    tokens,
    prompt: model.detokenize(tokens, true),
    promptSha256: hashTokens(tokens),
    promptTokens: tokens.length,
    // A question that ends in the mark is a string; what the template writes is not.
    startsInThought: open !== "" && typeof end === "object" && end.toString().trimEnd().endsWith(open),
  };
}

function render(template: ChatTemplate, messages: ChatMessage[]): LlamaText {
  try {
    return template.render(messages.filter(isWorthSaying).map(toHistoryItem));
  } catch (error) {
    throw generationFailed(`the chat template does not accept this conversation (${reasonOf(error)})`);
  }
}

/** No system prompt means no system message, not an empty one: some models answer differently. */
const isWorthSaying = ({ role, content }: ChatMessage): boolean => role !== "system" || content !== "";

function toHistoryItem({ role, content }: ChatMessage): ChatHistoryItem {
  if (role === "system") return { type: "system", text: content };
  return role === "user" ? { type: "user", text: content } : { type: "model", response: [content] };
}

/** As llama.cpp does: a model that wants a start token gets one, and not a second one after its template's. */
function withStart(model: LlamaModel, tokens: Token[]): Token[] {
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

function hashTokens(tokens: Token[]): string {
  const bytes = Buffer.alloc(tokens.length * 4);
  for (const [index, token] of tokens.entries()) bytes.writeUInt32LE(token, index * 4);
  return createHash("sha256").update(bytes).digest("hex");
}
