import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  linePath,
  roundStep,
  scaleFromZero,
  scaleOfSteps,
  thinned,
} from "../../renderer/panels/training/chart-scale.ts";
import { lengthBars } from "../../renderer/panels/training/histogram.ts";

describe("a scale from zero", () => {
  test("ends on a round figure above the highest value", () => {
    const scale = scaleFromZero([0.3, 8.47, 2], [200, 0], 5);

    expect(scale.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect([scale(0), scale(5), scale(10)]).toEqual([200, 100, 0]);
  });

  test("has ticks without the rounding errors of sums", () => {
    expect(scaleFromZero([0.29], [0, 1], 3).ticks).toEqual([0, 0.1, 0.2, 0.3]);
  });

  test("stands for nothing at all, and leaves out what is no number", () => {
    expect(scaleFromZero([], [0, 10], 4).ticks.at(-1)).toBe(1);
    expect(scaleFromZero([Number.NaN, 3], [0, 10], 3).ticks).toEqual([0, 1, 2, 3]);
  });

  test("holds every value and has no more ticks than asked for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), { minLength: 1 }),
        fc.integer({ min: 1, max: 12 }),
        (values, most) => {
          const { ticks, domain } = scaleFromZero(values, [0, 1], most);
          expect(domain[1]).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-6));
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
        },
      ),
      { seed: 7 },
    );
  });
});

test.each([
  [10, 5, 2],
  [34, 10, 5],
  [1, 4, 0.25],
  [0.9, 3, 0.5],
  [1000, 1, 1000],
])("%f in at most %i parts goes in steps of %f", (extent, most, step) => {
  expect(roundStep(extent, most)).toBe(step);
});

test("steps are whole and the axis ends at the last of them", () => {
  expect(scaleOfSteps(3, [0, 300], 10).ticks).toEqual([0, 1, 2, 3]);
  expect(scaleOfSteps(34, [0, 340], 4).ticks).toEqual([0, 10, 20, 30]);
  expect(scaleOfSteps(34, [0, 340], 4)(34)).toBe(340);
});

describe("a curve", () => {
  test("is broken where a loss was no number", () => {
    const y = [1, 2, Number.NaN, 3];

    expect(linePath(y.map((value, x) => ({ x, y: value })))).toBe("M0 1L1 2M3 3");
    expect(linePath([])).toBe("");
  });

  test("has no more points than the screen, each the mean of its neighbours", () => {
    const points = Array.from({ length: 10 }, (_, x) => ({ x, y: x * 2 }));

    expect(thinned(points, 10)).toBe(points);
    expect(thinned(points, 5)).toEqual([0.5, 2.5, 4.5, 6.5, 8.5].map((x) => ({ x, y: x * 2 })));
  });
});

describe("a length histogram", () => {
  const histogram = [
    { upTo: 32, examples: 0 },
    { upTo: 64, examples: 10 },
    { upTo: 128, examples: 0 },
    { upTo: 256, examples: 5 },
    { upTo: 512, examples: 1 },
    { upTo: 1024, examples: 0 },
  ];

  test("shows the lengths there are, with gaps but without empty ends", () => {
    expect(lengthBars(histogram, 512).map(({ from, upTo, height }) => [from, upTo, height])).toEqual([
      [33, 64, 1],
      [65, 128, 0],
      [129, 256, 0.5],
      [257, 512, 0.1],
    ]);
  });

  test("marks the bars whose examples are all left out", () => {
    expect(lengthBars(histogram, 256).map(({ isTooLong }) => isTooLong)).toEqual([false, false, false, true]);
    expect(lengthBars(histogram, 300).some(({ isTooLong }) => isTooLong)).toBe(false);
  });

  test("is empty without examples", () => {
    expect(lengthBars([{ upTo: 32, examples: 0 }], 32)).toEqual([]);
  });
});
