import type { Passage } from "../../core/contract/retrieval.ts";
import type { BenchEngine } from "../bench-engine.ts";
import { type ExpectedAnswer, holdsAnswer, squeeze } from "./answers.ts";

/** Where the words that answer a question stand. */
export interface Place {
  document: string;
  /** As an evaluation file quotes it, white space squeezed. */
  text: string;
}

interface Span {
  start: number;
  end: number;
}

/** The texts of a collection's documents, and where quoted words stand in them. */
export class Places {
  readonly #texts: Map<string, string>;

  private constructor(texts: Map<string, string>) {
    this.#texts = texts;
  }

  static async of({ client }: BenchEngine, collectionId: string): Promise<Places> {
    const documents = await client.documents.list({ collectionId });
    const texts = documents.map(async ({ id, name }): Promise<[string, string]> => {
      const { text } = await client.documents.text({ documentId: id });
      return [name, text];
    });
    return new Places(new Map(await Promise.all(texts)));
  }

  /** Every span of a document's text with these words, however the document breaks its lines. */
  spansOf({ document, text }: Place): Span[] {
    const words = squeeze(text).split(" ").map(RegExp.escape);
    const matches = (this.#texts.get(document) ?? "").matchAll(new RegExp(words.join("\\s+"), "gu"));
    return [...matches].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  }

  /** Whether a passage is one that answers: it reaches into the place, and the answer is in its words. */
  isAnswering(
    passage: Pick<Passage, "document" | "text" | "start" | "end">,
    places: readonly Place[],
    expected: readonly ExpectedAnswer[],
  ): boolean {
    const reaches = places
      .filter(({ document }) => document === passage.document)
      .flatMap((place) => this.spansOf(place))
      .some(({ start, end }) => passage.start < end && start < passage.end);
    return reaches && holdsAnswer(passage.text, expected);
  }
}
