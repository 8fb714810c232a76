import type { SectionChunk } from "../store/sections.ts";
import type { PassageTreatment } from "./passage-treatment.ts";

/** Where documents are kept, as far as a passage's surroundings are read there. */
export interface Surroundings {
  /** Null when the document's collection is gone. */
  ofDocument(documentId: string): {
    readSection(chunkId: number): Promise<SectionChunk[]>;
    readTextSlice(documentId: string, start: number, end: number): Promise<string | null>;
  } | null;
}

/** How much of a section a passage may bring along, in tokens of the embedder; about a page. */
const MOST_TOKENS = 384;

/**
 * Give passages their surroundings: neighbouring chunks of the same section, taken in turn from both sides. What stands
 * in the prompt is one exact span of the document again, so a citation still points to what was read.
 */
export function passageWidener(stores: Surroundings): NonNullable<PassageTreatment["widen"]> {
  return async (passage, others) => {
    const store = stores.ofDocument(passage.documentId);
    const section = (await store?.readSection(passage.chunkId)) ?? [];
    const at = section.findIndex(({ id }) => id === passage.chunkId);
    if (at === -1) return null;
    const isFree = ({ start, end }: { start: number; end: number }): boolean =>
      others.every((other) => other.documentId !== passage.documentId || end <= other.start || other.end <= start);
    let [first, last] = [at, at];
    let tokens = section[at]!.tokenCount;
    const take = (index: number): boolean => {
      const chunk = section[index];
      if (chunk === undefined || !isFree(chunk) || tokens + chunk.tokenCount > MOST_TOKENS) return false;
      tokens += chunk.tokenCount;
      return true;
    };
    for (let grows = true; grows;) {
      grows = false;
      if (take(last + 1)) [last, grows] = [last + 1, true];
      if (take(first - 1)) [first, grows] = [first - 1, true];
    }
    if (first === last) return null;
    const [start, end] = [section[first]!.start, section[last]!.end];
    const text = await store!.readTextSlice(passage.documentId, start, end);
    return text === null ? null : { ...passage, start, end, text };
  };
}
