import { stat } from "node:fs/promises";
import { stoppedError } from "../children/supervised-child.ts";
import type { ImportedDocument } from "../contract/documents.ts";
import type { KnownFile } from "../store/known-files.ts";

/** A file that has to be read: it is new, or its size or time differ from what is known. */
export interface ChangedFile {
  path: string;
  /** 0 when it cannot be looked at; reading it then fails in words. */
  sizeBytes: number;
  modifiedMs: number | null;
}

/** Looked at side by side; a network drive answers slowly, but many at once. */
const AT_ONCE = 64;
/** A file may change again within one tick of its clock without a new time; FAT ticks every two seconds. */
const CLOCK_TICK_MS = 2000;

/**
 * Tell the files that have to be read from those whose size and time are as they were: these are not opened at all.
 * Where size or time differ the bytes decide, later, by their hash.
 */
export async function findChanged(
  files: readonly string[],
  known: ReadonlyMap<string, KnownFile>,
  signal?: AbortSignal,
): Promise<{ changed: ChangedFile[]; unchanged: ImportedDocument[] }> {
  const changed: ChangedFile[] = [];
  const unchanged: ImportedDocument[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    if (signal?.aborted) throw stoppedError();
    const paths = files.slice(from, from + AT_ONCE);
    const looks = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
    for (const [index, path] of paths.entries()) {
      const look = looks[index]!;
      const file = known.get(path);
      const isSame = file !== undefined && file.sizeBytes === look?.size && file.modifiedMs === look.mtimeMs;
      if (isSame) unchanged.push(unchangedDocument(path, file));
      else changed.push({ path, sizeBytes: look?.size ?? 0, modifiedMs: look === null ? null : trusted(look.mtimeMs) });
    }
  }
  return { changed, unchanged };
}

export const unchangedDocument = (
  path: string,
  file: Pick<KnownFile, "documentId" | "chunkCount" | "warnings">,
): ImportedDocument => ({
  path,
  status: "unchanged",
  documentId: file.documentId,
  chunks: file.chunkCount,
  chunksEmbedded: 0,
  chunksReused: 0,
  warnings: file.warnings,
  failure: null,
});

/** A time that can tell the next change; one of this moment, or of a clock that goes before ours, cannot. */
const trusted = (modifiedMs: number): number | null => (Date.now() - modifiedMs < CLOCK_TICK_MS ? null : modifiedMs);
