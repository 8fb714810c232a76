import { withoutMarks } from "./token-text.ts";

export interface AnswerMarks {
  /** Around a thought; null when the model has none. */
  thought: { open: string; close: string } | null;
  /** Texts at which the answer is over. */
  stops: string[];
}

export interface Part {
  type: "text" | "thought";
  delta: string;
}

/**
 * Tells thoughts from the answer and finds the end, in text that comes in pieces.
 *
 * What could be the beginning of a mark is held back until it is clear. White space around a thought and around the
 * answer is dropped.
 */
export class AnswerReader {
  readonly #marks: AnswerMarks;
  #held = "";
  #thoughts: string;
  #text = "";
  inThought: boolean;
  /** True once a stop text came; nothing is read after it. */
  isOver = false;

  constructor(marks: AnswerMarks, startsInThought: boolean) {
    this.#marks = marks;
    this.#thoughts = "";
    this.inThought = startsInThought;
  }

  get text(): string {
    return this.#text;
  }

  get thoughts(): string {
    return this.#thoughts;
  }

  /** What is certain after this piece. */
  read(piece: string): Part[] {
    if (this.isOver) return [];
    this.#held += piece;
    const parts: Part[] = [];
    for (let found = this.#nextMark(); found !== null; found = this.#nextMark()) {
      parts.push(...this.#emit(this.#held.slice(0, found.at).trimEnd()));
      this.#held = this.#held.slice(found.at + found.mark.length);
      if (found.isStop) {
        this.isOver = true;
        this.#held = "";
        return parts;
      }
      this.inThought = !this.inThought;
    }
    // White space waits for what follows it: at the end it is dropped.
    const certain = this.#held.slice(0, this.#held.length - this.#possibleMarkLength()).trimEnd();
    parts.push(...this.#emit(certain));
    this.#held = this.#held.slice(certain.length);
    return parts;
  }

  /** What was held back and became no mark. */
  end(): Part[] {
    const rest = this.#held.trimEnd();
    this.#held = "";
    return this.#emit(rest);
  }

  get #expected(): { mark: string; isStop: boolean }[] {
    const { thought, stops } = this.#marks;
    const expected = stops.map((mark) => ({ mark, isStop: true }));
    if (thought === null) return expected;
    if (this.inThought) return [...expected, { mark: thought.close, isStop: false }];
    return this.#text === "" ? [...expected, { mark: thought.open, isStop: false }] : expected;
  }

  #nextMark(): { mark: string; isStop: boolean; at: number } | null {
    return this.#expected
      .map((expected) => ({ ...expected, at: expected.mark === "" ? -1 : this.#held.indexOf(expected.mark) }))
      .filter(({ at, isStop }) => at >= 0 && (isStop || this.inThought || this.#isBlankUntil(at)))
      .reduce<{ mark: string; isStop: boolean; at: number } | null>(
        (first, found) => (first === null || found.at < first.at ? found : first),
        null,
      );
  }

  /** Thoughts come before the answer; later the same mark is a quotation. */
  #isBlankUntil(at: number): boolean {
    return withoutMarks(this.#held.slice(0, at)).trim() === "";
  }

  #possibleMarkLength(): number {
    const longest = Math.max(0, ...this.#expected.map(({ mark }) => mark.length - 1));
    for (let length = Math.min(longest, this.#held.length); length > 0; length--) {
      const end = this.#held.slice(-length);
      if (this.#expected.some(({ mark }) => mark.startsWith(end))) return length;
    }
    return 0;
  }

  #emit(raw: string): Part[] {
    const soFar = this.inThought ? this.#thoughts : this.#text;
    const clean = withoutMarks(raw);
    const delta = soFar === "" ? clean.trimStart() : clean;
    if (delta === "") return [];
    if (this.inThought) this.#thoughts += delta;
    else this.#text += delta;
    return [{ type: this.inThought ? "thought" : "text", delta }];
  }
}
