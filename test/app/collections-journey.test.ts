import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ask, openBrowser, serveWorkspace } from "../support/browser-visit.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 300_000;

const pumps = "# TW-90\n\nThe warranty on the TW-90 pump is 84 months.\n";
const kettles = "# Kettle\n\nThe warranty on the K-7 kettle is 12 months.\n";

describeInBrowser("asking several collections, or a part of them", () => {
  test(
    "both collections' passages are found; a filter is seen, remembered and taken off again",
    { timeout },
    async () => {
      await using server = await serveWorkspace(temporaryFolder());
      await using visit = await openBrowser(server.address, { width: 1000, colorScheme: "dark" });
      const { page } = visit;
      page.setDefaultTimeout(60_000);
      await addToNewCollection(page, "Pumps", "tw-90.md", pumps);
      await addToNewCollection(page, "Kettles", "k-7.md", kettles);

      await page.getByRole("button", { name: "Documents: Kettles" }).click();
      await page.getByRole("checkbox", { name: "Search Pumps too" }).check();
      await visit.keepScreenshot("several-collections.png");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Documents: Kettles + 1 more" }).waitFor();
      await ask(page, "How long is the warranty?");
      expect(await passagesOf(page)).toEqual(new Set(["tw-90.md", "k-7.md"]));

      await page.getByRole("button", { name: "Filter: off" }).click();
      await page.getByRole("combobox", { name: "Documents" }).click();
      await page.getByRole("option", { name: "tw-90.md" }).click();
      await page.getByRole("button", { name: "Filter: 1 document" }).waitFor();
      await visit.keepScreenshot("filter-for-asking.png");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByText("Combined and RAG would run again").waitFor();
      await page.getByRole("button", { name: "Ask again" }).click();
      await page.getByRole("button", { name: /only in 1 document/ }).waitFor();
      await page.getByText("All answers are there.").waitFor({ state: "attached" });
      expect(await passagesOf(page)).toEqual(new Set(["tw-90.md"]));
      await visit.keepScreenshot("filtered-answers.png");

      await page.getByRole("button", { name: "Search everything again" }).click();
      await page.getByRole("button", { name: "Filter: off" }).waitFor();
      await page.getByRole("button", { name: "Pick as it was asked" }).click();
      await page.getByRole("button", { name: "Filter: 1 document" }).waitFor();
      expect(visit.errors).toEqual([]);
    },
  );
});

async function addToNewCollection(page: Page, collection: string, name: string, text: string): Promise<void> {
  await page.getByRole("button", { name: /^Documents: / }).click();
  await page.getByRole("textbox", { name: "New collection" }).fill(collection);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Documents: ${collection}` }).waitFor();
  // At first the samples are searched along; this journey is about its own documents.
  for (const other of await page.getByRole("checkbox", { name: /^Search .* too$/, checked: true }).all())
    await other.uncheck();
  await page.keyboard.press("Escape");
  const showDocuments = page.getByRole("button", { name: "Show documents" });
  if (await showDocuments.isVisible()) await showDocuments.click();
  await page.getByLabel("Files to add").setInputFiles({ name, mimeType: "text/markdown", buffer: Buffer.from(text) });
  await page
    .getByRole("complementary", { name: "Documents" })
    .getByRole("button", { name: `Remove ${name}` })
    .waitFor();
}

/** The documents whose passages stand in the search's line. */
async function passagesOf(page: Page): Promise<Set<string>> {
  const line = page.getByRole("button", { name: /passages? from/ });
  if ((await line.getAttribute("aria-expanded")) === "false") await line.click();
  const names = await page.locator("main ol li strong").allTextContents();
  return new Set(names);
}
