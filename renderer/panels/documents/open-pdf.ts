import type { PDFDocumentProxy } from "unpdf/pdfjs";

/** Open a PDF for drawing. pdf.js is large and most visits never need it, so it is loaded here and not before. */
export async function openPdf(base64: string): Promise<PDFDocumentProxy> {
  const { getDocument, VerbosityLevel } = await import("unpdf/pdfjs");
  const data = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  // Fonts that a file does not bring are the system's; nothing is fetched from anywhere.
  return getDocument({ data, useSystemFonts: true, verbosity: VerbosityLevel.ERRORS }).promise;
}
