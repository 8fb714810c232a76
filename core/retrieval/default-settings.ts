import { RetrievalFilter, type RetrievalSettings } from "../contract/retrieval.ts";

/** Passages per question where neither user nor model says otherwise; the field's common default. */
export const DEFAULT_TOP_K = 5;

/** What is in force where nobody chose; each value is measured by `npm run bench:retrieval` (bench/RESULTS.md). */
export const defaultRetrievalSettings: RetrievalSettings = {
  rrfDamping: 10,
  wordWeight: 0.5,
  meaningWeight: 1,
  lineWeight: null,
  candidatesPerLeg: 50,
  commonWordShare: 0.1,
  scoreFloor: null,
  mmrLambda: null,
  reranker: null,
  rerankCandidates: 20,
  rewriteFollowUps: false,
  expandPassages: false,
};

/** Everything of a collection. */
export const noFilter: RetrievalFilter = RetrievalFilter.parse({});

/** The question's own settings before the workspace's, and those before the defaults. */
export function resolveRetrievalSettings(...layers: Partial<RetrievalSettings>[]): RetrievalSettings {
  const resolved: RetrievalSettings = { ...defaultRetrievalSettings };
  for (const layer of layers.toReversed()) {
    // An absent field of a layer may be there with the value undefined; it must not hide what lies below.
    for (const [name, value] of Object.entries(layer))
      if (value !== undefined) Object.assign(resolved, { [name]: value });
  }
  return resolved;
}
