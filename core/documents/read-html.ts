import { Parser } from "htmlparser2";
import { HtmlText } from "./html-text.ts";
import type { ReadText } from "./read-text.ts";

/**
 * Browsers stop nesting at 512. The parser's time grows with the square of the depth, so beyond this everything open is
 * closed and reading goes on from there; in parts this short no page gets much deeper before that is seen.
 */
const DEEPEST_NESTING = 512;
const PART_LENGTH = 1 << 12;

/** What is on a page but is not what the page says. */
const furniture = new Set(["nav", "footer", "aside"]);
const furnitureRoles = new Set(["navigation", "contentinfo", "complementary", "search", "dialog", "alertdialog"]);
/** Banners that ask for consent; sites name them in their own words, but with these. */
const banner =
  /(?:cookie|consent|privacy)s?[\s_-]?(?:banner|bar|notice|popup|modal|overlay|message|manager|law|box|dialog|consent)|gdpr|onetrust|cookiebot/i;
/** What never shows as text of the page. */
const invisible = new Set(
  "script style noscript template head svg math iframe object canvas audio video select button textarea datalist".split(
    " ",
  ),
);

/**
 * The readable part of an HTML page: headings, paragraphs, lists with their marks, tables row by row, code as written.
 *
 * Navigation, footers, asides and consent banners are left out, unless there is nothing else. A page without a
 * first-level heading gets its title as one.
 */
export function readHtml(source: string, { usesTitle = true } = {}): ReadText {
  const isFurniture = (name: string, { role = "", id = "", class: names = "" }: Record<string, string>): boolean =>
    furniture.has(name) || furnitureRoles.has(role) || (name !== "body" && (banner.test(id) || banner.test(names)));
  const readable = walk(source, { isDropped: isFurniture, usesTitle });
  return readable.text === "" ? walk(source, { isDropped: () => false, usesTitle }) : readable;
}

/** The encoding a page declares in its first kilobyte (HTML standard, 13.2.3.2); null when it does not. */
export function declaredEncoding(bytes: Buffer): string | null {
  const head = bytes.subarray(0, 1024).toString("latin1");
  return (
    /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1] ??
    /<\?xml[^>]+encoding=["']([\w-]+)/i.exec(head)?.[1] ??
    null
  );
}

interface Walk {
  isDropped: (name: string, attributes: Record<string, string>) => boolean;
  usesTitle: boolean;
}

function walk(source: string, { isDropped, usesTitle }: Walk): ReadText {
  const page = new HtmlText();
  let title = "";
  let inTitle = false;
  /** Open elements; of these, the outermost dropped one and all below it. */
  let [depth, droppedDepth] = [0, 0];
  const listener = {
    onopentag(name: string, attributes: Record<string, string>) {
      depth += 1;
      // The title of an <svg> is dropped with it; the page's own lies in <head>, before any of its text.
      if (name === "title" && title === "") inTitle = true;
      if (droppedDepth > 0 || invisible.has(name) || isHidden(attributes) || isDropped(name, attributes)) {
        droppedDepth += 1;
        return;
      }
      page.open(name, attributes);
    },
    ontext(text: string) {
      if (inTitle) title += text;
      else if (droppedDepth === 0) page.addText(text);
    },
    onclosetag(name: string) {
      depth -= 1;
      if (name === "title") inTitle = false;
      if (droppedDepth > 0) droppedDepth -= 1;
      else page.close(name);
    },
  };
  let parser = new Parser(listener);
  for (let start = 0; start < source.length;) {
    const isDeep = depth > DEEPEST_NESTING;
    // Begun anew between tags: a parser knows nothing of what the one before had begun.
    const cut = isDeep ? source.indexOf("<", start) : start;
    if (isDeep && cut !== -1) {
      parser.write(source.slice(start, cut));
      parser.end();
      parser = new Parser(listener);
      start = cut;
    }
    parser.write(source.slice(start, start + PART_LENGTH));
    start += PART_LENGTH;
  }
  parser.end();
  return page.finish(usesTitle ? title : "");
}

function isHidden(attributes: Record<string, string>): boolean {
  const { hidden, style } = attributes;
  if (hidden !== undefined || attributes["aria-hidden"] === "true") return true;
  return style !== undefined && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style);
}
