/** Cosine of two unit vectors; of embedders with different dimensions nothing is known, so they count as unlike. */
export function similarityOf(first: Float32Array, second: Float32Array): number {
  if (first.length !== second.length) return 0;
  let similarity = 0;
  for (let i = 0; i < first.length; i++) similarity += first[i]! * second[i]!;
  return similarity;
}
