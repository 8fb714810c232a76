/** How much better one setting does than another on the same questions. */
export interface PairedDifference {
  /** Mean of first − second over the questions. */
  mean: number;
  /** 95 % interval of that mean; the settings differ when it leaves out 0. */
  low: number;
  high: number;
  questions: number;
}

const RESAMPLES = 5000;

/**
 * The difference of two settings with its interval, by resampling the questions: both settings answered each one, so
 * the pairs are drawn together and what makes a question hard cancels out.
 *
 * Percentile bootstrap (Efron, Tibshirani: "An Introduction to the Bootstrap", 1993, chapter 13; for retrieval:
 * Sakai: "Evaluating Evaluation Metrics Based on the Bootstrap", SIGIR 2006).
 *
 * @param first, second  one value per question, in the same order
 * @param random         numbers in [0, 1); seeded, the interval can be repeated
 */
export function pairedBootstrap(
  first: readonly number[],
  second: readonly number[],
  random: () => number,
): PairedDifference {
  if (first.length !== second.length) throw new RangeError("Paired values need the same questions.");
  const differences = first.map((value, index) => value - second[index]!);
  const count = differences.length;
  if (count === 0) return { mean: 0, low: 0, high: 0, questions: 0 };
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn++) sum += differences[Math.floor(random() * count)]!;
    return sum / count;
  }).sort((a, b) => a - b);
  return {
    mean: differences.reduce((sum, difference) => sum + difference, 0) / count,
    low: means[Math.floor(0.025 * (RESAMPLES - 1))]!,
    high: means[Math.ceil(0.975 * (RESAMPLES - 1))]!,
    questions: count,
  };
}
