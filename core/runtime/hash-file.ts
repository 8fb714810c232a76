import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { FourfoldError } from "../contract/failures.ts";
import { fileFailure } from "./model-failures.ts";

export interface HashOptions {
  signal?: AbortSignal | undefined;
  /** Share of the bytes read, 0 to 1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

export interface FileHash {
  /** Lower-case hex. */
  sha256: string;
  sizeBytes: number;
}

/** Large enough that a model of many gigabytes is read at disk speed, small enough to stop at once. */
const READ_BYTES = 4 * 1024 * 1024;

/**
 * The content hash of one file, read in a stream.
 *
 * @throws file_missing, file_unreadable, stopped
 */
export function hashFile(path: string, options: HashOptions = {}): Promise<FileHash> {
  return hashFiles([path], options);
}

/** The content hash of a split model: one hash over all its parts in order, as if they were one file. */
export async function hashFiles(paths: string[], { signal, onProgress }: HashOptions = {}): Promise<FileHash> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    const total = Math.max(
      1,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    for (const path of paths) {
      sizeBytes += await addFile(hash, path, signal, (read) => onProgress?.(Math.min(1, (sizeBytes + read) / total)));
    }
  } catch (error) {
    if (signal?.aborted) throw stopped();
    throw fileFailure(paths[0] ?? "", error);
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

async function addFile(
  hash: Hash,
  path: string,
  signal: AbortSignal | undefined,
  onRead: (bytes: number) => void,
): Promise<number> {
  let read = 0;
  for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES, ...(signal && { signal }) })) {
    hash.update(bytes as Buffer);
    read += (bytes as Buffer).length;
    onRead(read);
  }
  return read;
}

const stopped = (): FourfoldError =>
  new FourfoldError({ code: "stopped", message: "Stopped.", action: "Start it again when you like.", details: {} });
