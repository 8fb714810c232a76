// `node scripts/on-node-24.mjs FILE [ARGS]`: run a file of this project on its own Node 24, whatever Node npm runs on.
// Adds nothing to stdout, and ends as FILE ends: same exit code, same signal.
import { resolve } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { runInForeground } from "./setup/children.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { node24Flags } from "./setup/node-24.mjs";
import { root, typedIn } from "./setup/places.mjs";
import { runMain, say } from "./setup/say.mjs";

runMain(async () => {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    say("Usage: node scripts/on-node-24.mjs FILE [ARGUMENTS]");
    return 2;
  }
  const { node24 } = await ensureInstalled();
  // Only `serve` shows the interface; the other commands need not wait for its build.
  if (args[0] === "serve") await ensureBuilt(node24);

  const { code } = await runInForeground(node24, [...node24Flags, resolve(root, file), ...args], { cwd: typedIn() });
  return code;
});
