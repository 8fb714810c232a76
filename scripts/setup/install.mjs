// The first half of set-up: node_modules as the lock file says, and the native parts that have to be made here.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runQuietly } from "./children.mjs";
import { linkGpuRuntimes } from "./gpu-runtime.mjs";
import { buildHnswlib, hnswlibNote } from "./hnswlib.mjs";
import { findNode24 } from "./node-24.mjs";
import { explainNpmFailure, npmCommand } from "./npm.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { notesFolder, root, setupFolder } from "./places.mjs";
import { removeForeignBinaries } from "./prune.mjs";
import { Trouble, startProgress } from "./say.mjs";
import { isInstalled, readJson, setUpStamp, writeJson } from "./stamp.mjs";

const note = join(notesFolder, "set-up.json");

/**
 * Make sure that node_modules matches the lock file; a few milliseconds when it does.
 * @returns {Promise<{ node24: string }>}
 */
export async function ensureInstalled() {
  const done = readDone();
  return done ?? oneAtATime(async () => readDone() ?? install());
}

function readDone() {
  const done = readJson(note);
  const isCurrent = done !== null && done.stamp === setUpStamp(readLock()) && existsSync(done.node24);
  return isCurrent ? { node24: done.node24 } : null;
}

async function install() {
  const lockText = readLock();
  const alreadyThere = isInstalled(JSON.parse(lockText), readJson(join(root, "node_modules", ".package-lock.json")));
  if (!alreadyThere) await installPackages();

  const { path: node24 } = findNode24();
  removeForeignBinaries();
  linkGpuRuntimes();
  await compileHnswlib(node24);
  writeJson(note, { stamp: setUpStamp(lockText), node24 });
  return { node24 };
}

/** Compile the vector index unless that is done; a failure is told, noted, and no reason to stop. */
async function compileHnswlib(node24) {
  if (hnswlibNote()?.built) return;
  const progress = startProgress("Compiling the vector index (hnswlib-node)");
  const { built, reason } = await buildHnswlib(node24);
  progress.end(
    built ? undefined : `hnswlib-node: ${reason}; exact search serves instead (see .setup/hnswlib-build.log).`,
  );
}

/**
 * Try again to compile the vector index where an earlier set-up could not: a compiler may have come since.
 * @param {string} node24
 */
export async function retryHnswlib(node24) {
  if (!hnswlibNote()?.built) await oneAtATime(() => compileHnswlib(node24));
}

const npmCiFlags = [
  "--ignore-scripts",
  // Whatever the machine's npm is told to leave out (NODE_ENV=production does too): Vite is needed to build.
  "--include=dev",
  "--include=optional",
  // npm would wait more than a minute before it says that nobody answers.
  "--fetch-retries=3",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=8000",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];

/**
 * Inside an npm script `node` may already be the Node in node_modules. Windows lets nobody delete a running program, as
 * `npm ci` will try to, but it lets it be moved.
 */
function moveRunningNodeAside() {
  if (process.platform !== "win32" || !process.execPath.startsWith(join(root, "node_modules"))) return;
  mkdirSync(setupFolder, { recursive: true });
  renameSync(process.execPath, join(setupFolder, `node-${process.pid}.exe`));
}

async function installPackages() {
  const npm = npmCommand();
  const title = "Installing packages (0.4 GB to download, 0.7 GB here, once)";
  const progress = startProgress(title);
  moveRunningNodeAside();
  const run = await runQuietly(npm.command, [...npm.args, "ci", ...npmCiFlags], { cwd: root, shell: npm.shell });
  progress.end(run.code === 0 ? undefined : `${title}: failed`);
  if (run.code === 0) return;

  mkdirSync(setupFolder, { recursive: true });
  writeFileSync(join(setupFolder, "npm-ci.log"), run.output);
  throw new Trouble(
    `Set-up stopped: the packages could not be installed. ${explainNpmFailure(run.code, run.output)} ` +
      "Then run the same command again. npm's own words are in .setup/npm-ci.log.",
  );
}

function readLock() {
  return readFileSync(join(root, "package-lock.json"), "utf8");
}
