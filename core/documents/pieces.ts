import type { TokenCounter } from "./count-tokens.ts";
import type { Block } from "./read-text.ts";

interface Span {
  start: number;
  end: number;
}

/** The smallest stretch a chunk is packed from: a sentence, a row, or a part of one too long for any chunk. */
export interface Piece {
  start: number;
  end: number;
  /** About how much of a chunk it fills, in tokens. */
  cost: number;
  /** A whole sentence: only these are repeated as overlap. */
  isSentence: boolean;
  /** Of its block. */
  heads: Block["heads"];
}

/**
 * Characters a token may stand for before they count by length.
 *
 * WordPiece turns a "word" of over 100 characters into one unknown token and white space into none, so a megabyte
 * of base64 would pass as one token. Running text has 3 to 6 characters per token, padded tables up to 10.
 */
const CHARACTERS_PER_TOKEN = 10;

/** Below this the line before was not full, so its end means something. Mail wraps at 72, poems and lists rarely reach 40. */
const WRAPPED_LINE_LENGTH = 40;

const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * The pieces of a block in order, with nothing but white space left between them.
 *
 * @param roomAt  tokens there are for a piece that begins a chunk at an offset
 */
export function* piecesOf(
  text: string,
  block: Block,
  counter: TokenCounter,
  roomAt: (start: number) => number,
): Generator<Piece> {
  const { heads } = block;
  const isSentence = block.kind === "prose";
  const costWithin = ({ start, end }: Span): number | null => {
    const cost = costOf(text, start, end, counter, roomAt(start));
    return cost <= roomAt(start) ? cost : null;
  };
  const whole = block.kind === "record" ? costWithin(block) : null;
  if (whole !== null) return yield { start: block.start, end: block.end, cost: whole, isSentence, heads };
  const spans = isSentence ? sentencesOf(text, block) : rowsOf(text, block, (span) => costWithin(span) !== null);
  for (const { start, end } of spans) {
    // An empty line counts as a sentence; a chunk that began with one would begin where the next does.
    if (isWhiteSpace(text, start, end)) continue;
    const cost = costWithin({ start, end });
    if (cost !== null) yield { start, end, cost, isSentence, heads };
    else yield* cutToFit(text, { start, end, heads }, counter, roomAt(start));
  }
}

/** Cut between words where there are any, else between characters; every part costs at most `maxCost`. */
export function* cutToFit(
  text: string,
  { start, end, heads }: Pick<Piece, "start" | "end" | "heads">,
  counter: TokenCounter,
  maxCost: number,
): Generator<Piece> {
  // Lengths are guessed from the part before, so each character is counted about once and a half, whatever the length.
  let length = maxCost * 4;
  while (start < end) {
    let cut = wordBorder(text, start, Math.min(start + length, end), end);
    let cost = costOf(text, start, cut, counter, maxCost);
    while (cost > maxCost && cut - start > 2) {
      const shorter = start + Math.max(1, Math.floor((cut - start) * Math.min(0.9, maxCost / cost)));
      const border = wordBorder(text, start, shorter, end);
      if (border >= cut) break;
      cut = border;
      cost = costOf(text, start, cut, counter, maxCost);
    }
    yield { start, end: cut, cost, isSentence: false, heads };
    const fitting = Math.floor(((cut - start) * maxCost * 0.95) / Math.max(cost, 1));
    length = Math.min(Math.max(fitting, 8), maxCost * CHARACTERS_PER_TOKEN);
    start = cut;
  }
}

function isWhiteSpace(text: string, start: number, end: number): boolean {
  let at = start;
  while (at < end && /\s/.test(text.charAt(at))) at += 1;
  return at === end;
}

function costOf(text: string, start: number, end: number, counter: TokenCounter, maxCost: number): number {
  const byLength = Math.ceil((end - start) / CHARACTERS_PER_TOKEN);
  // What is too long anyway is not handed to the tokenizer: it may be the whole of a 50 MB line.
  return byLength > maxCost ? Infinity : Math.max(byLength, counter.part(text.slice(start, end)));
}

function* sentencesOf(text: string, block: Block): Generator<Span> {
  const prose = unwrapLines(text.slice(block.start, block.end));
  for (const { index, segment } of sentences.segment(prose)) {
    yield { start: block.start + index, end: block.start + index + segment.length };
  }
}

/** A line end inside a paragraph is a space to the sentence rules (UAX #29), or each wrapped line would be a sentence. */
function unwrapLines(paragraph: string): string {
  if (!paragraph.includes("\n")) return paragraph;
  const lines = paragraph.split("\n");
  return lines
    .map((line, index) => {
      const next = lines[index + 1];
      if (next === undefined) return line;
      const isWrapped = line.length >= WRAPPED_LINE_LENGTH && !/^\s*(?:[-*+•–]|\d{1,3}[.)])\s/.test(next);
      return line + (isWrapped ? " " : "\n");
    })
    .join("");
}

/** Lines; a head and the line under it are one where they fit, for a head at the end of a chunk heads nothing. */
function* rowsOf(text: string, block: Block, fits: (span: Span) => boolean): Generator<Span> {
  const head = block.heads?.findLast(({ start }) => start >= block.start);
  let held: Span[] = [];
  for (const line of linesOf(text, block)) {
    const isHead = head !== undefined && line.start < head.end && line.end >= head.end;
    if (isHead || (held.length > 0 && isRule(text, line))) {
      held.push(line);
      continue;
    }
    const whole = { start: held[0]?.start ?? line.start, end: line.end };
    yield* held.length > 0 && fits(whole) ? [whole] : [...held, line];
    held = [];
  }
  yield* held;
}

/** The line between the head and the rows of a Markdown table. */
const isRule = (text: string, { start, end }: Span): boolean =>
  end - start < 2000 && /^\s*\|?(?:\s*:?-+:?\s*\|)+[\s:-]*$/.test(text.slice(start, end));

function* linesOf(text: string, block: Block): Generator<Span> {
  for (let start = block.start; start < block.end;) {
    const lineEnd = text.indexOf("\n", start);
    const end = lineEnd === -1 || lineEnd >= block.end ? block.end : lineEnd + 1;
    yield { start, end };
    start = end;
  }
}

/** The last border between words in the second half of `start…cut`, or else `cut` moved off the inside of a character. */
function wordBorder(text: string, start: number, cut: number, end: number): number {
  if (cut >= end) return end;
  for (let border = cut; border > start + (cut - start) / 2; border -= 1) {
    if (/\s/.test(text.charAt(border - 1))) return border;
  }
  let border = cut;
  while (border > start && isInsideCharacter(text, border)) border -= 1;
  if (border > start) return border;
  for (border = cut; border < end && isInsideCharacter(text, border) && border < cut + 2;) border += 1;
  return isLowSurrogate(text, border) ? border + 1 : border;
}

/** True between the halves of a surrogate pair and before a mark that combines with the letter before it. */
function isInsideCharacter(text: string, offset: number): boolean {
  return isLowSurrogate(text, offset) || /^[\p{M}\u200d]/u.test(text.slice(offset, offset + 2));
}

const isLowSurrogate = (text: string, offset: number): boolean => text.charCodeAt(offset) >>> 10 === 0x37;
