import type { LlamaModel, LlamaText, Token } from "node-llama-cpp";

/** Control tokens are written between these two noncharacters, so that text that merely looks like one never is one. */
const OPEN = "\uFDD0";
const CLOSE = "\uFDD1";
const written = new RegExp(`${OPEN}[^${CLOSE}]*${CLOSE}`, "g");

/** Some tokenizers decide on a space by the token before. */
const TOKENS_BEFORE = 4;
/** A character of UTF-8 has at most four bytes; more unreadable tokens are no character in the making. */
const MOST_HELD_TOKENS = 6;

/**
 * Turns tokens into text as they come, never cutting inside a UTF-8 character: tokens that end in the middle of one
 * are held until it is complete.
 */
export class TokenText {
  readonly #model: LlamaModel;
  #before: Token[] = [];
  #held: Token[] = [];

  constructor(model: LlamaModel) {
    this.#model = model;
  }

  /** The text that is certain after this token; control tokens marked. */
  read(token: Token): string {
    if (this.#model.isSpecialToken(token)) return this.end() + this.#mark(token);
    this.#held.push(token);
    const text = this.#model.detokenize(this.#held, false, this.#before);
    if (text.endsWith("\uFFFD") && this.#held.length < MOST_HELD_TOKENS) return "";
    this.#settle();
    return text;
  }

  /** What is still held, complete or not. */
  end(): string {
    const text = this.#model.detokenize(this.#held, false, this.#before);
    this.#settle();
    return text;
  }

  #settle(): void {
    this.#before = [...this.#before, ...this.#held].slice(-TOKENS_BEFORE);
    this.#held = [];
  }

  #mark(token: Token): string {
    this.#before = [token];
    return `${OPEN}${this.#model.detokenize([token], true)}${CLOSE}`;
  }
}

/** A mark of the template (`</think>`, `<|im_end|>`) as it would come out of `TokenText`, without white space around it. */
export function writeMark(model: LlamaModel, mark: LlamaText): string {
  const tokens = mark.tokenize(model.tokenizer, "trimLeadingSpace");
  if (!tokens.some((token) => model.isSpecialToken(token))) return mark.toString().trim();
  const text = new TokenText(model);
  return (tokens.map((token) => text.read(token)).join("") + text.end()).trim();
}

/** Text for people: without control tokens. */
export const withoutMarks = (text: string): string => text.replace(written, "");
