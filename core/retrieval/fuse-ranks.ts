export interface FusedRank {
  id: number;
  /** 1-based rank in each leg; null when that leg did not find it. */
  bm25Rank: number | null;
  vectorRank: number | null;
  /** Sum over the legs of weight / (damping + rank). */
  score: number;
}

export interface Fusion {
  /** 60 in the paper, where it was not sensitive. */
  rrfDamping: number;
  /** 0 leaves a leg out. */
  wordWeight: number;
  meaningWeight: number;
}

/**
 * Merge two rankings by weighted reciprocal rank fusion: what both legs find comes first
 * (Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet…", SIGIR 2009; there with equal weights).
 *
 * @param byWords    ids, best first: a list for each place that counts its words apart
 * @param byMeaning  ids, best first: a list for each embedder; what cannot be compared shares a rank
 * @returns          best first; ties go to the better vector rank, then the smaller id, so a rerun gives the same list
 */
export function fuseRanks(byWords: number[][], byMeaning: number[][], fusion: Fusion): FusedRank[] {
  const { rrfDamping, wordWeight, meaningWeight } = fusion;
  const fused = new Map<number, FusedRank>();
  const entry = (id: number): FusedRank => {
    const known = fused.get(id) ?? { id, bm25Rank: null, vectorRank: null, score: 0 };
    fused.set(id, known);
    return known;
  };
  if (wordWeight > 0) {
    for (const [index, id] of byWords.flatMap((list) => [...list.entries()])) {
      const found = entry(id);
      found.bm25Rank = index + 1;
      found.score += wordWeight / (rrfDamping + index + 1);
    }
  }
  if (meaningWeight > 0) {
    for (const [index, id] of byMeaning.flatMap((list) => [...list.entries()])) {
      const found = entry(id);
      found.vectorRank = index + 1;
      found.score += meaningWeight / (rrfDamping + index + 1);
    }
  }
  return [...fused.values()].sort(
    (a, b) => b.score - a.score || (a.vectorRank ?? Infinity) - (b.vectorRank ?? Infinity) || a.id - b.id,
  );
}
