/**
 * Damping of reciprocal rank fusion; 60 is the value of its paper and was not sensitive there
 * (Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet…", SIGIR 2009).
 */
const DAMPING = 60;

export interface FusedRank {
  id: number;
  /** 1-based rank in each leg; null when that leg did not find it. */
  bm25Rank: number | null;
  vectorRank: number | null;
  /** Sum over the legs of 1 / (60 + rank). */
  score: number;
}

/**
 * Merge two rankings by reciprocal rank fusion: what both legs find comes first.
 *
 * @param byWords    ids, best first
 * @param byMeaning  ids, best first
 * @returns          best first; ties go to the better vector rank, then the smaller id, so a rerun gives the same list
 */
export function fuseRanks(byWords: number[], byMeaning: number[]): FusedRank[] {
  const fused = new Map<number, FusedRank>();
  const entry = (id: number): FusedRank => {
    const known = fused.get(id) ?? { id, bm25Rank: null, vectorRank: null, score: 0 };
    fused.set(id, known);
    return known;
  };
  byWords.forEach((id, index) => {
    const found = entry(id);
    found.bm25Rank = index + 1;
    found.score += 1 / (DAMPING + index + 1);
  });
  byMeaning.forEach((id, index) => {
    const found = entry(id);
    found.vectorRank = index + 1;
    found.score += 1 / (DAMPING + index + 1);
  });
  return [...fused.values()].sort(
    (a, b) => b.score - a.score || (a.vectorRank ?? Infinity) - (b.vectorRank ?? Infinity) || a.id - b.id,
  );
}
