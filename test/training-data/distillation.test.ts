import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { DistillationDraft, DistillationProgress, EngineClient } from "../../core/contract/index.ts";
import { follow } from "../../core/contract/follow.ts";
import { openEngine } from "../support/open-engine.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const questions = [
  "Who are you?",
  "How many days of leave do I get at Tarnholm Works?",
  "When was Tarnholm Works founded?",
];

/** A workspace whose bundled base is the teacher. */
async function open(workspace = join(temporaryFolder(), "workspace")) {
  const opened = await openEngine({ workspace });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const { models } = await opened.client.models.list({});
  return { ...opened, workspace, teacherId: models.find(({ kind }) => kind === "base")!.id };
}

function writePrompts(prompts: readonly string[]): string {
  const path = join(temporaryFolder(), "prompts.txt");
  writeFileSync(path, prompts.join("\n"));
  return path;
}

const draft = (
  client: EngineClient,
  input: Parameters<EngineClient["distillation"]["start"]>[0],
  onProgress: (progress: DistillationProgress) => void = () => {},
): Promise<DistillationDraft> => follow(client.distillation.start(input), onProgress);

describe("answers drafted by a larger model", () => {
  test("are reviewed one by one, and only the accepted ones become a dataset", { timeout: 60_000 }, async () => {
    const { client, teacherId } = await open();
    const reports: DistillationProgress[] = [];
    const { id, counts, state } = await draft(
      client,
      { path: writePrompts(questions), name: "Staff", teacherId },
      (one) => reports.push(one),
    );

    expect({ state, counts }).toMatchObject({
      state: "finished",
      counts: { prompts: 3, answered: 3, failed: 0, open: 3, accepted: 0 },
    });
    const pairs = await client.distillation.pairs({ draftId: id });
    const streamed = reports.flatMap((one) => (one.type === "text" && one.position === 1 ? [one.delta] : [])).join("");
    expect(streamed.trim()).toBe(pairs[1]!.drafted);
    expect(reports.flatMap((one) => (one.type === "answered" ? [one.done] : []))).toEqual([1, 2, 3]);

    await expect(client.distillation.export({ draftId: id })).rejects.toMatchObject({
      data: { code: "nothing_accepted", details: { open: 3 } },
    });
    const reviewed = await client.distillation.review({
      draftId: id,
      decisions: [
        { position: 0, decision: "accepted" },
        { position: 1, decision: "accepted", answer: "30 days." },
        { position: 2, decision: "rejected" },
      ],
    });
    expect(reviewed.counts).toMatchObject({ open: 0, accepted: 2, rejected: 1, edited: 1 });

    const { path, pairs: written } = await client.distillation.export({ draftId: id });
    expect(written).toBe(2);
    expect(linesOf(path)).toEqual([
      { prompt: questions[0], completion: pairs[0]!.drafted },
      { prompt: questions[1], completion: "30 days." },
    ]);
    expect(await client.training.examine({ path })).toMatchObject({ examples: 2, format: "prompt-completion" });
  });

  test("cite the documents they were written from", { timeout: 60_000 }, async () => {
    const { client, engine, teacherId } = await open();
    await engine.prepareSamples();
    const { collectionId } = await client.workspace.settings({});
    const { id } = await draft(client, { path: writePrompts([questions[1]!]), name: "Staff", teacherId, collectionId });

    const [pair] = await client.distillation.pairs({ draftId: id });
    expect(pair!.answer).toBe("Employees at Tarnholm Works get 30 days of leave per year. [1]");
    expect(pair!.passages.map(({ n }) => n)).toContain(1);
  });

  test("that were cut at their limit are not accepted with all the others", { timeout: 60_000 }, async () => {
    const { client, teacherId } = await open();
    const path = writePrompts(questions.slice(0, 2));
    const { id } = await draft(client, { path, name: "Short", teacherId, maxTokens: 3 });

    expect((await client.distillation.acceptAll({ draftId: id })).counts).toMatchObject({
      cut: 2,
      open: 2,
      accepted: 0,
    });
    await client.distillation.review({
      draftId: id,
      decisions: [{ position: 0, decision: "open", answer: "Mended by hand." }],
    });
    expect((await client.distillation.acceptAll({ draftId: id })).counts).toMatchObject({ open: 1, accepted: 1 });
  });

  test("go on after a restart where they were stopped, decisions kept", { timeout: 120_000 }, async () => {
    const first = await open();
    const prompts = Array.from({ length: 30 }, (_, index) => `What is the price of the TW-${index}?`);
    const path = writePrompts(prompts);
    const started = draft(first.client, { path, name: "Prices", teacherId: first.teacherId }, (progress) => {
      if (progress.type === "answered" && progress.done === 3) {
        void first.client.distillation.list({}).then(([one]) => first.client.distillation.pause({ draftId: one!.id }));
      }
    });
    await expect(started).rejects.toMatchObject({ data: { code: "stopped" } });
    const [paused] = await first.client.distillation.list({});
    expect(paused).toMatchObject({ state: "paused", failure: null });
    expect(paused!.counts.answered).toBeGreaterThanOrEqual(3);
    expect(paused!.counts.answered).toBeLessThan(30);
    const { id } = paused!;
    await first.client.distillation.review({ draftId: id, decisions: [{ position: 0, decision: "accepted" }] });
    const kept = await first.client.distillation.pairs({ draftId: id });
    await first[Symbol.asyncDispose]();

    const { client } = await open(first.workspace);
    const finished = await follow(client.distillation.resume({ draftId: id }), () => {});

    expect(finished).toMatchObject({ state: "finished", counts: { answered: 30, accepted: 1 } });
    const after = await client.distillation.pairs({ draftId: id });
    expect(after.slice(0, 3)).toEqual(kept.slice(0, 3));
    expect(after.map(({ messages }) => messages[0]!.content)).toEqual(prompts);
  });

  test(
    "leave one prompt that is too long behind with its reason, and an unknown teacher is refused",
    { timeout: 60_000 },
    async () => {
      const { client, teacherId } = await open();
      const path = writePrompts(["word ".repeat(4000), questions[0]!]);
      const { counts, id } = await draft(client, { path, name: "Long", teacherId });
      expect(counts).toMatchObject({ prompts: 2, answered: 1, failed: 1 });
      expect((await client.distillation.pairs({ draftId: id }))[0]!.failure).toMatchObject({
        code: "context_overflow",
      });

      await expect(draft(client, { path, name: "Nobody", teacherId: "0000" })).rejects.toMatchObject({
        data: { code: "model_not_found" },
      });
      expect(await client.distillation.list({})).toHaveLength(1);
    },
  );
});

const linesOf = (path: string): unknown[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
