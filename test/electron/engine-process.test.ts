import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { EngineState } from "../../electron/desktop-api.ts";
import { type DoorMessage, EngineProcess } from "../../electron/engine-process.ts";
import { expectEventually } from "../support/expect-eventually.ts";

// Each engine here is a real Node process running a few lines of its own.
const folder = mkdtempSync(join(tmpdir(), "fourfold-engine-process-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ready = `process.send({ engine: "ready" });`;

function startEngine(source: string, node: string | null = process.execPath) {
  const program = join(folder, `${Math.random()}.mjs`);
  writeFileSync(program, source);
  const states: EngineState[] = [];
  const messages: DoorMessage[] = [];
  const events: string[] = [];
  const engine = new EngineProcess({
    node,
    program,
    arguments: ["--workspace", folder],
    onMessage: (message) => messages.push(message),
    onReady: () => events.push("ready"),
    onEnd: () => events.push("end"),
    onState: (state) => states.push(state),
    onLog: () => {},
  });
  engine.start();
  return { engine, states, messages, events };
}

describe("the engine's process", () => {
  test("is a plain Node that gets the workspace and passes messages both ways", async () => {
    const { engine, messages, events } = startEngine(
      `process.on("message", ({ door, data }) => process.send({ door, data: [data, ...process.argv.slice(2)] })); ${ready}`,
    );
    await expectEventually(() => events).toEqual(["ready"]);
    engine.send({ door: 7, data: "question" });

    await expectEventually(() => messages).toEqual([{ door: 7, data: ["question", "--workspace", folder] }]);
    await engine[Symbol.asyncDispose]();
  });

  test("is started again after a crash, and the reason is told", async () => {
    const { engine, states, events } = startEngine(
      `${ready} process.on("message", () => { throw new Error("no luck"); });`,
    );
    await expectEventually(() => states).toEqual([{ state: "running", message: "" }]);
    engine.send({ door: 1, data: "crash" });

    await expectEventually(() => states.length).toBe(3);
    expect(states.slice(1)).toEqual([
      {
        state: "restarting",
        message: "The engine stopped unexpectedly (exit code 1: Error: no luck) and is starting again.",
      },
      { state: "running", message: "" },
    ]);
    expect(events).toEqual(["ready", "end", "ready"]);
    await engine[Symbol.asyncDispose]();
  });

  test("is given up after five crashes in a minute, in one clear sentence", async () => {
    const { states } = startEngine(`console.error("Error: no disk"); process.exit(3);`);

    await expectEventually(() => states.length).toBe(5);
    expect(states.map(({ state }) => state)).toEqual([
      "restarting",
      "restarting",
      "restarting",
      "restarting",
      "failed",
    ]);
    expect(states.at(-1)!.message).toBe(
      "The engine stopped 5 times within a minute (exit code 3: Error: no disk). Close Fourfold and open it again.",
    );
  });

  test("is not started again when it said itself that it cannot work", async () => {
    const failure = { message: "Another Fourfold holds the workspace.", action: "Close it first." };
    const news = JSON.stringify({ engine: "failed", failure });
    const { states, events } = startEngine(`process.send(${news}, () => process.exit(1));`);

    await expectEventually(() => events).toEqual(["end"]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(states).toEqual([{ state: "failed", message: "Another Fourfold holds the workspace. Close it first." }]);
  });

  test("says what is missing when there is no Node 24", () => {
    const { states } = startEngine(ready, null);

    expect(states).toEqual([
      {
        state: "failed",
        message: "Fourfold's engine needs Node 24. Run npm start once to fetch it, then open Fourfold again.",
      },
    ]);
  });

  test("ends when asked, although it would rather not", async () => {
    const { engine, events } = startEngine(`process.on("disconnect", () => setInterval(() => {}, 1000)); ${ready}`);
    await expectEventually(() => events).toEqual(["ready"]);
    const asked = Date.now();
    await engine[Symbol.asyncDispose]();

    expect(Date.now() - asked).toBeLessThan(5000);
  });
});
