import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AppFolder, layOutProduct } from "../support/desktop-fixture/lay-out.ts";
import { type DesktopApp, launchOnStandIn } from "../support/electron-stand-in/launch.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { isAlive } from "../support/is-alive.ts";
import { expectEventually } from "../support/expect-eventually.ts";

const pictures = join(import.meta.dirname, "..", "..", "test-output");

// The whole product through the desktop's door: its own page, main, preload, engine, and the bundled model.
describeInBrowser("the workbench in the desktop window", () => {
  let folder: AppFolder;
  let app: DesktopApp;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    folder = layOutProduct();
    app = await launchOnStandIn({
      main: folder.main,
      arguments: ["--workspace", folder.workspace],
      environment: { FOURFOLD_NODE: process.execPath },
    });
    await app.page.setViewportSize({ width: 1280, height: 860 });
  });
  afterAll(async () => {
    await app?.close();
    folder?.[Symbol.dispose]();
  });

  test("answers a sample question four ways", async () => {
    const { page } = app;
    // The first start reads the samples; before that there is nothing for a question to find.
    await page.getByText("12 documents").waitFor({ timeout: 30_000 });
    await page
      .getByRole("button", { name: /^Documents: / })
      .getByText(/[1-9]\d+ chunks/)
      .waitFor();
    await page.getByRole("button", { name: "What is the warranty on the TW-20 pump?" }).click();
    await page.getByRole("status").getByText("All answers are there.").waitFor({ timeout: 30_000 });
    await page.screenshot({ path: join(pictures, "desktop-four-answers.png") });

    expect(await page.getByRole("alert").allTextContents()).toEqual([]);
    for (const arm of ["Base", "RAG", "Adapter", "Combined"]) {
      expect(await page.getByRole("group", { name: `Answer of ${arm}` }).innerText(), arm).toMatch(/\w+ \w+/);
    }
  });

  test("adds a picked document by its path", async () => {
    const { page } = app;
    const picked = join(folder.root, "models", "samples", "documents");
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] });
    }, picked);
    await page.getByRole("button", { name: "Add a folder…" }).click();

    // The sample documents are there already: that they are found unchanged shows that the path was read.
    await expectEventually(() => page.getByText(/unchanged/i).count()).toBeGreaterThan(0);
  });

  test("survives the engine: after a kill the next question is answered", async () => {
    const { page } = app;
    const { pid: engine } = JSON.parse(readFileSync(join(folder.workspace, "engine.json"), "utf8")) as { pid: number };
    process.kill(engine, "SIGKILL");
    await expectEventually(() => isAlive(engine)).toBe(false);
    await page
      .getByText(/The engine stopped/)
      .first()
      .waitFor();
    // Asked at once, while there is no engine: it waits for the new one instead of hanging on the old.
    await page.getByRole("textbox", { name: "Question" }).fill("Who is the CEO of Tarnholm Works?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("heading", { name: "Who is the CEO of Tarnholm Works?" }).waitFor({ timeout: 30_000 });
    await page.getByRole("status").getByText("All answers are there.").waitFor({ timeout: 30_000 });

    expect(await page.getByRole("group", { name: "Answer of RAG" }).innerText()).toMatch(/\w+ \w+/);
  });
});
