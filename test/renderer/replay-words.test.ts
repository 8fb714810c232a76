import { describe, expect, test } from "vitest";
import { replayWords } from "../../renderer/panels/comparison/replay-words.ts";
import { answer, comparison } from "./comparison-samples.ts";

const replayed = (...identical: (boolean | null)[]) =>
  comparison({
    replayOf: "original",
    arms: identical.map((equal, index) => answer(index % 2 === 0 ? "rag" : "base", { identical: equal })),
  });

describe("what came of a replay", () => {
  test.each([
    [[true, true], "replay, identical"],
    [[true, false], "replay, differs"],
    [[null, false], "replay, differs"],
    [[true, null, true, null], "replay, 2 of 4 compared"],
    [[null, null], "replay, not finished"],
    [[], "replay, not finished"],
  ])("arms %j: %s", (identical, words) => {
    expect(replayWords(replayed(...identical), undefined)).toBe(words);
  });

  test("arms that were never stored count as not compared", () => {
    const original = comparison({ arms: [answer("rag"), answer("base"), answer("adapter"), answer("combined")] });

    expect(replayWords(replayed(true), original)).toBe("replay, 1 of 4 compared");
  });
});
