import type { Block, ReadText } from "./read-text.ts";

/** What stands between two headings, with the titles above it, outermost first. */
export interface Section {
  headingPath: string[];
  blocks: Block[];
}

/** Above this a "heading" is really a paragraph: it is split as one too, or its words could not be found. */
const LONGEST_REAL_HEADING = 200;

/**
 * The sections of a text in order; no block appears in two.
 *
 * A heading with nothing under it, neither text nor deeper headings, is content itself; a row of such
 * headings under one parent makes one section.
 */
export function* sectionsOf({ blocks, headings }: Pick<ReadText, "blocks" | "headings">): Generator<Section> {
  let nextBlock = 0;
  const blocksBefore = (offset: number): Block[] => {
    const first = nextBlock;
    while (nextBlock < blocks.length && blocks[nextBlock]!.start < offset) nextBlock += 1;
    return blocks.slice(first, nextBlock);
  };
  const above: { level: number; title: string }[] = [];
  let bare: Section | null = null;

  const opening = blocksBefore(headings[0]?.start ?? Infinity);
  if (opening.length > 0) yield { headingPath: [], blocks: opening };

  for (const [index, heading] of headings.entries()) {
    const next = headings[index + 1];
    while (above.length > 0 && above.at(-1)!.level >= heading.level) above.pop();
    const parents = above.map((parent) => parent.title);
    const body = blocksBefore(next?.start ?? Infinity);
    const own: Block = { kind: "prose", start: heading.start, end: heading.end };

    if (body.length === 0 && (next === undefined || next.level <= heading.level)) {
      if (bare === null) bare = { headingPath: parents, blocks: [own] };
      else bare.blocks.push(own);
      // A heading further out ends the row; one at the same level may belong to it.
      if (next?.level === heading.level) continue;
    }
    if (bare !== null) {
      // The row may have been closed by this heading, which then has a body of its own.
      yield bare;
      const wasPartOfRow = bare.blocks.at(-1)!.start === heading.start;
      bare = null;
      if (wasPartOfRow) continue;
    }
    above.push({ level: heading.level, title: heading.title });
    if (heading.end - heading.start > LONGEST_REAL_HEADING) body.unshift(own);
    if (body.length > 0) yield { headingPath: [...parents, heading.title], blocks: body };
  }
}
