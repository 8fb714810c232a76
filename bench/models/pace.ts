import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../claim.ts";
import type { Bench } from "./models-bench.ts";

const REPEATS = 3;
const program = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** How long somebody waits who has just installed it. */
export const pace: Bench = {
  name: "demo",
  summary: "from `demo` in a new workspace to its four answers",
  measure: async ({ scratch, say }) => {
    const seconds: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      say(`demo ${repeat + 1} of ${REPEATS}`);
      const started = performance.now();
      const workspace = join(scratch, `workspace-${repeat}`);
      const demo = spawn(process.execPath, [...process.execArgv, program, "demo", "--workspace", workspace], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      const [code] = (await once(demo, "exit")) as [number | null];
      if (code !== 0) throw new Error(`demo ended with exit code ${code}.`);
      seconds.push((performance.now() - started) / 1000);
    }
    const how = `the command with samples imported, model loaded and measured, four answers; median of ${REPEATS} new workspaces`;
    return {
      shares: [],
      times: [
        { name: "demo", value: median(seconds), p95: Math.max(...seconds), unit: "s", goal: { atMost: 15 }, how },
      ],
    };
  },
};
