import { type Arm, type Comparison, usesAdapter, usesRetrieval } from "../../../core/contract/index.ts";
import type { Picks } from "../workspace/picks.ts";

/**
 * Arms whose answer may differ if the question were asked again with what is picked now.
 * The engine takes the others from the store: nothing that determines them changed.
 */
export function changedArms(comparison: Comparison, picks: Picks): Arm[] {
  const asked = comparison.arms.map(({ arm }) => arm);
  if (picks.modelId !== comparison.modelId) return asked;
  const isAdapterChanged = adapterKey(comparison.adapters) !== adapterKey(picks.adapters);
  const isCollectionChanged = picks.collectionId !== comparison.collectionId;
  return asked.filter((arm) => (usesAdapter(arm) && isAdapterChanged) || (usesRetrieval(arm) && isCollectionChanged));
}

/** Adapters add up, so their order does not matter; a scale of 0 is still said, as the engine stores it. */
const adapterKey = (adapters: readonly { modelId: string; scale: number }[]): string =>
  adapters
    .map(({ modelId, scale }) => `${modelId}×${scale}`)
    .sort()
    .join(" ");
