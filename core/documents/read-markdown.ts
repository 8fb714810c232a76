import { fromMarkdown, type Options } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { type Block, headingTitle, type ReadText } from "./read-text.ts";
import { paragraphsOf, trimmed } from "./read-plain-text.ts";

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root["children"][number];

/**
 * Tables and footnotes of GitHub's Markdown, but nothing of what stands inside a line: only blocks are wanted here, and
 * without emphasis, links and bare addresses the parser is two and a half times as fast (2.1 instead of 0.84 MB/s).
 */
const { document: documentRules, flow: flowRules } = gfm();
type Extension = NonNullable<Options["extensions"]>[number];
const blocksOnly: Extension = {
  ...(documentRules && { document: documentRules }),
  ...(flowRules && { flow: flowRules }),
  disable: {
    null: [
      "attention",
      "autolink",
      "characterEscape",
      "characterReference",
      "codeText",
      "hardBreakEscape",
      "htmlText",
      "labelEnd",
      "labelStartImage",
      "labelStartLink",
    ],
  },
};
const tree = { extensions: [blocksOnly], mdastExtensions: [gfmFromMarkdown()] };

/** The syntax tree weighs several hundred times its source, so a long file is parsed in parts of this length. */
const PART_LENGTH = 16_000;
/** Without a heading for this long (one huge line, one huge table) a part is read as plain paragraphs. */
const LONGEST_PART = 2_000_000;

/**
 * A Markdown text as it was written; headings, tables and code are found, not rewritten.
 *
 * Comments and link targets in footers are left out of the blocks: nobody reads them. Front matter is a block of rows.
 */
export function readMarkdown(text: string): ReadText {
  const read: ReadText = { text, blocks: [], headings: [], pages: [], runs: [], warnings: [] };
  const frontMatter = /^---\n[\s\S]*?\n(?:---|\.\.\.)(?:\n|$)/.exec(text.slice(0, 20_000))?.[0].length ?? 0;
  if (frontMatter > 0) addBlock(read, "rows", 0, frontMatter);
  for (const part of partsOf(text, frontMatter)) {
    if (part.end - part.start > LONGEST_PART) read.blocks.push(...paragraphsOf(text, part.start, part.end));
    else readPart(read, part.start, part.end);
  }
  return read;
}

function readPart(read: ReadText, start: number, end: number): void {
  const [blocks, headings] = [read.blocks.length, read.headings.length];
  try {
    const root = fromMarkdown(read.text.slice(start, end), tree);
    for (const node of root.children) addNode(read, node, start, true);
  } catch (error) {
    // Thousands of quotations within one another are more than the parser's stack holds; the words are there all the same.
    if (!(error instanceof RangeError)) throw error;
    read.blocks.length = blocks;
    read.headings.length = headings;
    read.blocks.push(...paragraphsOf(read.text, start, end));
  }
}

function addNode(read: ReadText, node: Node, base: number, isTopLevel: boolean, from?: number): void {
  const start = from ?? base + node.position!.start.offset!;
  const end = base + node.position!.end.offset!;
  switch (node.type) {
    case "heading":
      // A heading inside a list or a quotation heads nothing outside of it.
      if (!isTopLevel) return addBlock(read, "prose", start, end);
      read.headings.push({ level: node.depth, title: headingTitle(plain(titleOf(node))), start, end });
      return;
    case "table": {
      const head = node.children[0]!.position!;
      const span = { start: base + head.start.offset!, end: base + head.end.offset! };
      return addBlock(read, "rows", start, end, [span]);
    }
    case "code":
      return addBlock(read, "rows", start, end);
    case "list":
    case "blockquote":
    case "listItem":
    case "footnoteDefinition":
      // The first block inside takes the mark ("- ", "> ", "[^1]: ") with it.
      node.children.forEach((child, index) => addNode(read, child, base, false, index === 0 ? start : undefined));
      if (node.children.length === 0) addBlock(read, "prose", start, end);
      return;
    case "thematicBreak":
    case "definition":
      return;
    case "html":
      if (!/^(?:<!--[\s\S]*?-->\s*)+$/.test(node.value)) addBlock(read, "prose", start, end);
      return;
    default:
      return addBlock(read, "prose", start, end);
  }
}

function addBlock(
  read: ReadText,
  kind: Block["kind"],
  start: number,
  end: number,
  heads?: NonNullable<Block["heads"]>,
): void {
  const span = trimmed(read.text, start, end);
  if (span.start < span.end) read.blocks.push({ kind, ...span, ...(heads && { heads }) });
}

/** A title without its markup. Most have none, and only the others are worth the whole parser. */
const plain = (title: string): string =>
  /[*_`[\]<>&\\~]/.test(title)
    ? titleOf(fromMarkdown(title.replace(/\n/g, " "), { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }))
    : title;

/** The words of a node, without the marks around them. */
function titleOf(node: object): string {
  if ("value" in node && typeof node.value === "string")
    return "type" in node && node.type === "html" ? "" : node.value;
  if ("alt" in node && typeof node.alt === "string") return node.alt;
  if ("type" in node && node.type === "break") return " ";
  return "children" in node ? (node.children as object[]).map(titleOf).join("") : "";
}

/** Cut before headings (`# …`) outside of fenced code, where no construct of Markdown can reach across. */
function* partsOf(text: string, start: number): Generator<{ start: number; end: number }> {
  if (text.length - start <= PART_LENGTH) {
    if (start < text.length) yield { start, end: text.length };
    return;
  }
  let fence: string | null = null;
  const landmarks = /^(?: {0,3}(`{3,}|~{3,})[^\n]*|#{1,6}[ \t])/gm;
  landmarks.lastIndex = start;
  for (let match = landmarks.exec(text); match !== null; match = landmarks.exec(text)) {
    const mark = match[1];
    if (mark === undefined) {
      if (fence === null && match.index - start >= PART_LENGTH) {
        yield { start, end: match.index };
        start = match.index;
      }
    } else if (fence === null) fence = mark;
    else if (mark.startsWith(fence) && match[0].trim() === mark) fence = null;
  }
  yield { start, end: text.length };
}
