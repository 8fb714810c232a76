import { describe, expect, test } from "vitest";
import { VectorMatrix } from "../../core/vectors/vector-matrix.ts";

// Four compass points in the plane: every similarity below can be checked by eye.
function compass(): VectorMatrix {
  const matrix = new VectorMatrix(2);
  [
    [0, 1],
    [1, 0],
    [0, -1],
    [-1, 0],
  ].forEach((point, index) => matrix.append(index + 1, new Float32Array(point)));
  return matrix;
}

describe("exact search", () => {
  test("returns the vectors most similar to the query, best first", () => {
    const northNorthEast = new Float32Array([0.6, 0.8]);

    expect(compass().search(northNorthEast, 2)).toEqual([
      { chunkId: 1, similarity: expect.closeTo(0.8, 6) },
      { chunkId: 2, similarity: expect.closeTo(0.6, 6) },
    ]);
  });

  test("ranges from 1 for the same direction to −1 for the opposite one", () => {
    const similarities = compass()
      .search(new Float32Array([0, 1]), 4)
      .map(({ similarity }) => similarity);

    expect(similarities).toEqual([1, 0, 0, -1]);
  });

  test("returns every vector when there are fewer than k", () => {
    expect(compass().search(new Float32Array([0, 1]), 10)).toHaveLength(4);
  });

  test("keeps chunk order among ties, so a rerun gives the same list", () => {
    const ids = compass()
      .search(new Float32Array([0, 1]), 4)
      .map(({ chunkId }) => chunkId);

    expect(ids).toEqual([1, 2, 4, 3]); // east and west are both at zero
  });

  test("forgets the rows that are not kept, and finds the others where they moved", () => {
    const matrix = compass();

    const removed = matrix.retain(new Set([2, 4]));

    expect(removed).toEqual([1, 3]);
    expect(matrix.search(new Float32Array([-1, 0]), 2)).toEqual([
      { chunkId: 4, similarity: 1 },
      { chunkId: 2, similarity: -1 },
    ]);
  });

  test("grows past its first capacity without losing a row", () => {
    const pointAt = (id: number) => new Float32Array([Math.cos((id * Math.PI) / 500), Math.sin((id * Math.PI) / 500)]);
    const matrix = new VectorMatrix(2);
    for (let id = 1; id <= 1000; id++) matrix.append(id, pointAt(id));

    expect(matrix.search(pointAt(777), 1)[0]).toEqual({
      chunkId: 777,
      similarity: expect.closeTo(1, 5),
    });
  });

  // 2 divides 4, so a check on the array length alone would let this through.
  test("refuses a question embedded by another model, and says what to do", () => {
    expect(() => compass().search(new Float32Array([0, 0, 0, 1]), 1)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ code: "vector_shape_mismatch", details: { expected: 2, received: 4 } }),
      }),
    );
  });
});
