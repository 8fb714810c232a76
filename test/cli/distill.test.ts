import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onlyObject, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test(
  "distill writes nothing unreviewed, says how to review, and goes on with its draft",
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const prompts = join(folder, "prompts.csv");
    writeFileSync(prompts, "question\nWho are you?\nWhen was Tarnholm Works founded?\n");
    const out = join(folder, "pairs.jsonl");
    const distill = (...words: string[]) =>
      runCli(["distill", ...words, "--workspace", join(folder, "workspace"), "--out", out]);

    const first = await distill(prompts, "--teacher", "Pocket", "--json");
    expect(first.code).toBe(0);
    const { draft, written } = onlyObject(first.stdout);
    expect({ written, counts: draft.counts }).toMatchObject({
      written: null,
      counts: { prompts: 2, answered: 2, open: 2 },
    });
    expect(existsSync(out)).toBe(false);

    const again = await distill("--draft", draft.id);
    expect(again.stdout).toContain("Nothing is written before it is reviewed.");
    expect(again.stdout).toContain(`fourfold distill --draft ${draft.id} --accept-all --out FILE`);
    expect(existsSync(out)).toBe(false);

    const accepted = await distill("--draft", draft.id, "--accept-all");
    expect(accepted.stdout).toBe(`${out}\n2 of 2 prompts answered by Pocket: 2 accepted, 0 rejected, 0 undecided\n`);
    expect(
      readFileSync(out, "utf8")
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { prompt: string }).prompt),
    ).toEqual(["Who are you?", "When was Tarnholm Works founded?"]);
  },
);

test("distill without prompts is bad usage in words", { timeout: 60_000 }, async () => {
  const { code, stderr } = await runCli(["distill", "--workspace", join(temporaryFolder(), "workspace")]);

  expect(code).toBe(2);
  expect(stderr).toContain("No prompts were named.");
});

test(
  "train names the option that is missing where passages are asked for without a collection",
  { timeout: 60_000 },
  async () => {
    const folder = temporaryFolder();
    const dataset = join(folder, "pairs.jsonl");
    writeFileSync(dataset, '{"prompt": "a", "completion": "b"}\n');
    const { code, stderr } = await runCli([
      "train",
      dataset,
      "--passages",
      "3",
      "--workspace",
      join(folder, "workspace"),
    ]);

    expect(code).toBe(2);
    expect(stderr).toContain("--with-passages");
  },
);
