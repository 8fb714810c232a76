// `npm run test:offline`: the proof that Fourfold needs no network after set-up. The demo and the browser journey run in
// a network namespace that has loopback and nothing else. `npm run test:offline -- COMMAND ARGS` runs any command there.
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
  const onNode24 = (...args) => [node24, ...node24Flags, ...args];
  const proofs =
    given.length > 0
      ? [given]
      : [onNode24("cli/main.ts", "demo"), onNode24("node_modules/vitest/vitest.mjs", "run", "test/app")];
  for (const [command = "", ...args] of proofs) {
    say(`Without a network: ${[command === node24 ? "node" : command, ...args].join(" ")}`);
    const inside = offlineCommand(command, args);
    const { code } = await runInForeground(inside.command, inside.args, { cwd: root });
    if (code !== 0) return code;
  }
  return 0;
});
