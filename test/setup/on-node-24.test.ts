import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { isAlive } from "../support/is-alive.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Run a program the way `npm run fourfold` runs the command line, on whatever Node runs npm. */
function runOnNode24(program: string, args: string[] = []) {
  const file = join(temporaryFolder(), "program.ts");
  writeFileSync(file, program);
  const child = spawn(process.execPath, ["scripts/on-node-24.mjs", file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, stdout: text(child.stdout), stderr: text(child.stderr), exit: once(child, "exit") };
}

describe("a program run on Node 24", () => {
  test("is TypeScript as it is, gets its arguments, and has stdout to itself", async () => {
    const run = runOnNode24(
      "const [major]: string[] = process.versions.node.split('.'); console.log(major, process.argv.slice(2).join('|'));",
      ["ask", "two words", "--json"],
    );

    expect(await run.stdout).toMatch(/^2[4-9] ask\|two words\|--json\n$/);
    expect(await run.stderr).toBe("");
    expect(await run.exit).toEqual([0, null]);
  });

  test.each([0, 1, 2, 77])("passes its exit code on: %i", async (code) => {
    expect(await runOnNode24(`process.exit(${code})`).exit).toEqual([code, null]);
  });

  test.skipIf(process.platform === "win32")("that a signal ended counts as shells count it", async () => {
    expect(await runOnNode24("process.kill(process.pid, 'SIGKILL')").exit).toEqual([137, null]);
  });

  test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
    "gets the %s its starter gets, once, and is waited for",
    async (signal) => {
      const run = runOnNode24(`
        let received = 0;
        process.on("${signal}", () => { received++; setTimeout(() => { console.log("received", received); process.exit(5); }, 200); });
        setInterval(() => {}, 1000);
        console.log(process.pid);
      `);
      const [first] = (await once(run.child.stdout, "data")) as [Buffer];

      run.child.kill(signal);
      // As npm does, which passes on what the terminal has already delivered.
      run.child.kill(signal);

      expect(await run.exit).toEqual([5, null]);
      expect(await run.stdout).toContain("received 1");
      expect(isAlive(Number(first.toString()))).toBe(false);
    },
  );

  // What `kill` on npm does: the shell in between ends, and says nothing to what it started.
  test.skipIf(process.platform === "win32")("ends when the npm that started it was killed", async () => {
    const file = join(temporaryFolder(), "program.ts");
    writeFileSync(file, "console.log(process.pid); setInterval(() => {}, 1000);");
    const shell = spawn("sh", ["-c", `"${process.execPath}" scripts/on-node-24.mjs "${file}"; true`], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, npm_lifecycle_event: "start" },
    });
    const [first] = (await once(shell.stdout, "data")) as [Buffer];

    shell.kill("SIGKILL");

    await expect.poll(() => isAlive(Number(first.toString())), { timeout: 10_000 }).toBe(false);
  });
});
