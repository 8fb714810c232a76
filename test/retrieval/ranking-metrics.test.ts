import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pairedBootstrap } from "../../core/retrieval/paired-bootstrap.ts";
import { rankingMetrics } from "../../core/retrieval/ranking-metrics.ts";
import { seededRandom } from "../support/random.ts";

interface Case {
  ranking: string[];
  gains: Record<string, number>;
  expected: Record<string, number>;
}

const cases = JSON.parse(
  readFileSync(new URL("../fixtures/retrieval/ranking-metrics.json", import.meta.url), "utf8"),
) as Case[];

const arbitraryCase = fc.record({
  ranking: fc.uniqueArray(fc.integer({ min: 0, max: 30 })),
  gains: fc.dictionary(fc.integer({ min: 0, max: 30 }).map(String), fc.integer({ min: -1, max: 4 })),
});
const judgementsOf = (gains: Record<string, number>): Map<number, number> =>
  new Map(Object.entries(gains).map(([id, gain]) => [Number(id), gain]));

describe("rank metrics", () => {
  test("are those of trec_eval on its own cases", () => {
    for (const { ranking, gains, expected } of cases) {
      const metrics: Record<string, number> = { ...rankingMetrics(ranking, new Map(Object.entries(gains))) };
      for (const [name, value] of Object.entries(expected)) expect(metrics[name], name).toBeCloseTo(value, 6);
    }
  });

  test("lie between 0 and 1, and are 1 for the best ranking there is", () => {
    fc.assert(
      fc.property(arbitraryCase, ({ ranking, gains }) => {
        const judgements = judgementsOf(gains);
        for (const value of Object.values(rankingMetrics(ranking, judgements))) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
        const best = [...judgements].filter(([, gain]) => gain > 0).sort((a, b) => b[1] - a[1]);
        if (best.length > 0)
          expect(
            rankingMetrics(
              best.map(([id]) => id),
              judgements,
            ).ndcgAt10,
          ).toBeCloseTo(1, 12);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test("do not fall when a relevant document moves up", () => {
    const movedUp = fc.property(arbitraryCase, fc.nat(), ({ ranking, gains }, at) => {
      const judgements = judgementsOf(gains);
      const place = at % Math.max(1, ranking.length);
      const gainAt = (index: number): number => Math.max(0, judgements.get(ranking[index]!) ?? 0);
      if (place === 0 || gainAt(place) < gainAt(place - 1)) return true;
      const moved = ranking.toSpliced(place - 1, 2, ranking[place]!, ranking[place - 1]!);
      const [before, after] = [rankingMetrics(ranking, judgements), rankingMetrics(moved, judgements)];
      return (["hitAt5", "reciprocalRankAt10", "ndcgAt10"] as const).every(
        (name) => after[name] >= before[name] - 1e-12,
      );
    });

    expect(() => fc.assert(movedUp, { numRuns: 200, seed: 4 })).not.toThrow();
  });
});

describe("a paired interval", () => {
  test("leaves out zero when one setting is better on every question, and holds it when they only differ by chance", () => {
    const random = seededRandom(5);
    const hard = Array.from({ length: 100 }, () => random());
    const better = hard.map((value) => value + 0.02 + 0.01 * random());
    const other = hard.map((value) => value + 0.02 * (random() - 0.5));

    expect(pairedBootstrap(better, hard, seededRandom(1)).low).toBeGreaterThan(0.02);
    const chance = pairedBootstrap(other, hard, seededRandom(1));
    expect(chance.low).toBeLessThan(0);
    expect(chance.high).toBeGreaterThan(0);
  });

  test("covers the true difference in about 95 of 100 experiments", () => {
    const random = seededRandom(11);
    let covered = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      const second = Array.from({ length: 60 }, () => random());
      const first = second.map((value) => value + 0.1 + (random() - 0.5));
      const { low, high } = pairedBootstrap(first, second, random);
      if (low <= 0.1 && 0.1 <= high) covered += 1;
    }
    expect(covered / 200).toBeGreaterThan(0.89);
    expect(covered / 200).toBeLessThan(0.99);
  });

  test("is the same for the same seed", () => {
    const [first, second] = [
      [1, 0, 1, 1, 0.5],
      [0, 0, 1, 0.5, 1],
    ];
    expect(pairedBootstrap(first, second, seededRandom(9))).toEqual(pairedBootstrap(first, second, seededRandom(9)));
  });
});
