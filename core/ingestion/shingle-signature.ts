/** Words per shingle: one changed word then changes three of them. */
const SHINGLE_WORDS = 3;
/** Bins of a signature; the estimate's standard deviation is at most 0.5 / √BINS, that is 0.045. */
const BINS = 128;
const EMPTY = 0xffffffff;
/** A text of fewer shingles is as like another by chance as by copying. */
const FEWEST_SHINGLES = 20;

/** Scripts that write no spaces give one word per character. */
const word = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu;

/**
 * A text's word shingles as one number per bin, by one-permutation hashing: every shingle is hashed once, falls into a
 * bin by its low bits, and each bin keeps its smallest hash (Li, Owen, Zhang, "One Permutation Hashing", NIPS 2012).
 * Letter case, punctuation and white space do not count.
 *
 * @returns null for a text too short to say anything of
 */
export function shingleSignature(text: string): Uint32Array | null {
  const signature = new Uint32Array(BINS).fill(EMPTY);
  const last: number[] = [];
  let shingles = 0;
  for (const [match] of text.matchAll(word)) {
    last.push(hashOf(match.toLowerCase()));
    if (last.length < SHINGLE_WORDS) continue;
    const shingle = last.reduce((mixed, hash) => mix(Math.imul(mixed, 31) + hash), 0);
    const bin = shingle % BINS;
    const value = Math.floor(shingle / BINS);
    if (value < signature[bin]!) signature[bin] = value;
    shingles += 1;
    last.shift();
  }
  return shingles < FEWEST_SHINGLES ? null : signature;
}

/**
 * Estimated share of shingles two texts have in common (Jaccard: those of both over those of either), 0 to 1.
 * Formula 6 of the paper above: matching bins over bins that are not empty in both.
 */
export function estimateJaccard(a: Uint32Array, b: Uint32Array): number {
  let matching = 0;
  let bothEmpty = 0;
  for (let bin = 0; bin < BINS; bin++) {
    if (a[bin] !== b[bin]) continue;
    if (a[bin] === EMPTY) bothEmpty += 1;
    else matching += 1;
  }
  return bothEmpty === BINS ? 0 : matching / (BINS - bothEmpty);
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** MurmurHash3's finalizer: every bit of the input moves every bit of the result. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
