import {
  ChatMLChatWrapper,
  type ChatWrapper,
  GeneralChatWrapper,
  JinjaTemplateChatWrapper,
  type LlamaModel,
  LlamaText,
  type Tokenizer,
} from "node-llama-cpp";
import { reasonOf } from "./model-failures.ts";

/** How conversations become prompts for one model; resolved once, when it is loaded. */
export interface ChatTemplate {
  name: string;
  fallback: boolean;
  /** Why a fallback is in use. */
  reason: string | null;
  wrapper: ChatWrapper;
  /** How a reasoning model marks its thoughts; null when it has none. */
  thought: { open: LlamaText; close: LlamaText; opensByItself: boolean } | null;
}

/**
 * The model's own Jinja template, or the best known one when the file has none or a broken one: ChatML where the
 * vocabulary has its tokens, else plain headings.
 */
export function resolveTemplate(model: LlamaModel): ChatTemplate {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  if (typeof template !== "string" || template.trim() === "") {
    return fallback(model, "the file has no chat template");
  }
  try {
    const wrapper = buildOwnTemplate(template, model.tokenizer);
    return { name: "The model's own", fallback: false, reason: null, wrapper, thought: thoughtOf(wrapper) };
  } catch (error) {
    return fallback(model, `the file's chat template is broken (${shortReason(error)})`);
  }
}

/**
 * @throws when the template cannot be parsed, or loses messages of an ordinary conversation
 */
export function buildOwnTemplate(template: string, tokenizer?: Tokenizer): JinjaTemplateChatWrapper {
  return new JinjaTemplateChatWrapper({
    template,
    ...(tokenizer && { tokenizer }),
    // Function calls are not offered here, and finding out how a template writes them takes 200 ms.
    functionCallMessageTemplate: "noJinja",
    // A template without a place for system messages gets them at the head of the first question.
    convertUnsupportedSystemMessagesToUserMessages: { use: "ifNeeded", format: "{{message}}" },
  });
}

function fallback(model: LlamaModel, reason: string): ChatTemplate {
  const hasChatMl = ["<|im_start|>", "<|im_end|>"].every((mark) => model.tokenize(mark, true).length === 1);
  return hasChatMl
    ? { name: "ChatML", fallback: true, reason, wrapper: new ChatMLChatWrapper(), thought: null }
    : { name: "Plain headings", fallback: true, reason, wrapper: new GeneralChatWrapper(), thought: null };
}

function thoughtOf({ settings }: ChatWrapper): ChatTemplate["thought"] {
  const thought = settings.segments?.thought;
  if (thought === undefined || thought.suffix === undefined) return null;
  const { prefix } = thought;
  // Templates that open the thought themselves end their prompt inside it.
  const isOpenedByTemplate = typeof prefix === "object" && !LlamaText.isLlamaText(prefix);
  return {
    open: isOpenedByTemplate ? LlamaText([]) : LlamaText(prefix),
    close: LlamaText(thought.suffix),
    opensByItself: isOpenedByTemplate || thought.openOnResponseStart === true,
  };
}

const shortReason = (error: unknown): string =>
  reasonOf(error)
    .replace(/^The provided Jinja template failed the sanity test: (Error: )?/, "")
    .replace(/\. Inspect the Jinja template.*$/s, "")
    .slice(0, 200);
