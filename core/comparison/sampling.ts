import type { Sampling } from "../contract/comparison.ts";

/** The same draw for all arms; only seed and temperature are asked about, the rest are llama.cpp's usual values. */
export const samplingOf = (seed: number, temperature: number): Sampling => ({
  seed,
  temperature,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
});
