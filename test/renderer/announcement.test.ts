import { describe, expect, test } from "vitest";
import type { ArmAnswer } from "../../core/contract/index.ts";
import { announcement } from "../../renderer/panels/comparison/announcement.ts";
import {
  type ComparisonEvent,
  comparisonReducer,
  emptyComparison,
} from "../../renderer/panels/comparison/comparison-state.ts";
import { answer, comparison } from "./comparison-samples.ts";

const opened = (...arms: ArmAnswer[]): string =>
  announcement(comparisonReducer(emptyComparison, { type: "opened", comparison: comparison({ arms }), earlier: [] }));

describe("what a screen reader says of a question", () => {
  test("nothing before one is asked, and then that it is", () => {
    const asked: ComparisonEvent = { type: "asked", question: "How many?", arms: ["rag"], isFollowUp: false };

    expect(announcement(emptyComparison)).toBe("");
    expect(announcement(comparisonReducer(emptyComparison, asked))).toBe("Asking.");
  });

  test("that all answers are there, only when all four are", () => {
    expect(opened(answer("combined"), answer("rag"), answer("adapter"), answer("base"))).toBe("All answers are there.");
    expect(opened(answer("rag"), answer("base"))).toBe("RAG and Base have answered.");
    expect(opened(answer("rag"))).toBe("RAG has answered.");
    expect(opened()).toBe("No answer is there.");
  });

  test("which arms failed or were stopped", () => {
    const failed = answer("adapter", { stopReason: "failed", text: "" });
    const stopped = answer("combined", { stopReason: "stopped", text: "" });

    expect(opened(answer("rag"), failed, answer("base"), stopped)).toBe(
      "RAG and Base have answered. Adapter failed. Combined stopped.",
    );
    expect(opened(failed, stopped)).toBe("No answer is there. Adapter failed. Combined stopped.");
  });
});
