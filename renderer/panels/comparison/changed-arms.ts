import {
  type Arm,
  type Comparison,
  type RetrievalFilter,
  usesAdapter,
  usesRetrieval,
} from "../../../core/contract/index.ts";
import { everything, filterKey } from "../retrieval/filter-words.ts";
import { collectionIdsOf, type Picks } from "../workspace/picks.ts";

/**
 * Arms whose answer may differ if the question were asked again with what is picked now.
 * The engine takes the others from the store: nothing that determines them changed.
 */
export function changedArms(comparison: Comparison, picks: Picks, filter: RetrievalFilter): Arm[] {
  const asked = comparison.arms.map(({ arm }) => arm);
  if (picks.modelId !== comparison.modelId) return asked;
  const isAdapterChanged = adapterKey(comparison.adapters) !== adapterKey(picks.adapters);
  const { retrieval } = comparison;
  const isSearchChanged =
    collectionKey(picks) !== collectionKey(comparison) ||
    // What was not searched was not filtered either.
    (retrieval !== null && filterKey(retrieval.filter ?? everything) !== filterKey(filter));
  return asked.filter((arm) => (usesAdapter(arm) && isAdapterChanged) || (usesRetrieval(arm) && isSearchChanged));
}

/** Passages come from all collections together, so their order does not matter. */
const collectionKey = (asked: Pick<Picks, "collectionId" | "otherCollectionIds">): string =>
  collectionIdsOf(asked).sort().join(" ");

/** Adapters add up, so their order does not matter; a scale of 0 is still said, as the engine stores it. */
const adapterKey = (adapters: readonly { modelId: string; scale: number }[]): string =>
  adapters
    .map(({ modelId, scale }) => `${modelId}×${scale}`)
    .sort()
    .join(" ");
