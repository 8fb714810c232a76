import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { answerOf, ask, openBrowser, serveWorkspace, type Visit } from "../support/browser-visit.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Not one of the samples, and nothing a model could know. */
const fact = "The warranty on the TW-90 pump is 84 months.";
const document = `# TW-90 data sheet\n\nThe TW-90 is the largest pump of the series.\n\n## Warranty\n\n${fact} Seals are not covered.\n`;
const question = "What is the warranty on the TW-90 pump?";

describeInBrowser("a first visit in the browser", () => {
  test("drop a document, ask, see four answers, open a citation", { timeout: 120_000 }, async () => {
    await using server = await serveWorkspace(temporaryFolder());
    await using visit = await open(server.address);
    const { page } = visit;

    await createCollection(page, "Data sheets");
    await dropDocument(page, "tw-90.md", document);
    await ask(page, question);

    for (const arm of ["Base", "RAG", "Adapter", "Combined"]) {
      expect(await answerOf(page, arm), `the answer of ${arm}`).not.toBe("");
    }
    expect(await answerOf(page, "RAG")).toContain("84 months");
    expect(await answerOf(page, "Base")).not.toContain("84 months");

    await page.getByRole("group", { name: "Answer of RAG" }).getByRole("button", { name: "tw-90.md" }).first().click();
    const passage = page.getByRole("document", { name: "Text of tw-90.md" }).locator("mark");
    await passage.first().waitFor();

    expect((await passage.allTextContents()).join("")).toContain(fact);
    expect(await isInView(page, passage.first())).toBe(true);

    await visit.keepScreenshot("journey.png");
    expect(visit.errors).toEqual([]);
    expect(visit.hosts).toEqual(new Set([new URL(server.address).host]));
  });

  test("a file that is no document fails alone, in words", { timeout: 120_000 }, async () => {
    await using server = await serveWorkspace(temporaryFolder());
    await using visit = await open(server.address);
    const { page } = visit;

    await page.getByLabel("Files to add").setInputFiles([
      { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 and nothing more") },
      { name: "not-a-model.gguf", mimeType: "application/octet-stream", buffer: Buffer.from("this is no model") },
      { name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# Notes\n\nThe harbour opens at 6:00.\n") },
    ]);
    const arriving = page.getByRole("region", { name: "Arriving files" });
    await arriving.getByText("1 added, 2 failed").waitFor();

    expect(await arriving.getByRole("alert").count()).toBe(2);
    expect(await arriving.getByText("not-a-model.gguf is").count()).toBeGreaterThan(0);
    await page
      .getByRole("complementary", { name: "Documents" })
      .getByRole("button", { name: /^notes\.md/ })
      .waitFor();
  });
});

/** The samples arrive while the page already shows; a question before that would find half of them. */
async function open(address: string): Promise<Visit> {
  const visit = await openBrowser(address);
  await visit.page.getByText("10 documents").waitFor({ timeout: 60_000 });
  return visit;
}

/** Apart from the samples, which know other pumps and would be found as well. */
async function createCollection(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Documents: / }).click();
  await page.getByRole("textbox", { name: "New collection" }).fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Documents: ${name}` }).waitFor();
  await page.keyboard.press("Escape");
}

async function dropDocument(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel("Files to add").setInputFiles({ name, mimeType: "text/markdown", buffer: Buffer.from(text) });
  await page.getByRole("region", { name: "Arriving files" }).getByText("1 added").waitFor();
}

/** The mark must not only exist: it has to be what the reader sees when the drawer opens. */
async function isInView(page: Page, mark: ReturnType<Page["locator"]>): Promise<boolean> {
  const height = page.viewportSize()!.height;
  const box = await mark.boundingBox();
  return box !== null && box.y >= 0 && box.y + box.height <= height;
}
