import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ask, openBrowser, serveWorkspace } from "../support/browser-visit.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { startRefusingServer } from "../support/refusing-server.ts";
import { startPglite } from "../support/shared-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 400_000;
const warranty = "# TW-90\n\nThe warranty on the TW-90 pump is 84 months.\n";

describeInBrowser("a collection on a shared server, in the window", () => {
  test(
    "says why a server cannot be joined, works with one that can, and says when it has gone",
    { timeout },
    async () => {
      await using team = await startPglite();
      await using plain = await startPglite({ pgvector: false });
      await using strict = await startRefusingServer("ada");
      await using server = await serveWorkspace(temporaryFolder());
      await using visit = await openBrowser(server.address, { width: 1000, colorScheme: "dark" });
      const { page } = visit;
      page.setDefaultTimeout(60_000);
      await page.getByRole("button", { name: "Show documents" }).click();
      await page.getByText("12 documents").waitFor();

      await page.getByRole("button", { name: /^Documents: / }).click();
      await page.getByRole("button", { name: "Keep it on a shared server…" }).click();
      await visit.keepScreenshot("shared-form.png");
      await join(page, "Manuals", "postgres://ada@nowhere.invalid/team");
      await failureOf(page, /nowhere\.invalid\/team cannot be reached: (no computer of that name|its name cannot)/);
      await visit.keepScreenshot("shared-wrong-host.png");
      await join(page, "Manuals", strict.url, "mistyped-word");
      await failureOf(page, /does not let ada in: password authentication failed/);
      await visit.keepScreenshot("shared-wrong-password.png");
      await join(page, "Manuals", plain.url);
      await failureOf(page, /has no pgvector/);
      await visit.keepScreenshot("shared-no-pgvector.png");
      expect(await page.getByRole("radio", { name: "Manuals" }).count()).toBe(0);

      await join(page, "Manuals", team.url);
      await page.getByRole("button", { name: "Documents: Manuals" }).waitFor();
      for (const other of await page.getByRole("checkbox", { name: /^Search .* too$/, checked: true }).all())
        await other.uncheck();
      await visit.keepScreenshot("shared-joined.png");
      await page.keyboard.press("Escape");
      const buffer = Buffer.from(warranty);
      await page.getByLabel("Files to add").setInputFiles({ name: "tw-90.md", mimeType: "text/markdown", buffer });
      await page.getByRole("button", { name: "Remove tw-90.md" }).waitFor();
      await ask(page, "How long is the warranty on the TW-90 pump?");
      await visit.keepScreenshot("shared-answers.png");

      await page.getByRole("button", { name: "Use of the documents" }).click();
      const use = page.getByRole("dialog", { name: "Use of the documents · Manuals" });
      await use.getByText("Only this workspace's own questions are counted").waitFor();
      await use.getByRole("combobox", { name: "Tags of tw-90.md" }).fill("pumps");
      await page.keyboard.press("Enter");
      await visit.keepScreenshot("shared-use.png");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Filter: off" }).click();
      await page.getByRole("combobox", { name: "Tags" }).click();
      await page.getByRole("option", { name: "pumps" }).click();
      await page.getByRole("button", { name: "Filter: tag pumps" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Why these passages?" }).click();
      await page.getByRole("region", { name: "Exact prompts" }).waitFor();
      await visit.keepScreenshot("shared-why.png");
      await page.keyboard.press("Escape");

      await team[Symbol.asyncDispose]();
      await page.getByRole("textbox", { name: "Question" }).fill("Who built the TW-90 pump?");
      await page.keyboard.press("Enter");
      await page
        .getByRole("group", { name: "Answer of RAG" })
        .getByText(/cannot be reached/)
        .waitFor();
      await visit.keepScreenshot("shared-gone.png");
      await page.getByRole("button", { name: /^Documents: / }).click();
      await page.getByText("server out of reach").waitFor();
      await visit.keepScreenshot("shared-gone-picker.png");
      // A browser reports every refused call; there were three.
      expect(visit.errors).toEqual(Array(3).fill(expect.stringContaining("400 (Bad Request)")));
      expect(visit.hosts).toEqual(new Set([new URL(server.address).host]));
    },
  );
});

async function join(page: Page, name: string, address: string, password = ""): Promise<void> {
  await page.getByRole("textbox", { name: "New collection" }).fill(name);
  await page.getByRole("textbox", { name: "Server address" }).fill(address);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.keyboard.press("Enter");
}

async function failureOf(page: Page, words: RegExp): Promise<void> {
  await page.getByRole("dialog").getByRole("alert").filter({ hasText: words }).waitFor();
}
