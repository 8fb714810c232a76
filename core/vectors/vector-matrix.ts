import { FourfoldError } from "../contract/failures.ts";

/** A vector found by a search: its chunk and how close it is. */
export interface Neighbour {
  chunkId: number;
  /** Cosine similarity, −1 to 1; higher is closer. */
  similarity: number;
}

/** Rows are kept in blocks of this many: growing one array would copy gigabytes, and hold them twice meanwhile. */
const BLOCK_ROWS = 1024;

/**
 * The embeddings of one collection laid end to end, each row of unit length, rows in chunk order.
 *
 * Searching it compares everything: always right, O(count × dimensions), and up to some thousand
 * rows faster than any index. It serves small collections, narrowed searches, and large ones while their index is built.
 */
export class VectorMatrix {
  readonly dimensions: number;
  /** each of shape (BLOCK_ROWS, dimensions), row-major; only the first `chunkIds.length` rows mean something */
  readonly #blocks: Float32Array[] = [];
  #chunkIds: number[] = [];

  constructor(dimensions: number) {
    this.dimensions = dimensions;
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
    const start = (index % BLOCK_ROWS) * this.dimensions;
    return this.#blocks[Math.floor(index / BLOCK_ROWS)]!.subarray(start, start + this.dimensions);
  }

  /** @throws vector_shape_mismatch  when the embedding has other dimensions */
  append(chunkId: number, embedding: Float32Array): void {
    this.#assertShape(embedding);
    const row = this.#chunkIds.length;
    if (row === this.#blocks.length * BLOCK_ROWS) this.#blocks.push(new Float32Array(BLOCK_ROWS * this.dimensions));
    this.row(row).set(embedding);
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
      if (row !== from) this.row(row).set(this.row(from));
      row += 1;
      return true;
    });
    this.#blocks.length = Math.ceil(this.#chunkIds.length / BLOCK_ROWS);
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
    const nearest = new Nearest(k);
    for (let first = 0; first < this.#chunkIds.length; first += BLOCK_ROWS) {
      const block = this.#blocks[first / BLOCK_ROWS]!;
      const rows = Math.min(BLOCK_ROWS, this.#chunkIds.length - first);
      for (let row = 0; row < rows; row++) {
        const chunkId = this.#chunkIds[first + row]!;
        if (within === undefined || within.has(chunkId))
          nearest.offer(chunkId, innerProduct(block, row * this.dimensions, query));
      }
    }
    return nearest.neighbours;
  }

  #assertShape(embedding: Float32Array): void {
    if (embedding.length === this.dimensions) return;
    throw vectorShapeMismatch(this.dimensions, embedding.length);
  }
}

/** @throws vector_shape_mismatch  before anything of a document is stored */
export function assertDimensions(chunks: readonly { embedding: Float32Array }[], dimensions: number): void {
  for (const { embedding } of chunks)
    if (embedding.length !== dimensions) throw vectorShapeMismatch(dimensions, embedding.length);
}

function vectorShapeMismatch(expected: number, received: number): FourfoldError {
  return new FourfoldError({
    code: "vector_shape_mismatch",
    message: `A vector has ${received} dimensions, but the collection holds ${expected}.`,
    action: "Use the embedder the collection was made with, or import its documents into a new collection.",
    details: { expected, received },
  });
}

/**
 * Unit vectors: the inner product already is the cosine.
 *
 * Four sums, because one has to wait for itself at every addition (measured: 1.4 times faster at 384 dimensions).
 */
function innerProduct(values: Float32Array, start: number, query: Float32Array): number {
  const dimensions = query.length;
  const whole = dimensions - (dimensions % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += values[start + i]! * query[i]!;
    b += values[start + i + 1]! * query[i + 1]!;
    c += values[start + i + 2]! * query[i + 2]!;
    d += values[start + i + 3]! * query[i + 3]!;
  }
  for (let i = whole; i < dimensions; i++) a += values[start + i]! * query[i]!;
  return a + b + (c + d);
}

/** The best `k` of those offered, best first; of equals the one offered first. Sorting all would cost more than comparing. */
class Nearest {
  readonly neighbours: Neighbour[] = [];
  readonly #k: number;

  constructor(k: number) {
    this.#k = k;
  }

  offer(chunkId: number, similarity: number): void {
    const { neighbours } = this;
    if (neighbours.length === this.#k && !(similarity > (neighbours.at(-1)?.similarity ?? Infinity))) return;
    let place = neighbours.length;
    while (place > 0 && similarity > neighbours[place - 1]!.similarity) place -= 1;
    neighbours.splice(place, 0, { chunkId, similarity });
    if (neighbours.length > this.#k) neighbours.pop();
  }
}
