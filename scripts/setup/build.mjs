// The second half of set-up: the two parts that do not run as they are written. The renderer is bundled for the
// browser, Electron's main and preload for Electron; core, cli and bench run from their sources.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runQuietly } from "./children.mjs";
import { node24Flags } from "./node-24.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { root, setupFolder } from "./places.mjs";
import { Trouble, startProgress } from "./say.mjs";
import { readJson, sourceStamp, writeJson } from "./stamp.mjs";

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string} entry without it there is nothing to build
 * @property {string[]} sources what the result depends on
 * @property {string} folder
 * @property {string} result
 * @property {(out: string) => string[][]} commands scripts for Node 24, with their arguments
 */

/** @type {Part[]} */
const parts = [
  {
    title: "Building the interface",
    entry: "renderer/index.html",
    sources: ["renderer", "core/contract", "vite.config.ts", "package-lock.json"],
    folder: "renderer",
    result: "renderer/dist",
    commands: (out) => [
      ["node_modules/vite/bin/vite.js", "build", "--outDir", out, "--emptyOutDir", "--logLevel", "warn"],
    ],
  },
  {
    title: "Building the desktop shell",
    entry: "electron/main.ts",
    sources: ["electron", "core/contract", "package-lock.json"],
    folder: "electron",
    result: "electron/dist",
    commands: (out) => [
      [...esbuild("electron/main.ts", join(out, "main.js")), "--format=esm", REQUIRE_BANNER],
      // A sandboxed preload can only be CommonJS.
      [...esbuild("electron/preload.ts", join(out, "preload.cjs")), "--format=cjs"],
    ],
  },
];

// CommonJS packages inside an ESM bundle still call require().
const REQUIRE_BANNER =
  '--banner:js=import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

function esbuild(entry, outFile) {
  return [
    "node_modules/esbuild/bin/esbuild",
    entry,
    `--outfile=${outFile}`,
    "--bundle",
    "--platform=node",
    "--target=node24",
    "--external:electron",
    "--sourcemap",
    "--log-level=warning",
  ];
}

/**
 * Build what is not built, or was built from other sources; a few milliseconds when nothing changed.
 * @param {string} node24
 */
export async function ensureBuilt(node24) {
  if (parts.every(isCurrent)) return;
  await oneAtATime(async () => {
    for (const part of parts) if (!isCurrent(part)) await build(part, node24);
  });
}

/** @param {Part} part */
function isCurrent({ entry, sources, result }) {
  if (!existsSync(join(root, entry))) return true;
  return readJson(join(root, result, ".built.json"))?.stamp === sourceStamp(root, sources);
}

/**
 * @param {Part} part
 * @param {string} node24
 */
async function build({ title, folder, sources, result, commands }, node24) {
  const progress = startProgress(title);
  // Taken before the build: a file saved while it runs makes the result stale, not current.
  const stamp = sourceStamp(root, sources);
  const draft = join(setupFolder, "build", folder);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });

  for (const command of commands(draft)) {
    const run = await runQuietly(node24, [...node24Flags, ...command], { cwd: root });
    if (run.code !== 0) {
      progress.end(`${title}: failed`);
      throw new Trouble(`${run.output.trim()}\n\n${title} failed; the compiler's words are above.`);
    }
  }
  writeJson(join(draft, ".built.json"), { stamp });
  // Swapped in whole: a window that is open keeps working, and an interrupted build leaves the last good one.
  rmSync(join(root, result), { recursive: true, force: true });
  renameSync(draft, join(root, result));
  progress.end();
}
