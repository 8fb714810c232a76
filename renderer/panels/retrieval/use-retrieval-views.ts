import { useState } from "react";
import type { Collection, RetrievalFilter } from "../../../core/contract/index.ts";
import type { Picks } from "../workspace/picks.ts";
import { everything } from "./FilterFields.tsx";
import type { InspectorTarget } from "./InspectorDrawer.tsx";

export interface RetrievalViews {
  /** The search under inspection; null when none is. */
  inspected: InspectorTarget | null;
  /** The collection whose use is shown; null when none is. */
  corpusOf: Collection | null;
  /** Where passages may come from, in the picked collection. */
  filter: RetrievalFilter;
  setFilter: (filter: RetrievalFilter) => void;
  /** Opens the inspector on a search that was made. */
  explain: (target: InspectorTarget) => void;
  /** Opens it on the picked collection, for a question to be typed. */
  inspect: () => void;
  showCorpus: () => void;
  close: () => void;
}

/** What is open of the looks behind retrieval, and the filter that questions are asked with. */
export function useRetrievalViews(collection: Collection | null, picks: Picks): RetrievalViews {
  const { collectionId, modelId, adapters } = picks;
  const [inspected, setInspected] = useState<InspectorTarget | null>(null);
  const [showsCorpus, setShowsCorpus] = useState(false);
  // A filter names documents of its collection; in another one it would find nothing.
  const [filtered, setFiltered] = useState({ collectionId, filter: everything });
  return {
    inspected,
    corpusOf: showsCorpus ? collection : null,
    filter: filtered.collectionId === collectionId ? filtered.filter : everything,
    setFilter: (filter) => setFiltered({ collectionId, filter }),
    explain: setInspected,
    inspect() {
      if (collection === null) return;
      const { id, name } = collection;
      setInspected({ collectionId: id, collectionName: name, question: "", modelId, adapters, retrieval: null });
    },
    showCorpus: () => setShowsCorpus(true),
    close() {
      setInspected(null);
      setShowsCorpus(false);
    },
  };
}
