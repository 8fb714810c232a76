import type { Block } from "./read-text.ts";

/** A line that begins a function, class or the like, in the languages people keep beside their documents. */
const definition = new RegExp(
  "^\\s*(?:(?:export|default|public|private|protected|internal|static|final|abstract|sealed|override|virtual|async|pub(?:\\([a-z]+\\))?|" +
    "open|data|inline|extern|unsafe|partial|suspend|declare)\\s+)*" +
    "(?:(?:function\\*?|class|interface|enum|struct|trait|impl|def|defp|defmodule|fn|func|fun|module|namespace|object|record|sub|" +
    "procedure|create\\s+(?:or\\s+replace\\s+)?(?:table|view|function|procedure|index|trigger))(?=[\\s<(])" +
    // A function kept in a constant.
    "|(?:const|let|var)\\s+[\\w$]+\\s*(?::[^=]*)?=\\s*(?:async\\s*)?(?:function\\b|\\(.*=>\\s*\\{\\s*$)" +
    // A method or a C function: name(arguments) { at the end of the line.
    "|(?:[\\w:<>*&,~\\[\\]]+\\s+)*[*&]?(?!(?:if|for|while|switch|catch|return|else)\\b)[\\w~$#]+\\s*\\([^;]*\\)[^;={]*\\{\\s*$)",
  "i",
);
/** Longer lines are data or minified; no definition is looked for in them. */
const LONGEST_DEFINITION = 200;
/** Deeper definitions are details of those around them. */
const DEEPEST_HEADS = 4;
/** What stands directly above a definition and belongs to it: comments, decorators, attributes. */
const preamble = /^\s*(?:\/\/|\/\*|\*|#(?!include|define|if|endif|else)|--|@|"""|''')/;

/**
 * Blocks of code in `start…end` of a text: cut before definitions, and in long stretches without one at empty lines.
 *
 * Each block is headed by the definitions it lies in, found by their indentation, which programs of every language
 * have; a chunk from the middle of a method thus carries the method's first line and its class's.
 */
export function codeBlocks(text: string, start: number, end: number): Block[] {
  const blocks: Block[] = [];
  const open: { indent: number; span: { start: number; end: number } }[] = [];
  let blockStart = start;
  let heads: { start: number; end: number }[] = [];
  /** Where comments directly above the next line began. */
  let preambleStart: number | null = null;

  const endBlock = (at: number): void => {
    const stop = trimmedEnd(text, blockStart, at);
    const from = afterEmptyLines(text, blockStart, stop);
    if (from < stop) blocks.push({ kind: "rows", start: from, end: stop, ...(heads.length > 0 && { heads }) });
    blockStart = at;
  };
  for (let at = start; at < end;) {
    const next = text.indexOf("\n", at);
    const lineEnd = next === -1 || next > end ? end : next;
    const line = text.slice(at, Math.min(lineEnd, at + LONGEST_DEFINITION + 1));
    const indent = /^[ \t]*/.exec(line)![0].replaceAll("\t", "    ").length;
    if (line.trim() === "") {
      preambleStart = null;
      // An empty line at the outermost level ends what stood before it.
      if (open.length === 0 && blockStart < at) endBlock(at);
    } else {
      const isDefinition = line.length <= LONGEST_DEFINITION && definition.test(line);
      // A closing bracket stands as far left as its definition and still belongs to it.
      const isCloser = /^\s*(?:[)\]}]|[>;,]+$|end\b|begin\b|then\b|\{)/.test(line);
      if (!isCloser && !preamble.test(line)) {
        const before = open.length;
        while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
        if (open.length < before && !isDefinition) {
          endBlock(preambleStart ?? at);
          heads = open.map(({ span }) => span);
        }
      }
      if (isDefinition && open.length < DEEPEST_HEADS) {
        endBlock(preambleStart ?? at);
        open.push({ indent, span: { start: at, end: lineEnd } });
        heads = open.map(({ span }) => span);
      }
      preambleStart = preamble.test(line) ? (preambleStart ?? at) : null;
    }
    at = lineEnd + 1;
  }
  endBlock(end);
  return blocks;
}

function trimmedEnd(text: string, start: number, end: number): number {
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return end;
}

/** The first line's indentation is part of the code; empty lines before it are not. */
function afterEmptyLines(text: string, start: number, end: number): number {
  let line = start;
  for (let at = start; at < end && /\s/.test(text.charAt(at)); at += 1) if (text.charAt(at) === "\n") line = at + 1;
  return line;
}
