import { seededRandom } from "../../core/training/seeded-random.ts";
import type { TokenSequence } from "../../core/training/graph/batch-inputs.ts";

/** Random ordinary tokens; everything from `answerFrom` on is the answer. */
export function randomSequence(length: number, answerFrom: number, seed: number): TokenSequence {
  const random = seededRandom(seed);
  const tokens = Int32Array.from({ length }, () => 3 + Math.floor(random() * 256));
  const answers = Uint8Array.from({ length }, (_, at) => (at >= answerFrom - 1 && at + 1 < length ? 1 : 0));
  return { tokens, answers };
}
