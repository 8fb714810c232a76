import { type ArchitectureFields, count, real } from "./architecture-fields.ts";
import type { TrainableArchitecture } from "./architecture-traits.ts";

/** Layers that see only the last tokens before a position. */
export interface SlidingWindow {
  /** A query sees itself and so many tokens less one before it. */
  tokens: number;
  /** Which layers do, from the lowest up. */
  layers: boolean[];
  /** These layers rotate at a pace of their own. */
  rotation: { frequencyBase: number; frequencyScale: number };
}

/** Gemma 2 and 3 alternate; that other files name a window has no meaning in llama.cpp, so it has none here. */
export function readSlidingWindow(
  architecture: TrainableArchitecture,
  layers: number,
  { attention, rope }: ArchitectureFields,
  outside: { frequencyBase: number; frequencyScale: number },
): SlidingWindow | null {
  if (architecture !== "gemma2" && architecture !== "gemma3") return null;
  const isSecond = architecture === "gemma2";
  const tokens = count(attention?.["sliding_window"]) ?? (isSecond ? 4096 : 0);
  if (tokens === 0) return null;
  const frequencyBase = real(rope?.["freq_base_swa"]);
  return {
    tokens,
    layers: slidingLayers(attention?.["sliding_window_pattern"], layers, isSecond ? 2 : 6),
    rotation: isSecond
      ? { ...outside, ...(frequencyBase !== null && { frequencyBase }) }
      : { frequencyBase: frequencyBase ?? 10_000, frequencyScale: 1 },
  };
}

/** A list says it of every layer; a number n means that every n-th layer sees everything. */
function slidingLayers(pattern: unknown, layers: number, usual: number): boolean[] {
  if (Array.isArray(pattern)) return Array.from({ length: layers }, (_, layer) => Boolean(pattern[layer]));
  const every = count(pattern) ?? usual;
  return Array.from({ length: layers }, (_, layer) => every === 0 || layer % every < every - 1);
}
