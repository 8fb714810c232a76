import mammoth from "mammoth";
import { isFourfoldError } from "../contract/failures.ts";
import { documentDamaged } from "./document-failures.ts";
import { readHtml } from "./read-html.ts";
import type { ReadLimits } from "./read-limits.ts";
import type { ReadText } from "./read-text.ts";
import { repackSafely } from "./zip-archive.ts";

/** Pictures, fonts and embedded files carry no text; leaving them out makes the largest documents small. */
const isMarkup = (name: string): boolean => /\.(xml|rels)$/i.test(name);

const TITLE_CLASS = "document-title";

/** A Word document through mammoth's HTML: headings by style, lists, and tables with their cells apart. */
export async function readDocx(path: string, bytes: Buffer, limits: ReadLimits): Promise<ReadText> {
  const { expandedBytes, markupBytes } = limits;
  const buffer = repackSafely(path, bytes, isMarkup, { expandedBytes, wantedBytes: markupBytes });
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer },
      {
        styleMap: [`p[style-name='Title'] => h1.${TITLE_CLASS}:fresh`, "p[style-name='Subtitle'] => p:fresh"],
        convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
        externalFileAccess: false,
      },
    );
    const read = readHtml(value);
    const beginsWithTitle = /<h[1-6][^>]*>/.exec(value)?.[0].includes(TITLE_CLASS) ?? false;
    return beginsWithTitle ? { ...read, headings: belowTitle(read.headings) } : read;
  } catch (error) {
    if (isFourfoldError(error)) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    throw documentDamaged(path, `its contents cannot be understood (${reason.slice(0, 200)})`, error);
  }
}

/** Word's Title stands above Heading 1, which HTML has no level for: everything after it moves down by one. */
const belowTitle = (headings: ReadText["headings"]): ReadText["headings"] =>
  headings.map((heading, index) => (index === 0 ? heading : { ...heading, level: Math.min(6, heading.level + 1) }));
