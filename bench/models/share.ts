/** How many of how many, and what was promised. */
export interface Share {
  name: string;
  right: number;
  of: number;
  /** Least share that keeps the promise, or the largest; null where nothing was promised. */
  goal: { atLeast: number } | { atMost: number } | null;
  /** What was counted, and over what. */
  how: string;
}

/** A share with its 95 % interval. */
export interface MeasuredShare extends Share {
  share: number;
  interval: { low: number; high: number };
  met: boolean | null;
}

export function measured(share: Share): MeasuredShare {
  const value = share.of === 0 ? Number.NaN : share.right / share.of;
  return { ...share, share: value, interval: wilsonInterval(share.right, share.of), met: isMet(value, share.goal) };
}

/** @returns null where nothing was promised, or nothing measured */
export function isMet(value: number, goal: Share["goal"]): boolean | null {
  if (goal === null || Number.isNaN(value)) return null;
  return "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
}

/**
 * The Wilson score interval of a share at 95 % (E. B. Wilson: "Probable Inference, the Law of Succession, and
 * Statistical Inference", JASA 1927). It stays within 0 and 1 and is honest for few items and for shares near either end.
 */
export function wilsonInterval(right: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const share = right / of;
  const spread = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  return { low: Math.max(0, middle - spread), high: Math.min(1, middle + spread) };
}
