import type { Document } from "../contract/documents.ts";
import { FourfoldError } from "../contract/failures.ts";
import { openDocument } from "./open-document.ts";

/** Larger files are not sent whole to a window; their text opens all the same. */
const LARGEST_SHOWN_BYTES = 100_000_000;

/**
 * The file a document was read from. Positions were taken in those bytes, so another version is refused.
 *
 * @throws file_missing, file_unreadable, document_too_large
 * @throws document_changed  it is not the file that was imported any more
 */
export async function readOriginalFile(document: Document): Promise<{ base64: string; sizeBytes: number }> {
  const { bytes, sha256 } = await openDocument(document.path, LARGEST_SHOWN_BYTES);
  if (sha256 !== document.sha256) throw changedSinceImport(document.path);
  return { base64: bytes.toString("base64"), sizeBytes: bytes.length };
}

const changedSinceImport = (path: string): FourfoldError =>
  new FourfoldError({
    code: "document_changed",
    message: `${path} has changed since it was imported.`,
    action: "Import it again to see its pages; the text below is what answers were given from.",
    details: { path },
  });
