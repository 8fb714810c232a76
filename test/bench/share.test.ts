import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMet, measured, wilsonInterval } from "../../bench/models/share.ts";

describe("the interval around a share", () => {
  test("is Wilson's: the values R's prop.test(correct = FALSE) prints", () => {
    const { low, high } = wilsonInterval(15, 20);
    expect(low).toBeCloseTo(0.5313, 4);
    expect(high).toBeCloseTo(0.8881, 4);
    expect(wilsonInterval(0, 10).high).toBeCloseTo(0.2775, 4);
  });

  test("lies within 0 and 1, holds the share, and shrinks with more of the same", () => {
    const counts = fc
      .integer({ min: 1, max: 2000 })
      .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));
    fc.assert(
      fc.property(counts, ([right, of]) => {
        const { low, high } = wilsonInterval(right, of);
        const more = wilsonInterval(right * 4, of * 4);

        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(right / of + 1e-12);
        expect(high).toBeGreaterThanOrEqual(right / of - 1e-12);
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });

  test("is everything where nothing was measured, and no goal is met or missed there", () => {
    const nothing = measured({ name: "", right: 0, of: 0, goal: { atLeast: 0.5 }, how: "" });

    expect(nothing.interval).toEqual({ low: 0, high: 1 });
    expect(nothing.met).toBeNull();
  });

  test("says whether a goal from below or above is met", () => {
    expect(isMet(0.9, { atLeast: 0.9 })).toBe(true);
    expect(isMet(0.11, { atMost: 0.1 })).toBe(false);
  });
});
