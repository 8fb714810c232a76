import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type BrowserContext, chromium as playwright, type Locator, type Page } from "playwright-core";
import { chromium, chromiumArgs } from "./chromium.ts";

const root = resolve(import.meta.dirname, "../..");
/** Kept as an output of CI, so that a person can look at what passed. */
const output = join(root, "test-output");

/** `fourfold serve` on a workspace; the address is good for one entrance, and the engine ends with the test. */
export async function serveWorkspace(workspace: string): Promise<{ address: string } & AsyncDisposable> {
  const program = spawn(process.execPath, ["cli/main.ts", "serve", "--workspace", workspace, "--no-open"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(program.stdout)) {
    const address = /http:\/\/127\.0\.0\.1:\S+/.exec(line)?.[0];
    if (address !== undefined) return { address, [Symbol.asyncDispose]: () => end(program) };
  }
  throw new Error("The server ended before it printed its address.");
}

async function end(program: ChildProcess): Promise<void> {
  const ended = once(program, "exit");
  program.kill("SIGTERM");
  await ended;
}

export interface Visit extends AsyncDisposable {
  page: Page;
  /** What the page's console and scripts complained about. */
  errors: string[];
  /** Whom the page asked for anything. */
  hosts: Set<string>;
  keepScreenshot(name: string): Promise<void>;
}

/** A browser of its own that remembers whom it talked to and what went wrong. */
export async function openBrowser(
  address: string,
  { colorScheme = "light", width = 1440 }: { colorScheme?: "light" | "dark"; width?: number } = {},
): Promise<Visit> {
  const browser = await playwright.launch({ executablePath: chromium!, headless: true, args: chromiumArgs });
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const watched = watch(context);
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole("banner").waitFor({ timeout: 60_000 });
  return {
    page,
    ...watched,
    async keepScreenshot(name) {
      mkdirSync(output, { recursive: true });
      writeFileSync(join(output, name), await page.screenshot());
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function watch(context: BrowserContext): { errors: string[]; hosts: Set<string> } {
  const errors: string[] = [];
  const hosts = new Set<string>();
  context.on("request", (request) => {
    const url = new URL(request.url());
    // Pictures inside the page's own style sheets are not requests to anybody.
    if (url.protocol !== "data:" && url.protocol !== "blob:") hosts.add(url.host);
  });
  context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  context.on("weberror", (error) => errors.push(error.error().message));
  return { errors, hosts };
}

export const region = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });

/** Ask in the question box and wait until every arm has its answer. */
export async function ask(page: Page, words: string): Promise<void> {
  await page.getByRole("textbox", { name: "Question" }).fill(words);
  await page.keyboard.press("Enter");
  await page.getByText("All answers are there.").waitFor({ state: "attached", timeout: 60_000 });
}

/** The answer that stands in the pane of an arm, as its reader sees it. */
export async function answerOf(page: Page, arm: string): Promise<string> {
  const paragraphs = page.getByRole("group", { name: `Answer of ${arm}` }).getByRole("paragraph");
  return (await paragraphs.allTextContents()).join("\n").trim();
}
