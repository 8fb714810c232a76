import {
  type ChatHistoryItem,
  ChatMLChatWrapper,
  type ChatWrapper,
  GeneralChatWrapper,
  JinjaTemplateChatWrapper,
  type LlamaModel,
  LlamaText,
  SpecialToken,
  SpecialTokensText,
  type Tokenizer,
} from "node-llama-cpp";
import { reasonOf } from "./model-failures.ts";

/** How conversations become prompts for one model; resolved once, when it is loaded. */
export interface ChatTemplate {
  name: string;
  fallback: boolean;
  /** Why a fallback is in use. */
  reason: string | null;
  /** The prompt of a conversation that ends with a question, up to where the answer begins. */
  render: (conversation: ChatHistoryItem[]) => LlamaText;
  /** What the template writes after an answer; the end token is not among them. */
  stops: LlamaText[];
  /** How a reasoning model marks its thoughts; null when it has none. */
  thought: { open: LlamaText; close: LlamaText } | null;
}

/** Opening marks by their closing ones, for templates that open a thought where no wrapper can see it. */
const openingMarks: Record<string, string> = {
  "</think>": "<think>",
  "</thought>": "<thought>",
  "[/THINK]": "[THINK]",
  "<|END_THINKING|>": "<|START_THINKING|>",
  "<|end_of_thought|>": "<|begin_of_thought|>",
};

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
    return ownTemplate(template, model.tokenizer);
  } catch (error) {
    return fallback(model, `the file's chat template is broken (${shortReason(error)})`);
  }
}

/** @throws when the template cannot be parsed, or loses messages of an ordinary conversation */
export function checkTemplate(template: string): void {
  wrap(template);
}

function ownTemplate(template: string, tokenizer: Tokenizer): ChatTemplate {
  const wrapper = wrap(template, { tokenizer });
  return {
    name: "The model's own",
    fallback: false,
    reason: null,
    render: openForAnswer(template) ?? withEmptyAnswer(wrapper),
    stops: stopsOf(wrapper),
    thought: thoughtOf(wrapper),
  };
}

/**
 * As the template's authors mean it: with `add_generation_prompt`. The library renders an empty answer instead and
 * cuts there, and then templates like Qwen3's put an empty thought in front of it, so that the model never thinks.
 *
 * @returns null for a template that does not work so
 */
function openForAnswer(template: string): ChatTemplate["render"] | null {
  try {
    const wrapper = wrap(template, { additionalRenderParameters: { add_generation_prompt: true } });
    return (chatHistory) => wrapper.generateContextState({ chatHistory }).contextText;
  } catch {
    return null;
  }
}

function wrap(
  template: string,
  options: Partial<ConstructorParameters<typeof JinjaTemplateChatWrapper>[0]> = {},
): JinjaTemplateChatWrapper {
  return new JinjaTemplateChatWrapper({
    template,
    // Function calls are not offered here, and finding out how a template writes them takes 200 ms.
    functionCallMessageTemplate: "noJinja",
    // A template without a place for system messages gets them at the head of the first question.
    convertUnsupportedSystemMessagesToUserMessages: { use: "ifNeeded", format: "{{message}}" },
    ...options,
  });
}

function fallback(model: LlamaModel, reason: string): ChatTemplate {
  const hasChatMl = ["<|im_start|>", "<|im_end|>"].every((mark) => model.tokenize(mark, true).length === 1);
  const wrapper = hasChatMl ? new ChatMLChatWrapper() : new GeneralChatWrapper();
  return {
    name: hasChatMl ? "ChatML" : "Plain headings",
    fallback: true,
    reason,
    render: withEmptyAnswer(wrapper),
    stops: stopsOf(wrapper),
    thought: null,
  };
}

const withEmptyAnswer =
  (wrapper: ChatWrapper): ChatTemplate["render"] =>
  (conversation) =>
    wrapper.generateContextState({ chatHistory: [...conversation, { type: "model", response: [] }] }).contextText;

function stopsOf(wrapper: ChatWrapper): LlamaText[] {
  const { stopGenerationTriggers } = wrapper.generateContextState({
    chatHistory: [
      { type: "user", text: "A question" },
      { type: "model", response: ["An answer"] },
    ],
  });
  return stopGenerationTriggers.filter(({ values }) => !(values[0] instanceof SpecialToken));
}

function thoughtOf({ settings }: ChatWrapper): ChatTemplate["thought"] {
  const { prefix, suffix } = settings.segments?.thought ?? {};
  if (prefix === undefined || suffix === undefined) return null;
  const close = LlamaText(suffix);
  if (typeof prefix === "string" || LlamaText.isLlamaText(prefix)) return { open: LlamaText(prefix), close };
  const open = openingMarks[close.toString().trim()];
  return { open: LlamaText(open === undefined ? [] : new SpecialTokensText(open)), close };
}

const shortReason = (error: unknown): string =>
  reasonOf(error)
    .replace(/^The provided Jinja template failed the sanity test: (Error: )?/, "")
    .replace(/\. Inspect the Jinja template.*$/s, "")
    .slice(0, 200);
