import { mixSeeds, seededRandom } from "../core/training/seeded-random.ts";

const TOPICS = 200;

/**
 * Vectors that lie as embeddings of documents do: chunks of a document near each other (cosine about 0.6), documents of
 * a topic less near (about 0.3). Independent random vectors would be harder than any text, tight clusters easier.
 */
export class GeneratedVectors {
  readonly #topics: Float32Array[];

  constructor(dimensions: number) {
    const random = seededRandom(1);
    this.#topics = Array.from({ length: TOPICS }, () => direction(random, dimensions));
  }

  /** Where a document lies: its number alone decides, so that a question can be about one that is stored. */
  document(number: number): Float32Array {
    const random = seededRandom(mixSeeds(number, 1));
    return near(this.#topics[Math.floor(random() * TOPICS)]!, 1, random);
  }

  /** Where a chunk of it, or a question about it, lies. */
  chunk(document: Float32Array, random: () => number): Float32Array {
    return near(document, 0.8, random);
  }
}

function near(centre: Float32Array, spread: number, random: () => number): Float32Array {
  const away = direction(random, centre.length);
  return normalized(centre.map((value, index) => value + spread * away[index]!));
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
