/** How relevant each document is to one question: id → gain; absent or 0 is not relevant. */
export type Judgements<Id> = ReadonlyMap<Id, number>;

/** What one ranking is worth against the judgements of its question; every value is 0 to 1. */
export interface RankingMetrics {
  hitAt1: number;
  hitAt5: number;
  hitAt10: number;
  /** Reciprocal rank of the first relevant document among the first ten. */
  reciprocalRankAt10: number;
  ndcgAt10: number;
}

/** 1 when any of the first `k` is relevant, else 0; its mean over questions is hit@k, also called success@k. */
export function hitAt<Id>(ranking: readonly Id[], judgements: Judgements<Id>, k: number): number {
  return ranking.slice(0, k).some((id) => gainOf(judgements, id) > 0) ? 1 : 0;
}

/**
 * 1 / rank of the first relevant document among the first `k`, 0 without one; its mean over questions is MRR@k
 * (Voorhees: "The TREC-8 Question Answering Track Report", TREC 1999).
 */
export function reciprocalRankAt<Id>(ranking: readonly Id[], judgements: Judgements<Id>, k: number): number {
  const index = ranking.slice(0, k).findIndex((id) => gainOf(judgements, id) > 0);
  return index === -1 ? 0 : 1 / (index + 1);
}

/**
 * Normalised discounted cumulative gain: Σ gain / log2(rank + 1) over the first `k`, divided by the same sum of the
 * best possible ranking (Järvelin, Kekäläinen: "Cumulated gain-based evaluation of IR techniques", TOIS 2002; the
 * linear gain and discount of trec_eval's ndcg_cut). 0 for a question without relevant documents.
 */
export function ndcgAt<Id>(ranking: readonly Id[], judgements: Judgements<Id>, k: number): number {
  const discounted = (gains: readonly number[]): number =>
    gains.slice(0, k).reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
  const best = discounted([...judgements.values()].filter((gain) => gain > 0).sort((a, b) => b - a));
  return best === 0 ? 0 : discounted(ranking.map((id) => gainOf(judgements, id))) / best;
}

export function rankingMetrics<Id>(ranking: readonly Id[], judgements: Judgements<Id>): RankingMetrics {
  return {
    hitAt1: hitAt(ranking, judgements, 1),
    hitAt5: hitAt(ranking, judgements, 5),
    hitAt10: hitAt(ranking, judgements, 10),
    reciprocalRankAt10: reciprocalRankAt(ranking, judgements, 10),
    ndcgAt10: ndcgAt(ranking, judgements, 10),
  };
}

// A negative grade is a mark of the judges, not a harmful document.
const gainOf = <Id>(judgements: Judgements<Id>, id: Id): number => Math.max(0, judgements.get(id) ?? 0);
