/** One measured number and everything a reader needs to judge it. */
export interface Figure {
  /** The bench it comes from, so that it can be repeated alone: `npm run bench -- CLAIM`. */
  claim: string;
  name: string;
  /** The median of `n` measurements, warm-up left out, unless `how` says otherwise. */
  value: number;
  unit: string;
  /** 95th percentile of the same measurements; null where a tail means nothing. */
  p95: number | null;
  /** The smallest and the largest of the measurements; null for a single one. */
  range: { least: number; most: number } | null;
  /** Largest value that keeps the promise; null where nothing was promised. */
  goalAtMost: number | null;
  /** Measurements behind the value. */
  n: number;
  /** How it was measured and what is in it. */
  how: string;
}

export interface ClaimContext {
  /** An empty folder of this claim's own; it is removed afterwards. */
  scratch: string;
  /** Also measure what takes many minutes. */
  long: boolean;
  /** Chunks of the largest collection that is built. */
  largest: number;
  /** Tell whoever waits what is being done. */
  say: (line: string) => void;
}

/** A promise of the product with the measurement that shows whether it is kept. */
export interface Claim {
  name: string;
  /** What is measured, in half a sentence. */
  summary: string;
  measure: (context: ClaimContext) => Promise<Figure[]>;
}

/** The middle measurement; between the two middle ones when their number is even. */
export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** Linear between the two neighbouring measurements; NaN without any. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** A figure over measurements: their median and, on request, their tail. */
export function figureOf(
  measured: number[],
  about: Pick<Figure, "claim" | "name" | "unit" | "how"> & { goalAtMost?: number; tail?: boolean },
): Figure {
  const { tail = false, goalAtMost = null, ...rest } = about;
  return {
    ...rest,
    value: median(measured),
    p95: tail ? percentile(measured, 0.95) : null,
    range: measured.length < 2 ? null : { least: Math.min(...measured), most: Math.max(...measured) },
    goalAtMost,
    n: measured.length,
  };
}
