import { describe, expect, test } from "vitest";
import { fuseRanks } from "../../core/retrieval/fuse-ranks.ts";

const equally = { rrfDamping: 60, wordWeight: 1, meaningWeight: 1 };

describe("reciprocal rank fusion", () => {
  test("puts first what both legs find, with the scores of the paper's formula", () => {
    expect(fuseRanks([[10, 20]], [[20, 30]], equally)).toEqual([
      { id: 20, bm25Rank: 2, vectorRank: 1, score: 1 / 62 + 1 / 61 },
      { id: 10, bm25Rank: 1, vectorRank: null, score: 1 / 61 },
      { id: 30, bm25Rank: null, vectorRank: 2, score: 1 / 62 },
    ]);
  });

  test("gives ties to meaning, then to the older chunk, so a rerun gives the same list", () => {
    expect(fuseRanks([[1]], [[2]], equally).map(({ id }) => id)).toEqual([2, 1]);
  });

  test("works when one leg finds nothing", () => {
    expect(fuseRanks([], [[5, 4]], equally).map(({ id }) => id)).toEqual([5, 4]);
    expect(fuseRanks([], [], equally)).toEqual([]);
  });

  test("lets one leg count more, and leaves out a leg that counts nothing", () => {
    const ids = (wordWeight: number, meaningWeight: number) =>
      fuseRanks([[1, 2]], [[2, 1]], { rrfDamping: 60, wordWeight, meaningWeight }).map(({ id }) => id);

    expect(ids(2, 1)).toEqual([1, 2]);
    expect(ids(1, 2)).toEqual([2, 1]);
    expect(fuseRanks([[1]], [[2]], { rrfDamping: 60, wordWeight: 0, meaningWeight: 1 })).toEqual([
      { id: 2, bm25Rank: null, vectorRank: 1, score: 1 / 61 },
    ]);
  });

  test("gives the best of two places the same rank by words, because each counts its own", () => {
    const fused = fuseRanks([[7, 8], [3]], [[8]], equally);

    expect(fused.map(({ id, bm25Rank }) => [id, bm25Rank])).toEqual([
      [8, 2],
      [3, 1],
      [7, 1],
    ]);
  });

  test("gives the best of two embedders the same rank, because their similarities cannot be compared", () => {
    const fused = fuseRanks([], [[7, 8], [3]], equally);

    expect(fused.map(({ id, vectorRank }) => [id, vectorRank])).toEqual([
      [3, 1],
      [7, 1],
      [8, 2],
    ]);
  });
});
