import type { PageLines, Segment } from "./pdf-lines.ts";

/** Heads and feet stand within this share of the page's height from its edges. */
const EDGE_SHARE = 0.12;
const FEWEST_PAGES = 3;

/**
 * The pages without the heads and feet that repeat on them, or every paragraph across two pages would be cut by
 * "Manual, page 7". The first one stays, so that no word of the document is lost.
 */
export function withoutRunningLines(pages: PageLines[]): PageLines[] {
  const pagesWith = new Map<string, number>();
  for (const page of pages) {
    const onPage = new Set(page.lines.map((line) => runningKey(line, page)));
    for (const key of onPage) if (key !== null) pagesWith.set(key, (pagesWith.get(key) ?? 0) + 1);
  }
  const enough = Math.max(FEWEST_PAGES, pages.length / 2);
  const shown = new Set<string>();
  return pages.map((page) => ({
    ...page,
    lines: page.lines.filter((line) => {
      const key = runningKey(line, page);
      if (key === null || pagesWith.get(key)! < enough) return true;
      if (shown.has(key)) return false;
      shown.add(key);
      return true;
    }),
  }));
}

/** The same for lines that differ only in their numbers and stand at the same height; null away from the edges. */
function runningKey(line: Segment[], { height }: PageLines): string | null {
  const { baseline } = line[0]!;
  if (baseline > height * EDGE_SHARE && baseline < height * (1 - EDGE_SHARE)) return null;
  const text = line.map((segment) => segment.text).join(" ");
  // Left and right pages print their numbers in opposite corners, so only the height counts.
  return `${Math.round(baseline / 3)} ${text.replace(/\d+/g, "#")}`;
}
