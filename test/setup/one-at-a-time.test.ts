import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { oneAtATime } from "../../scripts/setup/one-at-a-time.mjs";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("two set-ups in one folder", () => {
  test("run one after the other, and leave nothing behind", async () => {
    const place = join(temporaryFolder(), "running");
    const other = spawn(process.execPath, ["--input-type=module", "-e", holdFor(600, place)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    const waitedFrom = performance.now();

    const answer = await oneAtATime(async () => "done", place);

    expect(answer).toBe("done");
    expect(performance.now() - waitedFrom).toBeGreaterThan(400);
    expect(existsSync(place)).toBe(false);
  });

  test("do not wait for one that was killed", async () => {
    const place = join(temporaryFolder(), "running");
    const other = spawn(process.execPath, ["--input-type=module", "-e", holdFor(60_000, place)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    other.kill("SIGKILL");
    await once(other, "exit");

    expect(await oneAtATime(async () => "done", place)).toBe("done");
  });

  test("wait for what a killed one had started and left running", async () => {
    const place = join(temporaryFolder(), "running");
    const orphan = spawn(process.execPath, ["-e", "setTimeout(() => {}, 700)"], { stdio: "ignore" });
    // 2^22 is the largest process number Linux gives: nobody's.
    writeFileSync(place, `4194304\n${orphan.pid}\n`);

    await oneAtATime(async () => {}, place);

    expect(orphan.exitCode).toBe(0);
  });

  test("make room for the next when one fails", async () => {
    const place = join(temporaryFolder(), "running");

    await expect(oneAtATime(() => Promise.reject(new Error("no space")), place)).rejects.toThrow("no space");
    expect(await oneAtATime(async () => "done", place)).toBe("done");
  });
});

/** A program that holds `place` for a while and says when it has it. */
function holdFor(milliseconds: number, place: string): string {
  const module = new URL("../../scripts/setup/one-at-a-time.mjs", import.meta.url).href;
  return `
    import { oneAtATime } from ${JSON.stringify(module)};
    await oneAtATime(async () => { console.log("held"); await new Promise((done) => setTimeout(done, ${milliseconds})); }, ${JSON.stringify(place)});
  `;
}
