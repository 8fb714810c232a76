import { useState } from "react";
import type { Collection, Comparison, RetrievalFilter } from "../../../core/contract/index.ts";
import { collectionIdsOf, type Picks } from "../workspace/picks.ts";
import { everything } from "./filter-words.ts";
import type { InspectorTarget } from "./InspectorDrawer.tsx";

export interface RetrievalViews {
  /** The search under inspection; null when none is. */
  inspected: InspectorTarget | null;
  /** The collection whose use is shown; null when none is. */
  corpusOf: Collection | null;
  /** Where passages may come from, in the picked collections. */
  filter: RetrievalFilter;
  setFilter: (filter: RetrievalFilter) => void;
  /** Takes over the filter a comparison was asked with, as its collections are about to be picked again. */
  setFilterOf: (comparison: Comparison) => void;
  /** Opens the inspector on a search that was made. */
  explain: (target: InspectorTarget) => void;
  /** Opens it on the picked collection, for a question to be typed. */
  inspect: () => void;
  showCorpus: () => void;
  close: () => void;
}

/** What is open of the looks behind retrieval, and the filter that questions are asked with. */
export function useRetrievalViews(collections: readonly Collection[], picks: Picks): RetrievalViews {
  const { modelId, adapters } = picks;
  const picked = collectionIdsOf(picks);
  const pickedKey = picked.join(" ");
  const [inspected, setInspected] = useState<InspectorTarget | null>(null);
  const [showsCorpus, setShowsCorpus] = useState(false);
  // A filter names documents of its collections; in others it would find nothing.
  const [filtered, setFiltered] = useState({ key: pickedKey, filter: everything });
  return {
    inspected,
    corpusOf: showsCorpus ? (collections.find(({ id }) => id === picked[0]) ?? null) : null,
    filter: filtered.key === pickedKey ? filtered.filter : everything,
    setFilter: (filter) => setFiltered({ key: pickedKey, filter }),
    setFilterOf: (comparison) =>
      setFiltered({ key: collectionIdsOf(comparison).join(" "), filter: comparison.retrieval?.filter ?? everything }),
    explain: setInspected,
    inspect() {
      if (picked.length > 0)
        setInspected({ collections: named(collections, picked), question: "", modelId, adapters, retrieval: null });
    },
    showCorpus: () => setShowsCorpus(true),
    close() {
      setInspected(null);
      setShowsCorpus(false);
    },
  };
}

/** Collections by id as the inspector names them, in their order. */
export const named = (collections: readonly Collection[], ids: readonly string[]): InspectorTarget["collections"] =>
  ids.map((id) => ({ id, name: collections.find((one) => one.id === id)?.name ?? "removed collection" }));
