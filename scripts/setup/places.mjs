// Where things are. Only names that every Node since 16 knows, so that an old one gets as far as old-node.mjs.
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What set-up found out, kept inside node_modules so that removing node_modules removes it too. */
export const notesFolder = join(root, "node_modules", ".fourfold");

/** Logs, the lock against a second set-up, and GPU runtimes: outlives node_modules; git ignores it. */
export const setupFolder = join(root, ".setup");

/**
 * The folder the command was typed in, which relative paths on it mean: npm runs its scripts in the project's folder.
 * Only for the two scripts that take paths, because INIT_CWD also reaches everything a script starts in turn.
 */
export function typedIn(env = process.env) {
  const takesPaths = ["start", "fourfold"].includes(env.npm_lifecycle_event ?? "");
  return takesPaths && env.INIT_CWD ? env.INIT_CWD : process.cwd();
}
