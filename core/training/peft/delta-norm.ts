/**
 * Frobenius norm of B·A: √trace((BᵀB)(AAᵀ)). Both factors are rank × rank, so a 4096 × 4096 product is never formed.
 *
 * @param a  [rank, inputs], row by row
 * @param b  [outputs, rank], row by row
 */
export function deltaNorm(a: Float32Array, b: Float32Array, rank: number): number {
  const rows = products(a, rank, a.length / rank, 1);
  const columns = products(b, rank, 1, rank);
  let trace = 0;
  for (let index = 0; index < rows.length; index++) trace += rows[index]! * columns[index]!;
  // Rounding may leave a zero slightly below zero.
  return Math.sqrt(Math.max(0, trace));
}

/** Inner products of `rank` vectors with one another: vector i starts at i · start, its entries are `step` apart. */
function products(values: Float32Array, rank: number, start: number, step: number): Float64Array {
  const result = new Float64Array(rank * rank);
  const length = values.length / rank;
  for (let i = 0; i < rank; i++) {
    for (let j = i; j < rank; j++) {
      let sum = 0;
      for (let at = 0; at < length; at++) sum += values[i * start + at * step]! * values[j * start + at * step]!;
      result[i * rank + j] = sum;
      result[j * rank + i] = sum;
    }
  }
  return result;
}
