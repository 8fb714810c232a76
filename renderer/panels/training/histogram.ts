import type { DatasetReport } from "../../../core/contract/training.ts";

type Histogram = NonNullable<DatasetReport["lengths"]>["histogram"];

/** One bar: examples of `from` to `upTo` tokens. */
export interface LengthBar {
  from: number;
  upTo: number;
  examples: number;
  /** Of the tallest bar, 0 to 1. */
  height: number;
  /** Whether some of its examples are longer than the sequence length, and left out. */
  isTooLong: boolean;
}

/** The bars of a length histogram, without the empty ones before the first and after the last example. */
export function lengthBars(histogram: Histogram, sequenceLength: number): LengthBar[] {
  const tallest = Math.max(1, ...histogram.map(({ examples }) => examples));
  const bars = histogram.map(({ upTo, examples }, index) => ({
    from: (histogram[index - 1]?.upTo ?? 0) + 1,
    upTo,
    examples,
    height: examples / tallest,
    isTooLong: upTo > sequenceLength && (histogram[index - 1]?.upTo ?? 0) >= sequenceLength,
  }));
  const first = bars.findIndex(({ examples }) => examples > 0);
  const last = bars.findLastIndex(({ examples }) => examples > 0);
  return first === -1 ? [] : bars.slice(first, last + 1);
}
