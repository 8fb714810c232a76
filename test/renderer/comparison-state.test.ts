import { describe, expect, test } from "vitest";
import { AskProgress, Retrieval } from "../../core/contract/index.ts";
import {
  type ComparisonEvent,
  type ComparisonView,
  comparisonReducer,
  continuedThread,
  emptyComparison,
} from "../../renderer/panels/comparison/comparison-state.ts";
import { answer, comparison } from "./comparison-samples.ts";

const asked: ComparisonEvent = { type: "asked", question: "How many days?", arms: ["rag", "base"], isFollowUp: false };
const started: AskProgress = { type: "started", comparisonId: "c1", threadId: "t1", seed: 7, arms: ["rag", "base"] };

const after = (...events: (ComparisonEvent | AskProgress)[]): ComparisonView =>
  events.reduce<ComparisonView>(
    (view, event) => comparisonReducer(view, isProgress(event) ? { type: "progress", progress: event } : event),
    emptyComparison,
  );

const isProgress = (event: ComparisonEvent | AskProgress): event is AskProgress =>
  ["loading", "started", "retrieving", "retrieved", "prefill", "text", "thought", "answered"].includes(event.type);

const statuses = ({ arms }: ComparisonView): Record<string, string> =>
  Object.fromEntries(Object.values(arms).map(({ arm, status }) => [arm, status]));

describe("the view of a running comparison", () => {
  test("queues the arms that were asked and leaves the others out", () => {
    expect(statuses(after(asked, started))).toEqual({
      rag: "queued",
      base: "queued",
      adapter: "absent",
      combined: "absent",
    });
  });

  test("shows how much of the prompt has been read, and for how long it still will be", () => {
    const view = after(asked, started, { type: "prefill", arm: "rag", doneTokens: 256, promptTokens: 400, etaMs: 90 });

    expect(view.arms.rag).toMatchObject({
      status: "prefill",
      prefill: { doneTokens: 256, promptTokens: 400, etaMs: 90 },
    });
    expect(view.arms.base.status).toBe("queued");
  });

  test("grows one arm's answer piece by piece, its thoughts apart from it", () => {
    const view = after(
      asked,
      started,
      { type: "thought", arm: "rag", delta: "The handbook " },
      { type: "thought", arm: "rag", delta: "says it." },
      { type: "text", arm: "rag", delta: "30 " },
      { type: "text", arm: "rag", delta: "days" },
    );

    expect(view.arms.rag).toMatchObject({
      status: "streaming",
      prefill: null,
      text: "30 days",
      thoughts: "The handbook says it.",
    });
    expect(view.arms.base.text).toBe("");
  });

  test("replaces what was streamed by the answer that was stored", () => {
    const view = after(
      asked,
      started,
      { type: "text", arm: "rag", delta: "30 d" },
      { type: "answered", answer: answer("rag", { text: "30 days." }) },
    );

    expect(view.arms.rag).toMatchObject({
      status: "done",
      text: "30 days.",
      answer: answer("rag", { text: "30 days." }),
    });
  });

  test("lets one arm fail and the others go on", () => {
    const failure = {
      code: "no_collection",
      message: "No documents.",
      action: "Pick a collection.",
      details: { arm: "rag" },
    } as const;
    const view = after(
      asked,
      started,
      { type: "answered", answer: answer("rag", { text: "", stopReason: "failed", failure }) },
      { type: "text", arm: "base", delta: "24" },
    );

    expect(statuses(view)).toMatchObject({ rag: "failed", base: "streaming" });
    expect(view.status).toBe("running");
  });

  test("keeps what was said so far when it is stopped, and takes no late news", () => {
    const view = after(
      asked,
      started,
      { type: "text", arm: "rag", delta: "30 " },
      { type: "stopped" },
      { type: "text", arm: "rag", delta: "days" },
    );

    expect(view.status).toBe("stopped");
    expect(view.arms.rag).toMatchObject({ status: "stopped", text: "30 " });
    expect(view.arms.base.status).toBe("stopped");
  });

  test("says what failed when the question as a whole could not be asked", () => {
    const failure = { code: "model_not_loaded", message: "No model.", action: "Load one.", details: {} } as const;
    const view = after(
      asked,
      { type: "loading", progress: { stage: "loading", fraction: 0.5 } },
      { type: "failed", failure },
    );

    expect(view).toMatchObject({ status: "failed", failure, loading: null });
    expect(statuses(view)).toMatchObject({ rag: "absent", base: "absent" });
  });

  test("carries the turns before into a follow-up, and drops them for a new question", () => {
    const finished: ComparisonEvent = { type: "finished", comparison: comparison() };
    const followUp: ComparisonEvent = { type: "asked", question: "And part-time?", arms: ["rag"], isFollowUp: true };

    expect(after(asked, started, finished, followUp)).toMatchObject({ threadId: "t1", earlier: [comparison()] });
    expect(after(asked, started, finished, asked)).toMatchObject({ threadId: null, earlier: [] });
  });

  test("asks a follow-up that failed again in its thread, and a first question in none", () => {
    const finished: ComparisonEvent = { type: "finished", comparison: comparison() };
    const followUp: ComparisonEvent = { type: "asked", question: "And part-time?", arms: ["rag"], isFollowUp: true };
    const failure = { code: "model_not_loaded", message: "No model.", action: "Load one.", details: {} } as const;
    const failed: ComparisonEvent = { type: "failed", failure };

    expect(continuedThread(after(asked, started, finished, followUp, failed))).toBe("t1");
    expect(continuedThread(after(asked, started, failed))).toBeNull();
    expect(after(asked, started, finished, followUp, failed, followUp)).toMatchObject({
      threadId: "t1",
      earlier: [comparison()],
    });
  });

  test("shows an arm that was asked and has no stored answer as stopped", () => {
    const view = after(asked, started, { type: "finished", comparison: comparison({ arms: [answer("rag")] }) });

    expect(view).toMatchObject({ status: "stopped", order: ["rag", "base"] });
    expect(statuses(view)).toEqual({ rag: "done", base: "stopped", adapter: "absent", combined: "absent" });
  });

  test("shows a stored comparison as if it had just been answered", () => {
    const stored = comparison({ arms: [answer("combined"), answer("base", { stopReason: "stopped", text: "" })] });
    const view = after({ type: "opened", comparison: stored, earlier: [] });

    expect(view).toMatchObject({
      status: "stopped",
      question: "How many days?",
      seed: 7,
      stored,
      order: ["combined", "base"],
    });
    expect(statuses(view)).toEqual({ combined: "done", base: "stopped", rag: "absent", adapter: "absent" });
  });

  test("replays with the passages of the original, which are not searched again", () => {
    const original = comparison({
      retrieval: Retrieval.parse({ ms: 4, passages: [], chunkCount: 41, index: "exact", generation: 2 }),
    });
    const view = after({ type: "replayed", original }, started);

    expect(view).toMatchObject({ status: "running", replayOf: "c1", retrieval: original.retrieval, seed: 7 });
  });
});
