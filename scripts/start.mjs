// `npm start`: set up if needed, then open the workbench, in a window where there can be one and else in the browser.
import { join, resolve } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { runInForeground } from "./setup/children.mjs";
import { fetchElectron, installedElectron, rememberedFailure } from "./setup/electron-binary.mjs";
import { chooseFace, hasDisplay, sandboxWorks, whyNoWindow } from "./setup/face.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { node24Flags } from "./setup/node-24.mjs";
import { root, typedIn } from "./setup/places.mjs";
import { runMain, say } from "./setup/say.mjs";
import { readStartOptions, startUsage } from "./setup/start-options.mjs";

/** @typedef {import("./setup/start-options.mjs").StartOptions} StartOptions */

runMain(async () => {
  const options = readStartOptions(process.argv.slice(2));
  if ("problem" in options) {
    say(`${options.problem}\n${startUsage}`);
    return 2;
  }
  if (options.help) {
    say(startUsage);
    return 0;
  }
  const { node24 } = await ensureInstalled();
  await ensureBuilt(node24);

  const world = await lookAround(options, node24);
  const choice = chooseFace(world);
  if (choice.face === "browser" && !options.asked)
    say(`No desktop window: ${choice.reason}. Serving the same app to the browser.`);
  const { code, stoppedBy } = await (choice.face === "electron"
    ? openWindow(choice.binary, options, node24)
    : serve(options, node24));
  // Ctrl-C is how a server is stopped: not a failure, which npm would report at length.
  return stoppedBy === "SIGINT" ? 0 : code;
});

/**
 * @param {StartOptions} options
 * @param {string} node24
 * @returns {Promise<import("./setup/face.mjs").World>}
 */
async function lookAround({ asked, desktop }, node24) {
  let electronBinary = installedElectron();
  const world = {
    platform: process.platform,
    env: process.env,
    uid: process.getuid?.(),
    userNamespaces: sandboxWorks(electronBinary),
    asked,
  };
  let electronMissing = rememberedFailure() ?? undefined;
  const isWorthFetching = electronBinary === null && whyNoWindow(world) === null;
  if (isWorthFetching && (electronMissing === undefined || desktop)) {
    const fetched = await fetchElectron(node24);
    electronBinary = fetched.binary;
    if (fetched.binary === null) electronMissing = fetched.reason;
  }
  return { ...world, electronBinary, electronMissing };
}

/** @param {string} binary @param {StartOptions} options @param {string} node24 */
function openWindow(binary, { workspace }, node24) {
  // Set by editors that are Electron apps themselves; it would turn ours into a plain Node.
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return runInForeground(binary, [".", ...workspaceOption(workspace)], {
    cwd: root,
    env: { ...env, FOURFOLD_NODE: node24 },
  });
}

/** @param {StartOptions} options @param {string} node24 */
function serve({ port, noOpen, workspace }, node24) {
  return runInForeground(node24, [
    ...node24Flags,
    join(root, "cli", "main.ts"),
    "serve",
    // Without a display, xdg-open would start a text browser behind this one's back.
    noOpen || !hasDisplay(process) ? "--no-open" : "--open",
    ...(port === undefined ? [] : ["--port", port]),
    ...workspaceOption(workspace),
  ]);
}

/** @param {string | undefined} workspace */
function workspaceOption(workspace) {
  return workspace === undefined ? [] : ["--workspace", resolve(typedIn(), workspace)];
}
