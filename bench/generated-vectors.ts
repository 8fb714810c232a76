import { seededRandom } from "../test/support/random.ts";

const TOPICS = 200;

/**
 * Vectors that lie as embeddings of documents do: chunks of a document near each other (cosine about 0.6), documents of
 * a topic less near (about 0.3). Independent random vectors would be harder than any text, tight clusters easier.
 */
export class GeneratedVectors {
  readonly #dimensions: number;
  readonly #random: () => number;
  readonly #topics: Float32Array[];

  constructor(dimensions: number, seed: number) {
    this.#dimensions = dimensions;
    const topics = seededRandom(1);
    this.#topics = Array.from({ length: TOPICS }, () => direction(topics, dimensions));
    this.#random = seededRandom(seed);
  }

  /** Where a document lies. */
  document(): Float32Array {
    return this.#near(this.#topics[Math.floor(this.#random() * TOPICS)]!, 1);
  }

  /** Where a chunk of it, or a question about it, lies. */
  chunk(document: Float32Array): Float32Array {
    return this.#near(document, 0.8);
  }

  #near(centre: Float32Array, spread: number): Float32Array {
    const away = direction(this.#random, this.#dimensions);
    return normalized(centre.map((value, index) => value + spread * away[index]!));
  }
}

/** The sum of four uniform numbers is as good as a normal one here, and four times faster at a million vectors. */
function direction(random: () => number, dimensions: number): Float32Array {
  const values = new Float32Array(dimensions);
  for (let i = 0; i < dimensions; i++) values[i] = random() + random() + random() + random() - 2;
  return normalized(values);
}

function normalized(values: Float32Array): Float32Array {
  let sum = 0;
  for (const value of values) sum += value * value;
  const length = Math.sqrt(sum);
  for (let i = 0; i < values.length; i++) values[i]! /= length;
  return values;
}
