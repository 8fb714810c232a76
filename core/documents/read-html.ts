import { Parser } from "htmlparser2";
import { HtmlText } from "./html-text.ts";
import type { ReadText } from "./read-text.ts";

/** Fed in parts of this length, so that a parser error in a huge page comes early. */
const PART_LENGTH = 1 << 16;

/** What is on a page but is not what the page says. */
const furniture = new Set(["nav", "footer", "aside"]);
/** What never shows as text of the page. */
const invisible = new Set(
  "script style noscript template head svg math iframe object canvas audio video select button textarea datalist".split(
    " ",
  ),
);

/**
 * The readable part of an HTML page: headings, paragraphs, lists with their marks, tables row by row, code as written.
 *
 * Navigation, footers and asides are left out, unless there is nothing else. A page without a first-level heading
 * gets its title as one.
 */
export function readHtml(source: string): ReadText {
  const readable = walk(source, new Set([...invisible, ...furniture]));
  return readable.text === "" ? walk(source, invisible) : readable;
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

function walk(source: string, dropped: Set<string>): ReadText {
  const page = new HtmlText();
  let title = "";
  let inTitle = false;
  /** Open elements below the outermost dropped one, itself included. */
  let droppedDepth = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      // The title of an <svg> is dropped with it; the page's own lies in <head>, before any of its text.
      if (name === "title" && title === "") inTitle = true;
      if (droppedDepth > 0 || dropped.has(name) || isHidden(attributes)) {
        droppedDepth += 1;
        return;
      }
      page.open(name, attributes);
    },
    ontext(text) {
      if (inTitle) title += text;
      else if (droppedDepth === 0) page.addText(text);
    },
    onclosetag(name) {
      if (name === "title") inTitle = false;
      if (droppedDepth > 0) droppedDepth -= 1;
      else page.close(name);
    },
  });
  for (let start = 0; start < source.length; start += PART_LENGTH)
    parser.write(source.slice(start, start + PART_LENGTH));
  parser.end();
  return page.finish(title);
}

function isHidden(attributes: Record<string, string>): boolean {
  const { hidden, style } = attributes;
  if (hidden !== undefined || attributes["aria-hidden"] === "true") return true;
  return style !== undefined && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style);
}
