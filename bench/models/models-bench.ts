import type { Share } from "./share.ts";

/** A measured number that is no share: a time, a size, a speed. */
export interface Measure {
  name: string;
  value: number;
  p95: number | null;
  unit: string;
  goal: Share["goal"];
  how: string;
}

export interface Results {
  shares: Share[];
  times: Measure[];
}

export interface BenchContext {
  /** An empty folder of this bench's own; it is removed afterwards. */
  scratch: string;
  /** Folder of the Cranfield collection; null when none was named. */
  cranfield: string | null;
  /** Other embedders to measure beside the bundled one. */
  embedders: string[];
  /** Tell whoever waits what is being done. */
  say: (line: string) => void;
  /** Keep one answer for whoever wants to read them all; they go into the JSON. */
  note: (answer: Record<string, unknown>) => void;
}

/** A part of `bench:models` that can be run alone. */
export interface Bench {
  name: string;
  /** Over what, in half a sentence. */
  summary: string;
  measure: (context: BenchContext) => Promise<Results>;
}
