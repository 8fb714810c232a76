// `npm run setup`: everything `npm start` would do before it starts. Safe to run again at any
// time; tries again what needed a compiler and found none.
import "./setup/old-node.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureInstalled, retryHnswlib } from "./setup/install.mjs";
import { runMain, say } from "./setup/say.mjs";

runMain(async () => {
  const { node24 } = await ensureInstalled();
  await retryHnswlib(node24);
  await ensureBuilt(node24);
  say("Set-up is complete.");
});
