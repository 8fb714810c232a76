import { link, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { FourfoldError } from "../contract/failures.ts";
import { hashFile } from "./hash-file.ts";
import { fileFailure } from "./model-failures.ts";
import type { AdapterUse } from "./requests.ts";

const FOLDER_PREFIX = "fourfold-adapters-";

/**
 * Gives every adapter a path named by its content.
 *
 * The library keeps adapters by path until the model is disposed, so a file that was replaced would silently stay
 * the old adapter. Links cost nothing and the user's file is not copied.
 */
export class AdapterFiles implements AsyncDisposable {
  #folder: string | null = null;
  readonly #links = new Map<string, string>();
  readonly #verified = new Map<string, string>();

  /**
   * @throws file_missing, file_unreadable
   * @throws model_changed  the file is not the one with this hash any more
   */
  async pathFor(adapter: AdapterUse): Promise<string> {
    const path = resolve(adapter.path);
    const actual = await this.#hashOf(path);
    if (actual !== adapter.sha256) throw changed(path, adapter.sha256, actual);
    const known = this.#links.get(actual);
    if (known !== undefined) return known;
    const made = join(await this.#openFolder(), `${actual}.gguf`);
    await linkTo(path, made);
    this.#links.set(actual, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  async #openFolder(): Promise<string> {
    if (this.#folder === null) {
      await removeLeftFolders();
      const folder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
      this.#folder = folder;
      process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    }
    return this.#folder;
  }

  /** Hashed again whenever size or time changed. */
  async #hashOf(path: string): Promise<string> {
    const found = await stat(path).catch((error: unknown) => {
      throw fileFailure(path, error);
    });
    const stamp = `${path} ${found.ino} ${found.size} ${found.mtimeMs}`;
    const known = this.#verified.get(stamp);
    if (known !== undefined) return known;
    const { sha256 } = await hashFile(path);
    this.#verified.set(stamp, sha256);
    return sha256;
  }
}

/** A host that was killed could not tidy up; its folder carries the number of a process that is gone. */
async function removeLeftFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    // It may be another user's: then it is theirs to remove.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Windows grants symbolic links to few users, and hard links do not cross drives: one of the two works nearly always. */
async function linkTo(path: string, made: string): Promise<void> {
  try {
    await symlink(path, made, "file");
  } catch {
    await link(path, made);
  }
}

function changed(path: string, expectedSha256: string, actualSha256: string): FourfoldError {
  return new FourfoldError({
    code: "model_changed",
    message: `${basename(path)} is not the file that was added: its content changed.`,
    action: "Add the adapter again to use the new file.",
    details: { path, expectedSha256, actualSha256 },
  });
}
