import { FourfoldError } from "../contract/failures.ts";

/** A vector found by a search: its chunk and how close it is. */
export interface Neighbour {
  chunkId: number;
  /** Cosine similarity, −1 to 1; higher is closer. */
  similarity: number;
}

/**
 * The embeddings of one collection laid end to end, each row of unit length, rows in chunk order.
 *
 * Searching it compares everything: always right, O(count × dimensions), and up to some thousand
 * rows faster than any index. It serves small collections, and large ones while their index is built.
 */
export class VectorMatrix {
  readonly dimensions: number;
  /** shape (capacity, dimensions), row-major; only the first `chunkIds.length` rows mean something */
  #values: Float32Array;
  #chunkIds: number[] = [];

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#values = new Float32Array(64 * dimensions);
  }

  /** Chunk ids in row order, ascending. */
  get chunkIds(): readonly number[] {
    return this.#chunkIds;
  }

  /** The newest id held; 0 when empty. */
  get lastChunkId(): number {
    return this.#chunkIds.at(-1) ?? 0;
  }

  row(index: number): Float32Array {
    return this.#values.subarray(index * this.dimensions, (index + 1) * this.dimensions);
  }

  /** @throws vector_shape_mismatch  when the embedding has other dimensions */
  append(chunkId: number, embedding: Float32Array): void {
    this.#assertShape(embedding);
    const end = (this.#chunkIds.length + 1) * this.dimensions;
    if (end > this.#values.length) {
      const grown = new Float32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(embedding, end - this.dimensions);
    this.#chunkIds.push(chunkId);
  }

  /** Keep only the rows of these chunks; returns the ids that went. */
  retain(keep: ReadonlySet<number>): number[] {
    const removed: number[] = [];
    let row = 0;
    this.#chunkIds = this.#chunkIds.filter((chunkId, from) => {
      if (!keep.has(chunkId)) {
        removed.push(chunkId);
        return false;
      }
      if (row !== from)
        this.#values.copyWithin(row * this.dimensions, from * this.dimensions, (from + 1) * this.dimensions);
      row += 1;
      return true;
    });
    return removed;
  }

  /**
   * Find the `k` vectors most similar to `query` by comparing all of them.
   *
   * @param query   shape (dimensions,), unit length
   * @param within  only these chunks are compared; all when absent
   * @returns       best first; equal similarities keep chunk order, so a rerun gives the same list
   * @throws vector_shape_mismatch  when query and matrix differ in dimensions
   */
  search(query: Float32Array, k: number, within?: ReadonlySet<number>): Neighbour[] {
    this.#assertShape(query);
    const { dimensions } = this;
    const neighbours: Neighbour[] = [];
    for (const [row, chunkId] of this.#chunkIds.entries()) {
      if (within !== undefined && !within.has(chunkId)) continue;
      // Unit vectors: the dot product already is the cosine.
      let similarity = 0;
      const start = row * dimensions;
      for (let i = 0; i < dimensions; i++) similarity += this.#values[start + i]! * query[i]!;
      neighbours.push({ chunkId, similarity });
    }
    return neighbours.sort((a, b) => b.similarity - a.similarity).slice(0, k);
  }

  #assertShape(embedding: Float32Array): void {
    if (embedding.length === this.dimensions) return;
    throw new FourfoldError({
      code: "vector_shape_mismatch",
      message: `A vector has ${embedding.length} dimensions, but the collection holds ${this.dimensions}.`,
      action: "Use the embedder the collection was made with, or import its documents into a new collection.",
      details: { expected: this.dimensions, received: embedding.length },
    });
  }
}
