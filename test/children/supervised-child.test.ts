import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { SupervisedChild } from "../../core/children/supervised-child.ts";
import type { TestChild } from "./child-program.ts";

function startChild(crashes: { exit: string }[] = [], env: Record<string, string> = {}): SupervisedChild<TestChild> {
  const child = new SupervisedChild<TestChild>({
    name: "the test child",
    program: new URL("./child-program.ts", import.meta.url),
    env,
    onCrash: (crash) => crashes.push(crash),
  });
  onTestFinished(() => child[Symbol.asyncDispose]());
  return child;
}

describe("a supervised child", () => {
  test("answers calls, binary data included, and reports in order on the way", async () => {
    const child = startChild();
    const seen: number[] = [];

    expect(await child.call("echo", new Float32Array([1.5, -2]))).toEqual(new Float32Array([1.5, -2]));
    expect(await child.call("count", 3, { onProgress: (i) => seen.push(i) })).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("carries typed failures across, and defects as errors with their stack", async () => {
    const child = startChild();

    await expect(child.call("fail", {})).rejects.toMatchObject({
      failure: { code: "file_missing", details: { path: "/x" } },
    });
    await expect(child.call("bug", {})).rejects.toMatchObject({
      message: "a defect",
      stack: expect.stringContaining("child-program"),
    });
  });

  test("that aborts fails every call in flight with the reason, and comes back for the next", async () => {
    const crashes: { exit: string }[] = [];
    const child = startChild(crashes);
    const bystander = child.call("waitForStop", {});

    const failure = { code: "child_crashed", message: expect.stringContaining("GGML_ASSERT(nread <= size) failed") };
    await expect(child.call("abort", "GGML_ASSERT(nread <= size) failed")).rejects.toMatchObject({ failure });
    await expect(bystander).rejects.toMatchObject({ failure: { code: "child_crashed" } });
    expect(await child.call("count", 1)).toBe(1);
    expect(crashes).toMatchObject([{ exit: "SIGABRT" }]);
  });

  test("refuses a file that was open in two crashes, and no other", async () => {
    const child = startChild();
    for (let i = 0; i < 2; i++) await expect(child.call("abort", "dead", { suspect: "/bad.pdf" })).rejects.toThrow();

    await expect(child.call("count", 1, { suspect: "/bad.pdf" })).rejects.toMatchObject({
      failure: { code: "file_quarantined", details: { path: "/bad.pdf", crashes: 2 } },
    });
    expect(await child.call("count", 1, { suspect: "/good.pdf" })).toBe(1);
  });

  test("stops in order when it can", async () => {
    const child = startChild();
    await child.call("count", 1);
    const stop = new AbortController();
    const call = child.call("waitForStop", {}, { signal: stop.signal });
    stop.abort();

    expect(await call).toBe("stopped in order");
    expect(child.restarts).toBe(0);
  });

  test("is killed when it does not stop in time, which counts as no crash", async () => {
    const child = startChild();
    const stop = new AbortController();
    const call = child.call("hang", {}, { signal: stop.signal, stopWithinMs: 100 });
    setTimeout(() => stop.abort(), 300);

    await expect(call).rejects.toMatchObject({ failure: { code: "stopped" } });
    expect(await child.call("count", 2)).toBe(2);
    expect(child.restarts).toBe(0);
  });

  test("is killed when a call takes longer than its limit", async () => {
    await expect(startChild().call("hang", {}, { timeLimitMs: 500 })).rejects.toMatchObject({
      failure: { code: "child_stuck", details: { child: "the test child", seconds: 0.5 } },
    });
  });

  test("has a call's whole time after its program has started", { timeout: 60_000 }, async () => {
    const child = startChild([], { START_AFTER_MS: "6000" });

    expect(await child.call("wait", 6000, { timeLimitMs: 10_000 })).toBe("waited");
  });

  test("is not killed when its answer came while the engine itself was busy", async () => {
    const child = startChild();
    await child.call("count", 1);
    const { pid } = child;
    const answer = child.call("count", 2, { timeLimitMs: 3000 });
    // As a long transaction does.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3500);

    expect(await answer).toBe(2);
    expect(await child.call("count", 3)).toBe(3);
    expect(child.pid).toBe(pid);
  });

  test("ends with the engine", async () => {
    const child = startChild();
    await child.call("count", 1);
    const { pid } = child;
    await child[Symbol.asyncDispose]();

    expect(() => process.kill(pid!, 0)).toThrow(expect.objectContaining({ code: "ESRCH" }));
  });

  test("ends with an engine that is killed, even while its own thread is stuck", async () => {
    const engine = fork(new URL("./doomed-engine.ts", import.meta.url), { execArgv: [] });
    const [pid] = (await once(engine, "message")) as [number];
    engine.kill("SIGKILL");

    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  test("ends by force with an engine that cannot wait for it, which counts as no crash", async () => {
    const crashes: { exit: string }[] = [];
    const busy = startChild(crashes);
    await busy.call("count", 1);
    const hanging = busy.call("hang", {});
    await Promise.all([
      expect(hanging).rejects.toMatchObject({ failure: { code: "stopped" } }),
      busy[Symbol.asyncDispose](),
    ]);
    expect(crashes).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
