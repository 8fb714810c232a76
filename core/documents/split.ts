import { ChunkContexts } from "./chunk-context.ts";
import type { TokenCounter } from "./count-tokens.ts";
import { embeddedText } from "./embedded-text.ts";
import { fittingParts } from "./fitting-parts.ts";
import { cutToFit, type Piece, piecesOf } from "./pieces.ts";
import { trimmed } from "./read-plain-text.ts";
import type { ReadText } from "./read-text.ts";
import { type Section, sectionsOf } from "./sections.ts";

export interface ChunkSettings {
  /** Tokens of a chunk with its heading path and special tokens, at most. */
  chunkSize: number;
  /** Tokens of whole sentences repeated from the chunk before, at most. */
  chunkOverlap: number;
}

export interface Chunk {
  /** Half-open UTF-16 span; the chunk's text is exactly `text.slice(start, end)`. */
  start: number;
  end: number;
  headingPath: string[];
  /** Lines before the span without which its rows say little; "" where there are none. */
  context: string;
  /** Of `embeddedText`, with special tokens. */
  tokenCount: number;
}

/** Special tokens, a short heading and one emoji of four byte tokens need this much. */
export const SMALLEST_CHUNK_SIZE = 16;

/** The share of a chunk its heading path may take; outer headings are dropped first. */
const HEADING_SHARE = 1 / 3;

/** The share of what is left that lines before it may take, such as the head of its table. */
const CONTEXT_SHARE = 1 / 2;

/** Kept free of context, in tokens: where each byte is one, a written character with its marks takes a dozen. */
const LONGEST_CHARACTER = 16;

/** A chunk this full is closed rather than cut through the paragraph that follows. */
const FULL_ENOUGH = 1 / 2;

/**
 * Split a document into chunks along headings, paragraphs and sentences, in time linear in its length.
 *
 * A chunk never reaches across a heading; sentences are cut only when one alone is longer than a chunk, then
 * between words, then between characters. Chunks start in ascending order and together hold every block.
 */
export function* splitIntoChunks(
  source: Pick<ReadText, "text" | "blocks" | "headings">,
  counter: TokenCounter,
  settings: ChunkSettings,
): Generator<Chunk> {
  if (settings.chunkSize < SMALLEST_CHUNK_SIZE) {
    throw new RangeError(`chunkSize is ${settings.chunkSize}; it must be at least ${SMALLEST_CHUNK_SIZE} tokens.`);
  }
  for (const section of sectionsOf(source)) yield* splitSection(source.text, section, counter, settings);
}

function* splitSection(
  text: string,
  section: Section,
  counter: TokenCounter,
  { chunkSize, chunkOverlap }: ChunkSettings,
): Generator<Chunk> {
  const headingPath = fittingParts(section.headingPath, " › ", counter, Math.floor(chunkSize * HEADING_SHARE));
  const budget = chunkSize - counter.whole(embeddedText({ headingPath, context: "" }, ""));
  const contextBudget = Math.max(0, Math.min(Math.floor(budget * CONTEXT_SHARE), budget - LONGEST_CHARACTER));
  const contexts = new ChunkContexts(text, counter, contextBudget);
  let current: Piece[] = [];
  let cost = 0;
  /** How many of the current pieces repeat the chunk before. */
  let repeated = 0;
  /** Pieces taken back from a chunk that came out too long, next first. */
  const returned: Piece[] = [];
  /** What is left for text in a chunk that begins with a piece. */
  const roomAfter = (first: Piece): number => budget - contexts.at(first.heads, first.start).cost;

  for (const block of section.blocks) {
    const roomAt = (start: number): number => budget - contexts.at(block.heads, start).cost;
    const pieces = [...piecesOf(text, block, counter, roomAt)];
    const blockCost = pieces.reduce((sum, piece) => sum + piece.cost, 0);
    const wouldCutBlock =
      current.length > repeated &&
      pieces.length > 0 &&
      cost + blockCost > roomAfter(current[0]!) &&
      blockCost <= roomAfter(pieces[0]!);
    if (wouldCutBlock && cost >= budget * FULL_ENOUGH) {
      yield* close();
      yield* place();
    }
    for (const piece of pieces) yield* place(piece);
  }
  while (current.length > repeated) {
    yield* close();
    yield* place();
  }

  /** Put what was taken back, then `piece`, into the current chunk, closing it whenever it is full. */
  function* place(piece?: Piece): Generator<Chunk> {
    if (piece !== undefined) returned.unshift(piece);
    while (returned.length > 0) {
      const next = returned.at(-1)!;
      const isTooMuch = (): boolean => cost + next.cost > roomAfter(current[0] ?? next);
      if (isTooMuch() && current.length > repeated) {
        yield* close();
        continue;
      }
      while (repeated > 0 && isTooMuch()) dropFirstRepeated();
      current.push(next);
      cost += next.cost;
      returned.pop();
    }
  }

  function dropFirstRepeated(): void {
    cost -= current.shift()!.cost;
    repeated -= 1;
  }

  /** Give the current pieces as one chunk and begin the next with its last sentences. */
  function* close(): Generator<Chunk> {
    for (;;) {
      const first = current[0]!;
      const span = trimmed(text, first.start, current.at(-1)!.end);
      const context = contexts.at(first.heads, first.start).text;
      const tokenCount = counter.whole(embeddedText({ headingPath, context }, text.slice(span.start, span.end)));
      if (tokenCount > chunkSize) {
        giveBack(tokenCount);
        continue;
      }
      if (span.start < span.end) yield { ...span, headingPath, context, tokenCount };
      break;
    }
    current = overlapOf(current, chunkOverlap);
    repeated = current.length;
    cost = current.reduce((sum, piece) => sum + piece.cost, 0);
  }

  /** Parts counted alone can sum to less than the whole (a space before a word is a token for some tokenizers). */
  function giveBack(tokenCount: number): void {
    if (repeated > 0) return dropFirstRepeated();
    const last = current.pop()!;
    if (current.length > 0) {
      returned.push(last);
      return;
    }
    const smaller = Math.max(1, Math.floor((last.cost * chunkSize * 0.9) / tokenCount));
    const parts = [...cutToFit(text, last, counter, smaller)];
    if (parts.length === 1) {
      throw new RangeError(
        `${tokenCount} tokens for one character: chunkSize ${chunkSize} is too small for this embedder.`,
      );
    }
    current = [parts[0]!];
    returned.push(...parts.slice(1).reverse());
  }
}

/** The last whole sentences of a chunk that fit into the overlap, never all of it. */
function overlapOf(pieces: Piece[], chunkOverlap: number): Piece[] {
  let first = pieces.length;
  for (let cost = 0; first > 1 && pieces[first - 1]!.isSentence; first -= 1) {
    cost += pieces[first - 1]!.cost;
    if (cost > chunkOverlap) break;
  }
  return pieces.slice(first);
}
