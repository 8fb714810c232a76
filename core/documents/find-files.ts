import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { stoppedError } from "../children/supervised-child.ts";
import { formatOfName } from "../contract/document-formats.ts";

export interface FoundFiles {
  /** In the order given; inside folders depth first, sorted by name. */
  files: string[];
  /** Files and folders inside the given ones that are not read, and why. Hidden ones are not even counted. */
  skipped: { path: string; reason: string }[];
}

/**
 * The files behind the given files and folders.
 *
 * A path named explicitly is always among them, even when it is missing or of no known format, so that reading it fails
 * in words. In folders, hidden files and node_modules are passed over, and links are followed, but no real file or
 * folder twice: a link that leads in a circle ends there.
 */
export async function findFiles(
  paths: string[],
  options: { signal?: AbortSignal | undefined } = {},
): Promise<FoundFiles> {
  const found: FoundFiles = { files: [], skipped: [] };
  const visited = new Set<string>();
  for (const path of paths) {
    const kind = await kindOf(path);
    if (kind === "folder") await addFolder(path);
    else if (await isNew(path)) found.files.push(path);
  }
  return found;

  async function addFolder(folder: string): Promise<void> {
    if (options.signal?.aborted) throw stoppedError();
    if (!(await isNew(folder))) return;
    let names: string[];
    try {
      names = await readdir(folder);
    } catch (error) {
      found.skipped.push({ path: folder, reason: `cannot be opened (${(error as NodeJS.ErrnoException).code})` });
      return;
    }
    for (const name of names.toSorted()) {
      if (name.startsWith(".") || name === "node_modules") continue;
      const path = join(folder, name);
      const kind = await kindOf(path);
      if (kind === "folder") await addFolder(path);
      else if (kind !== "file") found.skipped.push({ path, reason: kind });
      else if (formatOfName(path) === null) found.skipped.push({ path, reason: "not a format Fourfold reads" });
      else if (await isNew(path)) found.files.push(path);
    }
  }

  /** False for what has been met before under this or another name. */
  async function isNew(path: string): Promise<boolean> {
    const real = await realpath(path).catch(() => path);
    if (visited.has(real)) return false;
    visited.add(real);
    return true;
  }
}

async function kindOf(path: string): Promise<"file" | "folder" | "not a regular file" | "a link that leads nowhere"> {
  const file = await stat(path).catch(() => null);
  if (file === null) return "a link that leads nowhere";
  return file.isFile() ? "file" : file.isDirectory() ? "folder" : "not a regular file";
}
