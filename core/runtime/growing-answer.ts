import type { LlamaText, Token } from "node-llama-cpp";
import { AnswerReader, type Part } from "./answer-reader.ts";
import type { LoadedBase } from "./loaded-base.ts";
import type { Prompt } from "./prompt.ts";
import type { GenerateRequest } from "./requests.ts";
import { TokenText, writeMark } from "./token-text.ts";

/** The answer as it grows: what to show, when to close a thought, when to end. */
export class GrowingAnswer {
  readonly tokens: Token[] = [];
  readonly reader: AnswerReader;
  stopReason: "end" | "maxTokens" | null = null;
  firstTokenAt: number | null = null;
  lastTokenAt = 0;
  readonly #text: TokenText;
  readonly #isEnd: (token: Token) => boolean;
  readonly #closing: Token[];
  readonly #onParts: (parts: Part[]) => void;
  readonly #maxTokens: number;
  readonly #thoughtTokens: number;
  readonly #room: number;
  #answerCount = 0;
  #thoughtCount = 0;
  #hasClosed = false;

  constructor(base: LoadedBase, request: GenerateRequest, prompt: Prompt, onParts: (parts: Part[]) => void) {
    const { model, template, described } = base;
    const mark = (text: LlamaText): string => writeMark(model, text);
    const thought = template.thought && { open: mark(template.thought.open), close: mark(template.thought.close) };
    this.reader = new AnswerReader(
      { thought, stops: [...new Set(template.stops.map(mark))].filter((stop) => stop !== "") },
      prompt.startsInThought,
    );
    this.#text = new TokenText(model);
    this.#isEnd = (token) => model.isEogToken(token);
    this.#closing = template.thought?.close.tokenize(model.tokenizer, "trimLeadingSpace") ?? [];
    this.#onParts = onParts;
    this.#maxTokens = request.maxTokens;
    this.#thoughtTokens = request.thoughtTokens;
    this.#room = described.contextSize - prompt.promptTokens;
  }

  /** Take the next token; what comes back is to be evaluated after it as if the model had said it. */
  take(token: Token): Token[] {
    this.lastTokenAt = performance.now();
    this.firstTokenAt ??= this.lastTokenAt;
    if (this.#isEnd(token)) {
      this.stopReason = "end";
      return [];
    }
    const wasInThought = this.reader.inThought;
    this.#add(token);
    if (wasInThought || this.reader.inThought) this.#thoughtCount++;
    else this.#answerCount++;
    if (this.reader.isOver) this.stopReason = "end";
    else if (this.#answerCount >= this.#maxTokens || this.tokens.length >= this.#room) this.stopReason = "maxTokens";
    return this.stopReason === null ? this.closeThoughtIfSpent() : [];
  }

  /** The tokens that close a thought whose budget is spent. */
  closeThoughtIfSpent(): Token[] {
    if (!this.reader.inThought || this.#thoughtCount < this.#thoughtTokens) return [];
    // A model that opens its thoughts again and again must come to an end as well.
    if (this.#hasClosed) this.#answerCount++;
    this.#hasClosed = true;
    const closing = this.#closing.slice(0, Math.max(0, this.#room - this.tokens.length - 1));
    for (const token of closing) this.#add(token);
    return closing;
  }

  finish(): void {
    this.#onParts([...this.reader.read(this.#text.end()), ...this.reader.end()]);
  }

  #add(token: Token): void {
    this.tokens.push(token);
    this.#onParts(this.reader.read(this.#text.read(token)));
  }
}
