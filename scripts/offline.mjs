// `npm run test:offline`: the proof that Fourfold needs no network after set-up. The demo and the browser journey run in
// a network namespace that has loopback and nothing else. `npm run test:offline -- COMMAND ARGS` runs any command there.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { runInForeground } from "./setup/children.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { node24Flags } from "./setup/node-24.mjs";
import { offlineCommand, whyNotOffline } from "./setup/offline-namespace.mjs";
import { root } from "./setup/places.mjs";
import { runMain, say } from "./setup/say.mjs";

runMain(async () => {
  const given = process.argv.slice(2);
  const { node24 } = await ensureInstalled();
  await ensureBuilt(node24);
  const reason = whyNotOffline();
  if (reason !== null) {
    say(`Skipped: ${reason}.`);
    return 0;
  }
  if (given.length > 0) return runOffline(given);

  // A workspace of its own: the demo must import its documents here and now, not find them imported.
  const workspace = mkdtempSync(join(tmpdir(), "fourfold-offline-"));
  try {
    const demo = await runOffline([node24, ...node24Flags, "cli/main.ts", "demo", "--workspace", workspace]);
    return demo || (await runOffline([node24, ...node24Flags, "node_modules/vitest/vitest.mjs", "run", "test/app"]));
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
});

/** @param {string[]} line */
async function runOffline([command = "", ...args]) {
  say(`Without a network: ${[basename(command), ...args].join(" ")}`);
  const inside = offlineCommand(command, args);
  const { code } = await runInForeground(inside.command, inside.args, { cwd: root });
  return code;
}
