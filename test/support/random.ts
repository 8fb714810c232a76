export { seededRandom } from "../../core/training/seeded-random.ts";

/** A vector of unit length in a random direction (Box–Muller, then normalised). */
export function randomUnitVector(random: () => number, dimensions: number): Float32Array {
  const vector = Float32Array.from(
    { length: dimensions },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
