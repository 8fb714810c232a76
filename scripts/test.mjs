// `npm test [-- VITEST ARGUMENTS]`: set up if needed, build if stale, run the tests on Node 24, and end with one line,
// `N passed, N failed, N skipped`. `npm run test:quick` leaves out what needs model weights or a browser.
import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { ensureBuilt } from "./setup/build.mjs";
import { exitCodeFor, runInForeground } from "./setup/children.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { node24Flags } from "./setup/node-24.mjs";
import { root } from "./setup/places.mjs";
import { Trouble, runMain, say } from "./setup/say.mjs";
import { readJson } from "./setup/stamp.mjs";
import { countTests } from "./setup/test-counts.mjs";

const report = join(root, "test-output", "vitest.json");

runMain(async () => {
  const isQuick = process.argv.includes("--quick");
  const args = process.argv.slice(2).filter((arg) => arg !== "--quick");
  const { node24 } = await ensureInstalled().catch(lastLineAfterTrouble);
  await ensureBuilt(node24).catch(lastLineAfterTrouble);

  rmSync(report, { force: true });
  const { code, stoppedBy } = await runInForeground(
    node24,
    [
      ...node24Flags,
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...(isQuick ? ["--exclude=test/model/**", "--exclude=test/app/**", "--exclude=test/setup/**"] : []),
      ...args,
    ],
    { cwd: root, env: withoutDisplay(process.env) },
  );
  const counts = countTests(readJson(report), code);
  if (counts.outside > 0) say(`${counts.outside} failed outside any test: see above.`);
  writeLastLine(counts);
  return stoppedBy === null ? code : exitCodeFor(stoppedBy);
});

/**
 * A set-up that fails counts as one failure, so that the last line is there to be read in any case.
 * @param {unknown} error
 * @returns {never}
 */
function lastLineAfterTrouble(error) {
  if (error instanceof Trouble) {
    say(error.message);
    writeLastLine({ passed: 0, failed: 1, skipped: 0 });
    process.exit(1);
  }
  throw error;
}

/** @param {{ passed: number, failed: number, skipped: number }} counts */
function writeLastLine({ passed, failed, skipped }) {
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

/**
 * Tests never open a window: without a display none can, even by mistake.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutDisplay({ DISPLAY: _, WAYLAND_DISPLAY: __, ...env }) {
  return env;
}
