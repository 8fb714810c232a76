import { posix } from "node:path";
import { cleanText } from "./clean-text.ts";
import { decodeText, detectEncoding } from "./decode-text.ts";
import { documentDamaged, documentEncrypted } from "./document-failures.ts";
import { declaredEncoding, readHtml } from "./read-html.ts";
import type { ReadLimits } from "./read-limits.ts";
import { headingTitle, type ReadText } from "./read-text.ts";
import { TextWriter } from "./text-writer.ts";
import { walkXml } from "./xml.ts";
import { SafeArchive } from "./zip-archive.ts";

interface Book {
  title: string;
  /** Names of the pages in the archive, in reading order. */
  pages: string[];
  /** Titles of the table of contents, by page. */
  chapters: Map<string, string>;
}

/** An electronic book: its title, its chapters in reading order, and the headings within them. */
export function readEpub(path: string, bytes: Buffer, limits: ReadLimits): ReadText {
  const { expandedBytes, markupBytes } = limits;
  const archive = new SafeArchive(path, bytes, { expandedBytes, wantedBytes: markupBytes });
  const book = openBook(path, archive);
  assertReadable(path, archive, book);
  const writer = new TextWriter();
  writer.heading(1, book.title);
  for (const name of book.pages) {
    const page = archive.read(name);
    if (page === null) continue;
    const { text } = decodeText(page, detectEncoding(page, declaredEncoding(page)));
    const read = readHtml(text, { usesTitle: false });
    const chapter = book.chapters.get(name);
    // A page that has a heading of its own says the chapter's title itself.
    const isUntitled = read.text !== "" && (read.headings[0]?.start ?? Infinity) > 0;
    if (isUntitled && chapter !== undefined && chapter !== book.title) writer.heading(2, chapter);
    writer.append(read, 1);
  }
  return writer.finish();
}

function openBook(path: string, archive: SafeArchive): Book {
  const container = archive.read("META-INF/container.xml");
  if (container === null) throw documentDamaged(path, "its archive has no META-INF/container.xml");
  let packageName = "";
  walkXml(path, container, {
    open(name, attributes) {
      if (name === "rootfile" && packageName === "") packageName = attributes["full-path"] ?? "";
    },
  });
  const bytes = archive.read(packageName);
  if (bytes === null) throw documentDamaged(path, "its archive has no package file, so the order of its pages is lost");

  const manifest = new Map<string, { name: string; properties: string; type: string }>();
  const order: string[] = [];
  let [title, inTitle, contentsId] = ["", false, ""];
  walkXml(path, bytes, {
    open(name, attributes) {
      const { id, href, idref, properties = "", toc } = attributes;
      if (name === "title" && title === "") inTitle = true;
      if (name === "item" && id !== undefined && href !== undefined)
        manifest.set(id, { name: resolved(packageName, href), properties, type: attributes["media-type"] ?? "" });
      if (name === "spine") contentsId = toc ?? "";
      // What is not linear (notes, answers) is part of the book all the same.
      if (name === "itemref" && idref !== undefined) order.push(idref);
    },
    text(text) {
      if (inTitle) title += text;
    },
    close(name) {
      if (name === "title") inTitle = false;
    },
  });
  const items = [...manifest.values()];
  const contents = items.find(({ properties }) => /\bnav\b/.test(properties))?.name ?? manifest.get(contentsId)?.name;
  const pages = order.flatMap((id) => manifest.get(id)?.name ?? []).filter((name) => name !== contents);
  if (pages.length === 0) throw documentDamaged(path, "it names no pages");
  return { title: headingTitle(cleanText(title)), pages, chapters: chaptersOf(path, archive, contents) };
}

/** Titles by page, from the navigation page of EPUB 3 or the NCX of EPUB 2. */
function chaptersOf(path: string, archive: SafeArchive, contents: string | undefined): Map<string, string> {
  const chapters = new Map<string, string>();
  const bytes = contents === undefined ? null : archive.read(contents);
  if (contents === undefined || bytes === null) return chapters;
  let [label, target] = ["", ""];
  const add = (): void => {
    const page = resolved(contents, target);
    if (label.trim() !== "" && target !== "" && !chapters.has(page)) chapters.set(page, headingTitle(cleanText(label)));
    [label, target] = ["", ""];
  };
  walkXml(path, bytes, {
    open(name, { href, src }) {
      if (name === "a" || name === "navLabel") label = "";
      if (name === "a") target = href ?? "";
      if (name === "content") {
        target = src ?? "";
        add();
      }
    },
    text(text) {
      label += text;
    },
    close(name) {
      if (name === "a") add();
    },
  });
  return chapters;
}

/** Books from shops are often encrypted page by page; fonts may be, without harm. */
function assertReadable(path: string, archive: SafeArchive, book: Book): void {
  const bytes = archive.read("META-INF/encryption.xml");
  if (bytes === null) return;
  const pages = new Set(book.pages);
  walkXml(path, bytes, {
    open(name, { URI }) {
      if (name === "CipherReference" && URI !== undefined && pages.has(resolved("", URI)))
        throw documentEncrypted(path);
    },
  });
}

/** A reference of one part to another as a name in the archive. */
function resolved(from: string, href: string): string {
  const [file = ""] = href.split("#");
  let plain = file;
  try {
    plain = decodeURIComponent(file);
  } catch {
    // A stray percent sign: taken as it stands.
  }
  return posix.join(posix.dirname(from), plain);
}
