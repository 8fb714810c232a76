import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Diverse, diversify } from "../../core/retrieval/diversify.ts";
import { similarityOf } from "../../core/vectors/similarity.ts";

const at = (id: number, degrees: number, relevance: number): Diverse => {
  const angle = (degrees * Math.PI) / 180;
  return { id, embedding: new Float32Array([Math.cos(angle), Math.sin(angle)]), relevance };
};

describe("maximal marginal relevance", () => {
  test("takes by the paper's formula: relevance against the nearest that was taken", () => {
    const candidates = [at(1, 0, 1), at(2, 5, 0.9), at(3, 80, 0.5)];

    // Second choice at λ = 0.5: 0.45 − 0.498 for the twin, 0.25 − 0.087 for the stranger.
    expect(diversify(candidates, 0.5, 2)).toEqual([1, 3]);
    expect(diversify(candidates, 0.9, 2)).toEqual([1, 2]);
    expect(diversify(candidates, 1, 3)).toEqual([1, 2, 3]);
  });

  test("takes each once, never more than there are, the same each time, and λ = 1 keeps the order", () => {
    const arbitrary = fc.array(fc.record({ degrees: fc.integer({ min: 0, max: 359 }) }), { maxLength: 30 });
    fc.assert(
      fc.property(arbitrary, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40), (list, lambda, count) => {
        const candidates = list.map(({ degrees }, index) => at(index, degrees, 1 - index / list.length));
        const taken = diversify(candidates, lambda, count);

        expect(taken).toHaveLength(Math.min(count, list.length));
        expect(new Set(taken).size).toBe(taken.length);
        expect(diversify(candidates, lambda, count)).toEqual(taken);
        expect(diversify(candidates, 1, count)).toEqual(candidates.slice(0, count).map(({ id }) => id));
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  test("counts vectors of different embedders as unlike", () => {
    expect(similarityOf(new Float32Array([1, 0]), new Float32Array([1, 0, 0]))).toBe(0);
  });
});
