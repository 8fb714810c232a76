/** The rate never falls to nothing, so that the last examples still count. */
const LAST_SHARE = 0.05;

/**
 * Learning rate of a step, from 0: linear warm-up to the peak, then half a cosine down to a twentieth of it
 * (Loshchilov & Hutter 2017, SGDR, without restarts).
 */
export function learningRateAt(step: number, steps: number, peak: number, warmupShare: number): number {
  const warmup = Math.floor(steps * warmupShare);
  if (step < warmup) return (peak * (step + 1)) / (warmup + 1);
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return peak * (LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
