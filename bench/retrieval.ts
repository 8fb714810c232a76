import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * `npm run bench:retrieval -- [quality] [speed] [OPTIONS]`: how well passages are found, and how fast; both when none is
 * named. Options belong to the part that is named, or to `quality`.
 */
const parts: Record<string, [program: string, ...args: string[]]> = {
  quality: ["retrieval-quality.ts"],
  speed: ["main.ts", "retrieval-speed"],
};

const given = process.argv.slice(2);
const named = given.filter((argument) => Object.hasOwn(parts, argument));
const options = given.filter((argument) => !Object.hasOwn(parts, argument));
const chosen = named.length > 0 ? named : options.length > 0 ? ["quality"] : Object.keys(parts);
for (const name of chosen) {
  const [program, ...args] = parts[name]!;
  const run = spawnSync(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, program), ...args, ...options],
    { stdio: "inherit" },
  );
  if (run.status !== 0) process.exitCode = run.status ?? 1;
}
