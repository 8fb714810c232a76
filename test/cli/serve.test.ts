import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { AskReport } from "../../core/contract/index.ts";
import { httpClient } from "../../core/serve/clients.ts";
import { readHolder } from "../../core/store/hold-workspace.ts";
import { openStoreForReading } from "../../core/store/open-store.ts";
import { childrenOf } from "../support/children-of.ts";
import { isAlive } from "../support/is-alive.ts";
import { cliWorkspace } from "../support/cli-workspace.ts";
import { openEngine } from "../support/open-engine.ts";
import { onlyObject, type RunningCli, runCli, startCli } from "../support/run-cli.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const folder = fileFolder();
const { workspace, slow, here, prepare } = cliWorkspace(folder);
const QUESTION = "How many vacation days do employees get at Tarnholm Works?";

beforeAll(prepare);

describe("fourfold serve", () => {
  async function serve(own: string): Promise<RunningCli & { address: string }> {
    const running = startCli(["serve", "--workspace", own, "--json"]);
    const { address } = JSON.parse(await running.firstLine) as { address: string };
    return { ...running, address };
  }
  const clientOf = (own: string) => httpClient(readHolder(own).door!);
  const startedAnswers = (own: string): number =>
    openStoreForReading(own).prepare<[], number>("SELECT count(*) FROM comparison").pluck().get()!;

  test("answers a browser, and ends with all its children at Ctrl-C", async () => {
    const own = join(temporaryFolder(), "workspace");
    const { process: server, address, ended } = await serve(own);
    expect((await fetch(address, { redirect: "manual" })).status).toBe(303);
    const client = clientOf(own);
    await until("the samples are there", async () => (await client.workspace.settings({})).collectionId !== null);
    const { children } = await client.workspace.status({});
    const pids = childrenOf(server.pid!);
    expect(pids).toEqual(expect.arrayContaining(children.flatMap(({ pid }) => pid ?? [])));
    expect(pids.length).toBeGreaterThanOrEqual(3);
    const watching = await client.workspace.watch({});
    const watched = watching.next().then(
      () => "a change",
      () => "the end",
    );
    server.kill("SIGINT");

    expect((await ended).code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(join(own, "engine.json"))).toBe(false);
    expect(await watched).toBe("the end");
    expect(readFileSync(join(own, "logs", "engine.log"), "utf8")).not.toContain("internal error");
  });

  test("ends in order while the samples are still being imported", async () => {
    const own = join(temporaryFolder(), "workspace");
    const { process: server, ended } = await serve(own);
    server.kill("SIGTERM");

    expect(await ended).toMatchObject({ code: 0, stderr: "" });
    await using again = await openEngine({ workspace: own });
    await again.engine.prepareSamples();
    expect(await again.client.collections.list({})).toMatchObject([{ documentCount: 12 }]);
  });

  test("lets a second process in: its commands run through the engine that is there", async () => {
    const { address } = await serve(workspace);
    const { port } = new URL(address);
    const asked = await runCli(here("ask", QUESTION, "--seed", "4", "--json"));
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(AskReport.parse(onlyObject(asked.stdout)).arms.map(({ failure }) => failure)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect((await runCli(here("demo"))).code).toBe(0);

    const failed = await runCli(here("ask", QUESTION, "--model", join(folder, "nowhere.gguf"), "--json"));
    expect(failed.code).toBe(2);
    expect(onlyObject(failed.stdout).failure.code).toBe("file_missing");
    const second = await runCli(here("serve"));
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(
      new RegExp(
        `^Fourfold already serves this workspace at http://127.0.0.1:${port}/\\?token=\\S+ \\(process \\d+\\)\\.\n$`,
      ),
    );
    // It lets another browser in, which has no session of the first one.
    const entered = await fetch(/http\S+/.exec(second.stdout)![0], { redirect: "manual" });
    expect([entered.status, entered.headers.get("set-cookie")?.includes("HttpOnly")]).toEqual([303, true]);
  });

  test("says who holds a workspace that cannot be spoken to", async () => {
    const desktop = fork(new URL("../../core/main.ts", import.meta.url), ["--workspace", workspace], { execArgv: [] });
    onTestFinished(() => void desktop.kill("SIGKILL"));
    await until("the desktop's engine is up", () => new Promise((ready) => desktop.once("message", () => ready(true))));
    const { code, stdout } = await runCli(here("ask", QUESTION, "--json"));
    const ended = new Promise((done) => desktop.once("exit", done));
    desktop.disconnect();
    await ended;

    expect(code).toBe(1);
    expect(onlyObject(stdout).failure).toMatchObject({
      code: "workspace_held",
      message: `The workspace ${workspace} is in use by another Fourfold (desktop, process ${desktop.pid}).`,
    });
  });

  test("refuses a port that another program uses, in words", async () => {
    const { address } = await serve(join(temporaryFolder(), "one"));
    const words = ["serve", "--port", new URL(address).port, "--workspace", join(temporaryFolder(), "two"), "--json"];
    const { code, stdout } = await runCli(words);

    expect(code).toBe(1);
    expect(onlyObject(stdout).failure.code).toBe("port_unavailable");
  });

  const askSlowly = ["ask", "Tell me more.", "--model", slow, "--arms", "base,rag", "--max-tokens", "6000", "--json"];

  test.each([
    ["in its own engine", false],
    ["through another's engine", true],
  ])("Ctrl-C stops a question %s and shows what there was", async (_where, attached) => {
    if (attached) await serve(workspace);
    const before = startedAnswers(workspace);
    const { process: asking, ended } = startCli(here(...askSlowly));
    await until("the question has begun", () => startedAnswers(workspace) > before);
    await new Promise((resolve) => setTimeout(resolve, 300));
    asking.kill("SIGINT");
    const { code, stdout, stderr } = await ended;

    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(AskReport.parse(onlyObject(stdout)).arms).toMatchObject([
      { arm: "base", stopReason: "stopped" },
      { arm: "rag", stopReason: "stopped", text: "" },
    ]);
  });

  test("that dies under a question is named as the reason", async () => {
    const { process: server } = await serve(workspace);
    const before = startedAnswers(workspace);
    const asking = startCli(here(...askSlowly));
    await until("the question has begun", () => startedAnswers(workspace) > before);
    server.kill("SIGKILL");
    const { code, stdout, stderr } = await asking.ended;

    expect(code).toBe(1);
    expect(onlyObject(stdout).failure).toMatchObject({
      code: "child_crashed",
      action: "Run the command again; it then opens the workspace itself.",
    });
    expect(stderr).not.toContain("    at ");
  });
});
