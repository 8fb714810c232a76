import { describe, expect, test } from "vitest";
import { fuseRanks } from "../../core/retrieval/fuse-ranks.ts";

describe("reciprocal rank fusion", () => {
  test("puts first what both legs find, with the scores of the paper's formula", () => {
    expect(fuseRanks([10, 20], [20, 30])).toEqual([
      { id: 20, bm25Rank: 2, vectorRank: 1, score: 1 / 62 + 1 / 61 },
      { id: 10, bm25Rank: 1, vectorRank: null, score: 1 / 61 },
      { id: 30, bm25Rank: null, vectorRank: 2, score: 1 / 62 },
    ]);
  });

  test("gives ties to meaning, then to the older chunk, so a rerun gives the same list", () => {
    expect(fuseRanks([1], [2]).map(({ id }) => id)).toEqual([2, 1]);
  });

  test("works when one leg finds nothing", () => {
    expect(fuseRanks([], [5, 4]).map(({ id }) => id)).toEqual([5, 4]);
    expect(fuseRanks([], [])).toEqual([]);
  });
});
