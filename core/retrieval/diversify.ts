import { similarityOf } from "../vectors/similarity.ts";

/** A candidate as diversity sees it. */
export interface Diverse {
  id: number;
  /** shape (dimensions,), unit length */
  embedding: Float32Array;
  /** 0 to 1; how well it answers, in the order found so far. */
  relevance: number;
}

/**
 * Maximal marginal relevance: take the best, then again and again what is relevant and unlike what was taken:
 * λ · relevance − (1 − λ) · greatest similarity to a taken one
 * (Carbonell, Goldstein: "The use of MMR, diversity-based reranking…", SIGIR 1998).
 *
 * @param candidates  best first
 * @param lambda      1 keeps the order, 0 looks at diversity alone
 * @returns           the ids of the `count` taken, in the order taken; ties go to the earlier candidate
 */
export function diversify(candidates: readonly Diverse[], lambda: number, count: number): number[] {
  const left = [...candidates];
  const nearest = new Map(candidates.map(({ id }) => [id, 0]));
  const taken: number[] = [];
  while (left.length > 0 && taken.length < count) {
    const worth = ({ id, relevance }: Diverse): number => lambda * relevance - (1 - lambda) * nearest.get(id)!;
    const best = left.reduce((leader, candidate) => (worth(candidate) > worth(leader) ? candidate : leader));
    left.splice(left.indexOf(best), 1);
    taken.push(best.id);
    for (const { id, embedding } of left)
      nearest.set(id, Math.max(nearest.get(id)!, similarityOf(embedding, best.embedding)));
  }
  return taken;
}
