// hnswlib-node has no prebuilt binaries: it is compiled here, by node-gyp, with the headers the Node package carries.
// Without a compiler Fourfold works all the same (exact search serves), so a failure is a note and never an error.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runQuietly } from "./children.mjs";
import { findNodeHeaders, installedVersion } from "./node-24.mjs";
import { npmCommand } from "./npm.mjs";
import { notesFolder, root, setupFolder } from "./places.mjs";
import { readJson, writeJson } from "./stamp.mjs";

const note = join(notesFolder, "hnswlib.json");
const log = join(setupFolder, "hnswlib-build.log");

/** @type {[pattern: RegExp, reason: string][]} */
const reasons = [
  [/find Python|Python is not set|python.*not found/i, "Python 3 was not found"],
  [/not found: make|make.*ENOENT/i, "make was not found"],
  [/(g\+\+|c\+\+|cc1plus|clang\+\+)[^\n]*(not found|No such file)/i, "no C++ compiler was found"],
  [/find Visual Studio|find VS/i, "no C++ compiler (Visual Studio Build Tools) was found"],
  [/xcode-select|CommandLineTools/i, "no C++ compiler (Xcode command line tools) was found"],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/,
    "Node's C headers were neither installed nor downloadable",
  ],
];

/** Why a build failed, in a few words. */
export function explainBuildFailure(output) {
  const known = reasons.find(([pattern]) => pattern.test(output));
  return known ? known[1] : "it did not compile";
}

/**
 * Compile hnswlib-node, check that it loads, and write down what came of it for `doctor`.
 * @param {string} node24
 * @returns {Promise<{ built: boolean, reason: string | null }>}
 */
export async function buildHnswlib(node24) {
  if (installedVersion("hnswlib-node") === null) return record({ built: false, reason: "npm did not install it" });

  const npm = npmCommand();
  const headers = findNodeHeaders(node24);
  // Said twice: npm 11 announces that it will stop passing on flags it does not know, older node-gyps know no other way.
  const build = await runQuietly(
    npm.command,
    [
      ...npm.args,
      "rebuild",
      "hnswlib-node",
      "--ignore-scripts=false",
      "--foreground-scripts",
      // `npm run -s` passes its silence on through the environment, and with it the reason would be lost.
      "--loglevel=error",
      ...(headers ? [`--nodedir=${headers}`] : []),
    ],
    {
      cwd: root,
      shell: npm.shell,
      env: headers ? { ...process.env, npm_package_config_node_gyp_nodedir: headers } : process.env,
    },
  );
  mkdirSync(setupFolder, { recursive: true });
  writeFileSync(log, build.output);
  if (build.code !== 0) return record({ built: false, reason: explainBuildFailure(build.output) });

  const load = await runQuietly(node24, ["-e", 'require("hnswlib-node")'], { cwd: root });
  return record(
    load.code === 0 ? { built: true, reason: null } : { built: false, reason: "it compiled but does not load" },
  );
}

/** What the last set-up found, or null when none has tried. */
export function hnswlibNote() {
  return readJson(note);
}

function record(result) {
  writeJson(note, {
    ...result,
    version: installedVersion("hnswlib-node"),
    log: result.built ? null : ".setup/hnswlib-build.log",
  });
  return result;
}
