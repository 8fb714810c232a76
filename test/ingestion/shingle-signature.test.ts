import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateJaccard, shingleSignature } from "../../core/ingestion/shingle-signature.ts";
import { seededRandom } from "../support/random.ts";

const word = fc.stringMatching(/^[a-z]{3,8}$/);
const text = fc.array(word, { minLength: 40, maxLength: 300 }).map((words) => words.join(" "));

/** The share of three-word sequences two texts have in common, counted. */
function jaccard(a: string, b: string): number {
  const shingles = (words: string[]): Set<string> =>
    new Set(words.slice(2).map((_, i) => words.slice(i, i + 3).join(" ")));
  const [ofA, ofB] = [shingles(a.split(" ")), shingles(b.split(" "))];
  return ofA.intersection(ofB).size / ofA.union(ofB).size;
}

test("the estimate of a text and itself is 1, whatever its case, commas and line breaks", () => {
  fc.assert(
    fc.property(text, (words) => {
      const shouted = words.toUpperCase().replaceAll(" ", ",\n");
      expect(estimateJaccard(shingleSignature(words)!, shingleSignature(shouted)!)).toBe(1);
    }),
    { seed: 11 },
  );
});

test("the estimate is symmetric and between 0 and 1", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [ofA, ofB] = [shingleSignature(a)!, shingleSignature(b)!];
      const estimate = estimateJaccard(ofA, ofB);
      expect(estimate).toBe(estimateJaccard(ofB, ofA));
      expect(estimate).toBeGreaterThanOrEqual(0);
      expect(estimate).toBeLessThanOrEqual(1);
    }),
    { seed: 12 },
  );
});

test("the estimate is the counted share within four standard deviations", () => {
  const random = seededRandom(13);
  const words = Array.from({ length: 2000 }, () => Math.floor(random() * 1e6).toString(36));
  for (const changed of [0, 20, 60, 150, 400, 1000]) {
    const other = words.map((each, i) => (i < changed * 2 && i % 2 === 0 ? `${each}x` : each));
    const [a, b] = [words.join(" "), other.join(" ")];
    const counted = jaccard(a, b);
    const deviation = Math.sqrt((counted * (1 - counted)) / 128);
    const estimate = estimateJaccard(shingleSignature(a)!, shingleSignature(b)!);
    expect(Math.abs(estimate - counted), `${changed} words changed`).toBeLessThanOrEqual(4 * deviation);
  }
});

test("a short text has no signature; a Japanese one is counted by its characters", () => {
  expect(shingleSignature("We open at nine.")).toBeNull();
  const japanese = "東京の港は朝六時に開きます。日曜日は休みです。荷物は前の日までに届けてください。";
  expect(shingleSignature(japanese)).not.toBeNull();
});
