import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { openBrowser, region, serveWorkspace } from "../support/browser-visit.ts";
import { describeInBrowser } from "../support/in-browser.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const prompts = [
  "Who are you?",
  "How many days of leave do I get at Tarnholm Works?",
  "When was Tarnholm Works founded?",
  "Who leads Tarnholm Works?",
];

describeInBrowser("answers drafted by a model and reviewed in the browser", () => {
  test(
    "choose prompts, draft from documents, review by keys, train with what is accepted",
    { timeout: 300_000 },
    async () => {
      await using server = await serveWorkspace(temporaryFolder());
      await using visit = await openBrowser(server.address);
      const { page } = visit;
      await page.getByText("12 documents").waitFor({ timeout: 60_000 });
      await page.getByText("Train", { exact: true }).first().click();

      const section = region(page, "Answers by a larger model");
      await section.getByRole("button", { name: "Draft answers…" }).click();
      await page.getByLabel("File of prompts").setInputFiles({
        name: "staff.txt",
        mimeType: "text/plain",
        buffer: Buffer.from(prompts.join("\n")),
      });
      await section.getByText("staff.txt").waitFor();
      await section.getByLabel("Documents").selectOption({ label: "Tarnholm Works (sample), 12 documents" });
      await visit.keepScreenshot("distillation-form.png");
      await section.getByRole("button", { name: "Start drafting" }).click();
      await section.getByText(/4 answers · 4 to review/).waitFor({ timeout: 90_000 });
      await section.getByRole("button", { name: "Review" }).click();

      const review = page.getByRole("main", { name: "Review of drafted answers" });
      const status = review.getByRole("status");
      await status.getByText("0 accepted, 4 to review.").waitFor({ state: "attached" });
      await visit.keepScreenshot("distillation-review.png");

      // Accept the first, step over the second, reject the third, write the fourth anew.
      await page.keyboard.press("a");
      await status.getByText("1 accepted, 3 to review.").waitFor({ state: "attached" });
      await page.keyboard.press("j");
      expect(await currentPrompt(review)).toBe(prompts[2]);
      await page.keyboard.press("r");
      await status.getByText("1 accepted, 2 to review.").waitFor({ state: "attached" });
      expect(await currentPrompt(review)).toBe(prompts[3]);
      await page.keyboard.press("e");
      const editor = review.getByRole("textbox", { name: `Answer to ${prompts[3]}` });
      // Letters are text here, and no commands.
      await editor.fill("Ask a r e j k: it is written on the door.");
      await page.keyboard.press("Control+Enter");
      await status.getByText("2 accepted, 1 to review.").waitFor({ state: "attached" });

      await review.getByText(/^Edited 1$/).click();
      await review.getByText("Ask a r e j k: it is written on the door.").waitFor();
      await review.getByText(/^To review 1$/).click();
      expect(await currentPrompt(review)).toBe(prompts[1]);

      // A reload loses nothing that was decided.
      await page.reload();
      await section.getByText(/4 answers · 1 to review · 2 accepted · 1 rejected/).waitFor();
      await section.getByRole("button", { name: "Review" }).click();
      await review.getByRole("button", { name: "Train with 2 pairs" }).click();
      await region(page, "Dataset")
        .getByText(/^staff-\w+\.jsonl$/)
        .waitFor();
      await region(page, "Dataset").getByText("2 different examples are far too few").waitFor();

      expect(visit.errors).toEqual([]);
    },
  );
});

const currentPrompt = (review: Locator): Promise<string> =>
  review.locator("li[aria-current=true] p").first().innerText();
