import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * The run's own record of prompts with passages: what it was begun with is what it goes on with, whatever happens to the
 * documents.
 *
 * @param retrieve  gives the path of a record; called once in a run's life
 */
export async function keepPassages(folder: string, retrieve: () => Promise<string>): Promise<string> {
  const kept = join(folder, "passages.json");
  if ((await stat(kept).catch(() => null)) !== null) return kept;
  const record = await retrieve();
  await mkdir(folder, { recursive: true });
  await copyFile(record, `${kept}.unfinished`);
  await rename(`${kept}.unfinished`, kept);
  return kept;
}
