import { getDocumentProxy, getResolvedPDFJS } from "unpdf";
import type { DocumentWarning } from "../contract/documents.ts";
import { documentDamaged, documentEmpty, documentEncrypted, documentScanned } from "./document-failures.ts";
import { type PageLines, linesOfPage } from "./pdf-lines.ts";
import { textOfPages } from "./pdf-text.ts";
import type { ReadText } from "./read-text.ts";

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<Pdf["getPage"]>>;

/** Programs append signatures and padding after the end mark, seldom more than this. */
const END_MARK_WITHIN = 64 * 1024;
/** Above this share of characters without a meaning, the file's fonts do not say which letters they draw. */
const UNMAPPED_SHARE = 0.2;

/** A PDF's text in reading order, with the position of every line. */
export async function readPdf(path: string, bytes: Buffer, signal: AbortSignal): Promise<ReadText> {
  if (!bytes.subarray(-END_MARK_WITHIN).includes("%%EOF")) {
    throw documentDamaged(path, "its end mark (%%EOF) is missing, so it was probably cut off");
  }
  const pdf = await openPdf(path, bytes);
  try {
    if (pdf.numPages === 0) throw documentDamaged(path, "it has no pages");
    const pages: PageLines[] = [];
    const pictures: number[] = [];
    for (let number = 1; number <= pdf.numPages; number += 1) {
      signal.throwIfAborted();
      const { lines, isPicture } = await readPage(path, pdf, number);
      pages.push(lines);
      if (isPicture) pictures.push(number);
    }
    const isWithoutText = pages.every((page) => page.lines.length === 0);
    if (isWithoutText && pictures.length > 0) throw documentScanned(path, pdf.numPages);
    if (isWithoutText) throw documentEmpty(path, `has ${pdf.numPages} empty ${pdf.numPages === 1 ? "page" : "pages"}`);
    const read = textOfPages(pages);
    return { ...read, warnings: [...pictureWarnings(pictures), ...unmappedWarnings(read.text)] };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function openPdf(path: string, bytes: Buffer): Promise<Pdf> {
  const { VerbosityLevel } = await getResolvedPDFJS();
  try {
    // pdf.js takes the memory it is given for its own, so it gets a copy; the original is hashed again at the end.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: VerbosityLevel.ERRORS });
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") throw documentEncrypted(path);
    throw documentDamaged(path, reasonOf(error), error);
  }
}

async function readPage(path: string, pdf: Pdf, number: number): Promise<{ lines: PageLines; isPicture: boolean }> {
  try {
    const page = await pdf.getPage(number);
    const { width, height, transform } = page.getViewport({ scale: 1 });
    const content = await page.getTextContent();
    const lines = linesOfPage(content, { page: number, width, height, transform });
    const isPicture = lines.lines.length === 0 && (await showsSomething(page));
    page.cleanup();
    return { lines, isPicture };
  } catch (error) {
    throw documentDamaged(path, `page ${number} of ${pdf.numPages} cannot be read (${reasonOf(error)})`, error);
  }
}

/** Whether a page without text draws anything: a scan is an image, sometimes letters turned into curves. */
async function showsSomething(page: PdfPage): Promise<boolean> {
  const { OPS } = await getResolvedPDFJS();
  const marks = new Set<number>([
    OPS.paintImageXObject,
    OPS.paintInlineImageXObject,
    OPS.paintImageMaskXObject,
    OPS.paintImageXObjectRepeat,
    OPS.constructPath,
    OPS.shadingFill,
  ]);
  const { fnArray } = await page.getOperatorList();
  return fnArray.some((operator) => marks.has(operator));
}

function pictureWarnings(pages: number[]): DocumentWarning[] {
  if (pages.length === 0) return [];
  const shown = new Intl.ListFormat("en").format(pages.slice(0, 10).map(String));
  const more = pages.length > 10 ? ` and ${pages.length - 10} more` : "";
  const message = `${pages.length === 1 ? "Page" : "Pages"} ${shown}${more} ${pages.length === 1 ? "is a picture" : "are pictures"} without text and cannot be searched.`;
  return [{ code: "pages_without_text", message }];
}

function unmappedWarnings(text: string): DocumentWarning[] {
  const unmapped = text.match(/[\p{Co}\ufffd]/gu)?.length ?? 0;
  if (unmapped <= text.length * UNMAPPED_SHARE) return [];
  const message = "Much of this PDF's text cannot be read: its fonts do not say which letters they draw.";
  return [{ code: "lossy_decoding", message }];
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 200);
