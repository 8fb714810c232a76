// Stamps: a short hash of everything a step depends on, written when the step has ended well. An equal stamp means
// there is nothing to do; a step that was interrupted has written none, and simply runs again.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/**
 * What an installed node_modules depends on. Not on the version of Node: every native package here speaks Node-API,
 * which is the same in all of them.
 * @param {string} lockText package-lock.json
 */
export function setUpStamp(lockText, platform = process.platform, arch = process.arch) {
  return hash([lockText, platform, arch]);
}

/**
 * The content of files and folders, in a fixed order; `dist` folders are results, not sources.
 * @param {string} base
 * @param {string[]} paths relative to `base`; one that does not exist counts as absent
 */
export function sourceStamp(base, paths) {
  const files = paths.flatMap((path) => filesUnder(join(base, path))).sort();
  return hash(files.flatMap((file) => [file.slice(base.length), readFileSync(file)]));
}

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null; // absent, or cut short by a crash: either way the step has to run again
  }
}

/** Write by renaming, so that a reader sees the old text or the new one and never half of it. */
export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(draft, path);
}

/**
 * Whether node_modules already holds what the lock file asks for, judged by the list npm leaves there when it has
 * finished (node_modules/.package-lock.json). After `npm install some-package` that is so, and nothing is installed again.
 * @param {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean, link?: boolean, devOptional?: boolean }> }} lock
 * @param {{ packages: Record<string, { version?: string, integrity?: string, link?: boolean }> } | null} installed
 */
export function isInstalled(lock, installed) {
  if (installed === null) return false;
  const same = (a, b) =>
    a.link === b.link && a.version === b.version && (a.integrity ?? b.integrity) === (b.integrity ?? a.integrity);
  const wanted = Object.entries(lock.packages).filter(([at]) => at.includes("node_modules/"));
  const complete = wanted.every(([at, entry]) => {
    const found = installed.packages[at];
    // Optional packages are absent on platforms they are not for.
    return found === undefined ? entry.optional === true || entry.devOptional === true : same(entry, found);
  });
  const nothingElse = Object.keys(installed.packages).every((at) => at in lock.packages);
  return complete && nothingElse;
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) =>
    name === "dist" || name === "node_modules" ? [] : filesUnder(join(path, name)),
  );
}

function hash(parts) {
  const sum = createHash("sha256");
  // The length before each part keeps ["ab", "c"] and ["a", "bc"] apart.
  for (const part of parts) sum.update(`${part.length}:`).update(part);
  return sum.digest("hex").slice(0, 32);
}
