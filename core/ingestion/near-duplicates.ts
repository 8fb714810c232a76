import type { DocumentWarning } from "../contract/documents.ts";
import { estimateJaccard } from "./shingle-signature.ts";

/** From this share of common word sequences on, two documents are said to be nearly the same. */
const NEARLY_THE_SAME = 0.8;

/** The documents of one collection by what they say, so that a new one is told from its likes. */
export class NearDuplicates {
  readonly #known: Map<string, Uint32Array>;

  constructor(known: { path: string; signature: Uint32Array }[]) {
    this.#known = new Map(known.map(({ path, signature }) => [path, signature]));
  }

  /** A warning that names the likest other document and how like it is; null when there is none. */
  warningFor(path: string, signature: Uint32Array | null): DocumentWarning | null {
    if (signature === null) return null;
    let likest: { path: string; share: number } | null = null;
    for (const [other, known] of this.#known) {
      if (other === path) continue;
      const share = estimateJaccard(signature, known);
      if (share >= NEARLY_THE_SAME && share > (likest?.share ?? 0)) likest = { path: other, share };
    }
    if (likest === null) return null;
    const percent = Math.min(99, Math.round(likest.share * 100));
    const message = `It shares about ${percent} % of its word sequences with ${likest.path}; both are stored.`;
    return { code: "near_duplicate", message };
  }

  add(path: string, signature: Uint32Array | null): void {
    if (signature === null) this.#known.delete(path);
    else this.#known.set(path, signature);
  }

  move(from: string, to: string): void {
    const signature = this.#known.get(from);
    this.#known.delete(from);
    if (signature !== undefined) this.#known.set(to, signature);
  }
}
