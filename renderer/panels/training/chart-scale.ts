/** From a figure to a place on the screen. */
export interface Scale {
  (value: number): number;
  /** Round figures within the scale, ascending. */
  ticks: number[];
  domain: readonly [number, number];
}

/**
 * A linear scale whose domain ends on round figures.
 *
 * @param values   what has to fit, none of which may be negative; the domain starts at 0
 * @param range    pixels of the domain's ends
 * @param most     most ticks besides 0
 */
export function scaleFromZero(values: readonly number[], range: readonly [number, number], most: number): Scale {
  const highest = Math.max(0, ...values.filter(Number.isFinite)) || 1;
  const step = roundStep(highest, most);
  const end = Math.max(step, Math.ceil(highest / step - 1e-9) * step);
  const count = Math.round(end / step);
  const place = (value: number): number => range[0] + (value / end) * (range[1] - range[0]);
  return Object.assign(place, {
    // Multiplied, not added up: 3 × 0.1 is wrong in the last digit only once.
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12))),
    domain: [0, end] as const,
  });
}

/** The smallest of 1, 2, 2.5 and 5 times a power of ten that divides `extent` into at most `most` parts. */
export function roundStep(extent: number, most: number): number {
  const least = extent / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(12));
}

/** A scale for counted things, such as steps: it ends at the last of them and its ticks are whole. */
export function scaleOfSteps(last: number, range: readonly [number, number], most: number): Scale {
  const end = Math.max(1, last);
  const step = Math.max(1, Math.ceil(roundStep(end, most)));
  const place = (value: number): number => range[0] + (value / end) * (range[1] - range[0]);
  return Object.assign(place, {
    ticks: Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step),
    domain: [0, end] as const,
  });
}

export interface ChartPoint {
  x: number;
  y: number;
}

/** The points as an SVG path; "" for none. What is no number breaks the line. */
export function linePath(points: readonly ChartPoint[]): string {
  let isDown = false;
  const parts: string[] = [];
  for (const { x, y } of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      isDown = false;
      continue;
    }
    parts.push(`${isDown ? "L" : "M"}${tenth(x)} ${tenth(y)}`);
    isDown = true;
  }
  return parts.join("");
}

/** At most `most` points, each the mean of equally many neighbours: a curve need not be finer than the screen. */
export function thinned(points: readonly ChartPoint[], most: number): readonly ChartPoint[] {
  if (points.length <= most) return points;
  const size = Math.ceil(points.length / most);
  const buckets: ChartPoint[] = [];
  for (let start = 0; start < points.length; start += size) {
    const bucket = points.slice(start, start + size);
    const mean = (of: (point: ChartPoint) => number): number =>
      bucket.reduce((sum, point) => sum + of(point), 0) / bucket.length;
    buckets.push({ x: mean(({ x }) => x), y: mean(({ y }) => y) });
  }
  return buckets;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
