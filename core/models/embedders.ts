import { statSync } from "node:fs";
import type { EmbedderInfo } from "../contract/embedders.ts";
import { hashFile } from "../runtime/hash-file.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { ReadableDb, WritableDb } from "../store/db.ts";
import { collectionsUsing, findEmbedder, saveEmbedder, type StoredEmbedder } from "../store/embedders.ts";
import { embedderMissing, embedderReplaced } from "./embedder-failures.ts";

/** @throws embedder_missing */
export function requireEmbedder(db: ReadableDb, id: string): StoredEmbedder {
  const found = findEmbedder(db, id);
  if (found === null) throw embedderMissing(id);
  return found;
}

export function toEmbedderInfo(db: ReadableDb, { identity, files, bundled }: StoredEmbedder): EmbedderInfo {
  const { id, name, runtime = "onnx", folder, file, dimensions, pooling } = identity;
  const { queryPrefix, passagePrefix, maxTokens, chunkSize, languages } = identity;
  return {
    id,
    name,
    runtime,
    path: file ?? folder,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    bundled,
    present: files.every(isUntouched),
    dimensions,
    pooling,
    queryPrefix,
    passagePrefix,
    maxTokens,
    chunkSize,
    languages,
    collections: collectionsUsing(db, id),
  };
}

/**
 * Make sure that an embedder's files are still those it was added with: vectors of another file would be compared with
 * the old ones. Untouched files cost a `stat` each; touched ones are hashed again.
 *
 * @throws embedder_failed  naming the file that is gone or replaced
 */
export async function verifyEmbedder(db: WritableDb, { id, name }: EmbedderIdentity): Promise<void> {
  const stored = findEmbedder(db, id);
  if (stored === null || stored.files.every(isUntouched)) return;
  const files: StoredEmbedder["files"] = [];
  for (const file of stored.files) {
    const { sha256 } = await hashFile(file.path).catch(() => ({ sha256: null }));
    if (sha256 !== file.sha256) throw embedderReplaced(name, file.path);
    files.push({ ...file, modifiedMs: statSync(file.path).mtimeMs });
  }
  saveEmbedder(db, { ...stored, files });
}

function isUntouched({ path, sizeBytes, modifiedMs }: StoredEmbedder["files"][number]): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && now.size === sizeBytes && now.mtimeMs === modifiedMs;
}
