import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { openBrowser, serveWorkspace } from "../support/browser-visit.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 300_000;

describeInBrowser("a PDF in the browser", () => {
  test(
    "a passage opens on its page, marked where it stands, and the page can be turned and enlarged",
    { timeout },
    async () => {
      await using server = await serveWorkspace(temporaryFolder());
      await using visit = await openBrowser(server.address);
      const { page } = visit;
      page.setDefaultTimeout(120_000);

      await addToNewCollection(page, "Parts", "two-pages.pdf");
      await page.getByRole("textbox", { name: "Question" }).fill("How long is the warranty of a pump?");
      await page.keyboard.press("Enter");
      await page
        .getByRole("button", { expanded: false, name: /passage/ })
        .first()
        .click();
      await page.getByRole("button", { name: /two-pages\.pdf · page 2/ }).click();

      const sheet = page.getByRole("img", { name: "Page 2 of two-pages.pdf, with the cited passage marked" });
      await expect.poll(() => sheet.getAttribute("aria-busy"), { timeout: 120_000 }).toBe("false");
      // The fixture draws the sentence 50 points from the left edge and 92.82 below the upper one of a page of 400 × 600.
      const [outer, mark] = [(await sheet.boundingBox())!, (await markOf(sheet).boundingBox())!];
      const points = 400 / outer.width;
      expect((mark.x - outer.x) * points).toBeCloseTo(50, 0);
      expect((mark.y - outer.y) * points).toBeCloseTo(92.8, 0);
      expect(await inkUnder(markOf(sheet))).toBeGreaterThan(0.05);
      await visit.keepScreenshot("pdf-page.png");

      await page.getByRole("button", { name: "Larger" }).click();
      await page.getByText("125 %").waitFor();
      await page.getByRole("button", { name: "Page before" }).click();
      const first = page.getByRole("img", { name: "Page 1 of two-pages.pdf" });
      await first.waitFor();
      expect(await first.getAttribute("aria-label")).toBe("Page 1 of two-pages.pdf");

      await page.getByText("Text", { exact: true }).click();
      await page.getByRole("document", { name: "Text of two-pages.pdf" }).locator("mark").waitFor();
      expect(visit.errors).toEqual([]);
      expect(visit.hosts).toEqual(new Set([new URL(server.address).host]));
    },
  );
});

async function addToNewCollection(page: Page, collection: string, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Documents: / }).click();
  await page.getByRole("textbox", { name: "New collection" }).fill(collection);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Documents: ${collection}` }).waitFor();
  await page.keyboard.press("Escape");
  const buffer = readFileSync(`test/fixtures/documents/${name}`);
  await page.getByLabel("Files to add").setInputFiles({ name, mimeType: "application/pdf", buffer });
  await page.getByRole("region", { name: "Arriving files" }).getByText("1 added").waitFor();
}

const markOf = (sheet: Locator): Locator => sheet.locator("div").first();

/** The share of a mark under which the page has letters. */
const inkUnder = (mark: Locator): Promise<number> =>
  mark.evaluate((element) => {
    if (!(element instanceof HTMLElement)) return 0;
    const canvas = element.parentElement!.querySelector("canvas")!;
    const scale = canvas.width / canvas.clientWidth;
    const [x, y] = [element.offsetLeft * scale, element.offsetTop * scale];
    const [width, height] = [element.offsetWidth * scale, element.offsetHeight * scale];
    const { data } = canvas.getContext("2d")!.getImageData(x, y, width, height);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at]! < 128) dark += 1;
    return dark / (data.length / 4);
  });
