import type { Comparison } from "../../../core/contract/index.ts";

/**
 * What came of a replay, in few words. An arm that was stopped, failed or never ran says nothing about equality,
 * so only a replay whose every arm gave the same text is called identical.
 *
 * @param original  the comparison it repeats, where it is at hand: a replay that broke off stored fewer arms
 */
export function replayWords({ arms }: Comparison, original: Comparison | undefined): string {
  if (arms.some(({ identical }) => identical === false)) return "replay, differs";
  const equal = arms.filter(({ identical }) => identical === true).length;
  const asked = Math.max(arms.length, original?.arms.length ?? 0);
  if (equal === 0) return "replay, not finished";
  return equal === asked ? "replay, identical" : `replay, ${equal} of ${asked} compared`;
}
