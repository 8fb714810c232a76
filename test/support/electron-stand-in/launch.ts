import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { isAlive } from "../is-alive.ts";
import type * as StandInModule from "./electron.ts";
import { folderVariable } from "./folder-variable.ts";

/** What a test holds of a running desktop app, be it Electron's or the stand-in's; the names are Playwright's. */
export interface DesktopApp {
  page: Page;
  pid: number;
  /** Runs a function in the main process; it may use nothing but its two arguments, and returns plain data. */
  evaluate: <Result, Value = undefined>(
    run: (electron: typeof StandInModule, value: Value) => Result | Promise<Result>,
    value?: Value,
  ) => Promise<Result>;
  /** Quits as the user would, and resolves when the main process has ended. */
  close: () => Promise<{ code: number | null }>;
}

interface Ready {
  kind: string;
  endpoint: string;
  chromiumPid: number;
}

const PATIENCE_MS = 20_000;

export interface LaunchOptions {
  /** The built main.js. */
  main: string;
  arguments?: string[];
  environment?: Record<string, string>;
}

/** Starts a built main.js on the stand-in: the counterpart of Playwright's `_electron.launch`. */
export async function launchOnStandIn(options: LaunchOptions): Promise<DesktopApp> {
  const child = startOnStandIn(options);
  try {
    const { endpoint, chromiumPid } = await child.ready;
    // Without isLocal, file inputs are filled with bytes and lose their path.
    const browser = await chromium.connectOverCDP(endpoint, { isLocal: true });
    const page = await firstPage(() => browser.contexts()[0]?.pages() ?? []);
    return {
      page,
      pid: child.process.pid!,
      evaluate: child.evaluate,
      async close() {
        void child.evaluate(({ app }) => app.quit()).catch(() => {});
        const ended = await child.ended;
        await browser.close().catch(() => {});
        await endChromium(chromiumPid);
        child.removeFolder();
        return ended;
      },
    };
  } catch (error) {
    child.process.kill();
    await child.ended;
    child.removeFolder();
    throw new Error(`The app did not start: ${String(error)}\n${child.said()}`, { cause: error });
  }
}

/** The bare process, for starts that are not meant to show a window. */
export function startOnStandIn({ main, arguments: list = [], environment = {} }: LaunchOptions) {
  const folder = mkdtempSync(join(tmpdir(), "fourfold-electron-stand-in-"));
  const started = fork(main, list, {
    execPath: process.execPath,
    execArgv: ["--import", new URL("./register.ts", import.meta.url).href],
    env: { ...process.env, ...environment, [folderVariable]: folder },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let said = "";
  for (const stream of [started.stdout!, started.stderr!]) {
    stream.on("data", (part: Buffer) => (said = (said + part.toString()).slice(-20_000)));
  }
  const ended = new Promise<{ code: number | null }>((resolve) => started.once("exit", (code) => resolve({ code })));
  const ready = new Promise<Ready>((resolve, reject) => {
    started.on("message", (message: Ready) => {
      if (message.kind === "ready") resolve(message);
    });
    void ended.then(({ code }) => reject(new Error(`It ended with ${code}.`)));
    setTimeout(() => reject(new Error("It took too long.")), PATIENCE_MS).unref();
  });
  ready.catch(() => {});
  return {
    process: started,
    ready,
    ended,
    evaluate: evaluator(started, ended),
    said: () => said,
    removeFolder: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

/** Chromium ends with the stand-in, but not with one that was killed; until it has, it writes into its profile. */
async function endChromium(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid) && tries < 100; tries++) {
    if (tries % 20 === 0) process.kill(pid, tries === 0 ? "SIGTERM" : "SIGKILL");
    await wait(50);
  }
}

function evaluator(child: ChildProcess, ended: Promise<unknown>): DesktopApp["evaluate"] {
  let nextId = 1;
  return (run, value) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      const receive = (message: { kind: string; id: number; value: never; error?: string }): void => {
        if (message.kind !== "evaluated" || message.id !== id) return;
        child.off("message", receive);
        if (message.error === undefined) resolve(message.value);
        else reject(new Error(message.error));
      };
      child.on("message", receive);
      void ended.then(() => reject(new Error("The app has ended.")));
      if (child.connected) child.send({ id, text: String(run), value });
    });
}

/** Polls: the page may be listed already, still blank, and then no "page" event comes. */
async function firstPage(pages: () => Page[]): Promise<Page> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(25)) {
    const page = pages().find((candidate) => candidate.url().includes(".app.localhost/"));
    if (page === undefined) continue;
    await page.waitForLoadState("load");
    return page;
  }
  throw new Error("No window appeared.");
}
