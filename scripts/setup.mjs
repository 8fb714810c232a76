// `npm run setup`: everything `npm start` would do before it starts. Safe to run again at any time.
import "./setup/old-node.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { runMain, say } from "./setup/say.mjs";

runMain(async () => {
  const { node24 } = await ensureInstalled();
  await ensureBuilt(node24);
  say("Set-up is complete.");
});
