// `npm run check`: everything that can be said about the code without running it. Silent when all is well.
import { join } from "node:path";
import process from "node:process";
import "./setup/old-node.mjs";
import { runQuietly } from "./setup/children.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { node24Flags } from "./setup/node-24.mjs";
import { root } from "./setup/places.mjs";
import { runMain, say } from "./setup/say.mjs";

const checks = [
  { name: "types", script: "node_modules/typescript/bin/tsc", args: ["-b"] },
  { name: "lint", script: "node_modules/oxlint/bin/oxlint", args: ["--deny-warnings"] },
  { name: "format (npm run format puts it right)", script: "node_modules/oxfmt/bin/oxfmt", args: ["--check"] },
  { name: "walls", script: "node_modules/vitest/vitest.mjs", args: ["run", "test/architecture.test.ts"] },
  { name: "unused code", script: "node_modules/knip/bin/knip.js", args: ["--no-progress"] },
  { name: "notices (npm run notices puts it right)", script: "scripts/notices.mjs", args: ["--check"] },
];

runMain(async () => {
  const { node24 } = await ensureInstalled();
  const results = await Promise.all(
    checks.map(async ({ name, script, args }) => {
      const run = await runQuietly(node24, [...node24Flags, join(root, script), ...args], { cwd: root });
      return { name, ...run };
    }),
  );
  const failed = results.filter(({ code }) => code !== 0);
  for (const { name, output } of failed) say(`── ${name}\n${output.trim()}\n`);
  if (failed.length > 0) process.stderr.write(`Not well: ${failed.map(({ name }) => name).join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
});
