import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { chromium as playwright, type Locator, type Page } from "playwright-core";
import { expect, test } from "vitest";
import { chromium, chromiumArgs } from "../support/chromium.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");
/** Kept as an output of CI, so that a person can look at what passed. */
const output = join(root, "test-output");

/** In none of the pairs; what the adapter has to have learnt is the form. */
const question = "What is the warranty on the TW-45?";

describeInBrowser("an adapter made in the browser", () => {
  test("drop pairs, read what is wrong with them, plan, train, compare", { timeout: 150_000 }, async () => {
    await using server = await serve(temporaryFolder());
    await using visit = await open(server.address);
    const { page } = visit;

    // Dropped where documents go, it is asked about instead of refused.
    await page.getByLabel("Files to add").setInputFiles(datasetFile("tickets.jsonl", [...shortPairs(150), "{ broken"]));
    await page.getByRole("button", { name: "Train with it" }).click();

    const dataset = region(page, "Dataset");
    await dataset.getByText("1 line cannot be read").waitFor();
    expect(await dataset.getByText("All of the answers are JSON objects").count()).toBe(1);
    expect(page.url()).toContain("#train");

    // Nothing is left out without the user's word.
    const plan = region(page, "Plan");
    const makePlan = plan.getByRole("button", { name: "See what it takes" });
    expect(await makePlan.isDisabled()).toBe(true);
    await dataset.getByLabel("Train without this line").check();

    await type(page, "Learning rate", "fast");
    await page.getByText("A number above 0, at most 1.").waitFor();
    await type(page, "Learning rate", "3e-3");
    await page.getByRole("button", { name: "More settings" }).click();
    await type(page, "Tokens per step", "256");
    await makePlan.click();
    await plan.getByText(/^\d+ steps, (about|under)/).waitFor({ timeout: 60_000 });
    await dataset.getByText("tokens per example").waitFor();

    await plan.getByRole("button", { name: "Start training" }).click();
    const run = region(page, "Run");
    await run.getByText(/^Step \d+ of \d+/).waitFor({ timeout: 60_000 });

    // A run is the engine's: a page that is loaded anew finds it again.
    await page.reload();
    await run.getByText("Training", { exact: true }).waitFor();
    await visit.keepScreenshot("training-running.png");

    await run.getByText("Finished", { exact: true }).waitFor({ timeout: 100_000 });
    const [before, after] = await lossesOf(run, "Test, never seen");
    expect(after).toBeLessThan(before! / 10);
    await visit.keepScreenshot("training-finished.png");

    await run.getByRole("button", { name: "Compare with it" }).click();
    await page.getByRole("button", { name: "Adapter: tickets" }).waitFor();
    expect(page.url()).toContain("#compare");
    await ask(page, question);

    expect(JSON.parse(await answerOf(page, "Adapter"))).toMatchObject({ answer: expect.any(String) });
    expect(await answerOf(page, "Base")).not.toContain("{");
    expect(visit.errors).toEqual([]);
  });

  test("a dataset without examples is refused in words", { timeout: 90_000 }, async () => {
    await using server = await serve(temporaryFolder());
    await using visit = await open(`${server.address}#train`);
    const { page } = visit;

    await page.getByLabel("Dataset file").setInputFiles(datasetFile("empty.jsonl", []));

    await region(page, "Dataset").getByRole("alert").getByText("empty.jsonl holds no examples.").waitFor();
    expect(await region(page, "Plan").getByRole("button", { name: "See what it takes" }).isDisabled()).toBe(true);
  });
});

/** Those of the bundled example dataset that are asked without passages: as many, and short. */
function shortPairs(count: number): string[] {
  const lines = readFileSync(join(root, "models/ticket-json/dataset.jsonl"), "utf8").trim().split("\n");
  return lines.filter((line) => !line.includes('"content": "[1]')).slice(0, count);
}

const datasetFile = (name: string, lines: readonly string[]) => ({
  name,
  mimeType: "application/jsonl",
  buffer: Buffer.from(lines.join("\n")),
});

const region = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true });

const type = (page: Page, label: string, text: string): Promise<void> =>
  page.getByLabel(label, { exact: true }).fill(text);

async function lossesOf(run: Locator, split: string): Promise<number[]> {
  const cells = run.getByRole("row", { name: split }).getByRole("cell");
  return (await cells.allTextContents()).map(Number);
}

/** The address is good for one entrance, and the engine ends with the test. */
async function serve(workspace: string): Promise<{ address: string } & AsyncDisposable> {
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

async function open(address: string) {
  const browser = await playwright.launch({ executablePath: chromium!, headless: true, args: chromiumArgs });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  const errors: string[] = [];
  context.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  context.on("weberror", (error) => errors.push(error.error().message));
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole("banner").waitFor({ timeout: 60_000 });
  return {
    page,
    errors,
    async keepScreenshot(name: string): Promise<void> {
      mkdirSync(output, { recursive: true });
      writeFileSync(join(output, name), await page.screenshot());
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function ask(page: Page, words: string): Promise<void> {
  await page.getByRole("textbox", { name: "Question" }).fill(words);
  await page.keyboard.press("Enter");
  await page.getByText("All answers are there.").waitFor({ state: "attached", timeout: 60_000 });
}

async function answerOf(page: Page, arm: string): Promise<string> {
  const paragraphs = page.getByRole("group", { name: `Answer of ${arm}` }).getByRole("paragraph");
  return (await paragraphs.allTextContents()).join("\n").trim();
}
