import type { Passage, Retrieval } from "../contract/retrieval.ts";
import type { Likeness } from "./nearest-lines.ts";
import { passageWidener, type Surroundings } from "./widen-passage.ts";

/** How the passages of a retrieval are laid out. */
export interface PassageTreatment {
  /** Whole documents: all of them stand in the prompt, or none. */
  isWhole: boolean;
  /** Gives a passage its surroundings, clear of the others; null where there are none to give, or none are wanted. */
  widen: ((passage: Passage, others: Passage[]) => Promise<Passage | null>) | null;
  /**
   * By which lines are marked for a base that reads it. Null for whole documents, whose thousands of lines would take
   * long to embed, and where the collection is gone. What it throws fails the prompt: without marks it would be another one.
   */
  likeness: Likeness | null;
}

/** Where documents are kept, as far as a prompt needs it. */
interface Stores {
  ofDocument(documentId: string):
    | (NonNullable<ReturnType<Surroundings["ofDocument"]>> & {
        likenessTo(question: string, texts: string[], options: { signal?: AbortSignal | undefined }): Promise<number[]>;
      })
    | null;
}

/** What a retrieval itself says about laying out its passages. */
export function treatmentOf(
  stores: Stores,
  retrieval: Pick<Retrieval, "settings" | "wholeDocuments" | "passages" | "searchedFor"> | null,
  signal?: AbortSignal,
): PassageTreatment {
  return {
    isWhole: retrieval?.wholeDocuments ?? false,
    widen: retrieval?.settings?.expandPassages ? passageWidener(stores) : null,
    likeness: retrieval === null ? null : likenessOf(stores, retrieval, signal),
  };
}

/** Each line is embedded once, however often a prompt is tried with fewer passages or wider ones. */
function likenessOf(
  stores: Stores,
  { wholeDocuments, passages, searchedFor }: Pick<Retrieval, "wholeDocuments" | "passages" | "searchedFor">,
  signal: AbortSignal | undefined,
): Likeness | null {
  // One embedder compares all lines, the best passage's: cosines of two embedders say nothing of each other.
  const store = wholeDocuments || passages.length === 0 ? null : stores.ofDocument(passages[0]!.documentId);
  if (store === null || searchedFor === null) return null;
  const known = new Map<string, number>();
  return async (texts) => {
    const fresh = [...new Set(texts)].filter((text) => !known.has(text));
    const cosines = fresh.length === 0 ? [] : await store.likenessTo(searchedFor, fresh, { signal });
    for (const [index, text] of fresh.entries()) known.set(text, cosines[index]!);
    return texts.map((text) => known.get(text)!);
  };
}
