import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, loadavg } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { isAlive } from "../support/is-alive.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/**
 * What a second `npm start` may take until it is ready, set-up and build being done (the product's promise). The promise
 * is for a machine that does nothing else; other tests and other people's work stretch the time as they share the cores.
 */
const READY_WITHIN_MS = 5000;
const crowding = () => Math.max(1, loadavg()[0]! / availableParallelism());

/** Start Fourfold as `npm start -- --no-open --port 0` does, on a workspace of its own. */
async function start() {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ["scripts/start.mjs", "--no-open", "--port", "0", "--workspace", temporaryFolder()],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exit = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    const address = /^Fourfold is ready at (\S+)$/.exec(line)?.[1];
    if (address !== undefined) return { child, exit, address, readyMs: performance.now() - startedAt };
  }
  throw new Error(`npm start ended without an address, exit code ${child.exitCode}`);
}

// Processes are listed with ps, which Windows lacks; there Ctrl-C reaches every process of the console by itself.
describe.skipIf(process.platform === "win32")("npm start, once set up", () => {
  test("is ready soon, at an address that opens the app for whoever has its token", async () => {
    const { child, exit, address, readyMs } = await start();

    const entered = await fetch(address, { redirect: "manual" });
    const session = entered.headers.get("set-cookie") ?? "";
    const page = await fetch(new URL("/", address), { headers: { cookie: session.split(";")[0]! } });
    const stranger = await fetch(new URL("/", address));
    child.kill("SIGINT");
    await exit;

    expect(session).toMatch(/HttpOnly/i);
    expect({ app: page.status, html: await page.text() }).toEqual({
      app: 200,
      html: expect.stringContaining("<!doctype html>"),
    });
    expect(stranger.ok).toBe(false);
    expect(readyMs).toBeLessThan(READY_WITHIN_MS * crowding());
  });

  test.each(["SIGINT", "SIGTERM"] as const)("ends every process it started on %s", async (signal) => {
    const { child, exit } = await start();
    const started = descendantsOf(child.pid!);
    expect(started.length).toBeGreaterThan(0);

    child.kill(signal);
    const [code] = (await exit) as [number];

    // Ctrl-C is how it is meant to be stopped, so npm should have nothing to report.
    if (signal === "SIGINT") expect(code).toBe(0);
    expect(started.filter(isAlive)).toEqual([]);
  });
});

test("npm start refuses what it does not understand before it does anything", async () => {
  const child = spawn(process.execPath, ["scripts/start.mjs", "--prot", "80"], { stdio: "ignore" });

  expect(await once(child, "exit")).toEqual([2, null]);
});

function descendantsOf(pid: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const children = (parent: number): number[] =>
    rows.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}
