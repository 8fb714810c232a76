import type { TokenCounter } from "./count-tokens.ts";
import { fittingParts } from "./fitting-parts.ts";
import type { Block } from "./read-text.ts";

/** What is embedded before a chunk's own text, and about how many tokens it takes. */
export interface Context {
  text: string;
  cost: number;
}

const none: Context = { text: "", cost: 0 };

/** The lines of `heads` that a chunk needs which begins at an offset after them; each combination is counted once. */
export class ChunkContexts {
  readonly #text: string;
  readonly #counter: TokenCounter;
  readonly #maxTokens: number;
  readonly #counted = new WeakMap<object, Map<number, Context>>();

  /** @param maxTokens  outer heads are dropped first, then the innermost is shortened */
  constructor(text: string, counter: TokenCounter, maxTokens: number) {
    this.#text = text;
    this.#counter = counter;
    this.#maxTokens = maxTokens;
  }

  /** The context of a chunk that begins at `start` with a piece of a block with these heads. */
  at(heads: Block["heads"], start: number): Context {
    if (heads === undefined) return none;
    const passed = heads.filter((head) => head.end <= start);
    if (passed.length === 0) return none;
    const counted = this.#counted.get(heads) ?? new Map<number, Context>();
    this.#counted.set(heads, counted);
    const known = counted.get(passed.length) ?? this.#count(passed);
    counted.set(passed.length, known);
    return known;
  }

  #count(heads: { start: number; end: number }[]): Context {
    const lines = heads.map(({ start, end }) => this.#text.slice(start, end).trimEnd());
    const text = fittingParts(lines, "\n", this.#counter, this.#maxTokens).join("\n");
    return text === "" ? none : { text, cost: this.#counter.part(`${text}\n`) };
  }
}
