import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { answerOf, ask, openBrowser, region, serveWorkspace } from "../support/browser-visit.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** In none of the pairs; what the adapter has to have learnt is the form. */
const question = "What is the warranty on the TW-45?";

describeInBrowser("an adapter made in the browser", () => {
  test("drop pairs, read what is wrong with them, plan, train, compare", { timeout: 150_000 }, async () => {
    await using server = await serveWorkspace(temporaryFolder());
    await using visit = await openBrowser(server.address);
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
    await using server = await serveWorkspace(temporaryFolder());
    await using visit = await openBrowser(`${server.address}#train`);
    const { page } = visit;

    await page.getByLabel("Dataset file").setInputFiles(datasetFile("empty.jsonl", []));

    await region(page, "Dataset").getByRole("alert").getByText("empty.jsonl holds no examples.").waitFor();
    expect(await region(page, "Plan").getByRole("button", { name: "See what it takes" }).isDisabled()).toBe(true);
  });
});

/** Those of the bundled example dataset that are asked without passages: as many, and short. */
function shortPairs(count: number): string[] {
  const lines = readFileSync("models/ticket-json/dataset.jsonl", "utf8").trim().split("\n");
  return lines.filter((line) => !line.includes('"content": "[1]')).slice(0, count);
}

const datasetFile = (name: string, lines: readonly string[]) => ({
  name,
  mimeType: "application/jsonl",
  buffer: Buffer.from(lines.join("\n")),
});

const type = (page: Page, label: string, text: string): Promise<void> =>
  page.getByLabel(label, { exact: true }).fill(text);

async function lossesOf(run: Locator, split: string): Promise<number[]> {
  const cells = run.getByRole("row", { name: split }).getByRole("cell");
  return (await cells.allTextContents()).map(Number);
}
