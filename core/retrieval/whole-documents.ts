import { FourfoldError } from "../contract/failures.ts";
import type { Retrieval } from "../contract/retrieval.ts";
import type { CollectionStores } from "../vectors/collection-stores.ts";
import { wordsToModel } from "./addresses-model.ts";
import { asksForAll } from "./asks-for-all.ts";
import type { SearchRequest } from "./rank.ts";
import { wantedDocuments } from "./wanted-documents.ts";

/** No tokenizer makes fewer tokens of ordinary text; what is longer than this is not even laid out. */
const MOST_CHARACTERS_PER_TOKEN = 16;

/**
 * Every document of the scope as one passage each, by collection and name: for questions about all of them. Whether they fit is for the
 * prompt to say; they are never cut.
 *
 * @param contextSize  of the model that will read them
 * @throws documents_too_long  when they cannot fit, whatever the tokenizer; and whatever keeps a server from answering
 */
export async function wholeDocuments(
  stores: CollectionStores,
  { collections, question, settings, filter }: Pick<SearchRequest, "collections" | "question" | "settings" | "filter">,
  contextSize: number,
): Promise<Retrieval> {
  const started = performance.now();
  const places = await Promise.all(
    collections.map(async (collection) => {
      const store = stores.of(collection);
      const documentIds = (await wantedDocuments(store, filter))?.map(({ id }) => id);
      return { store, documentIds, ...(await store.countCharacters(documentIds)) };
    }),
  );
  const count = places.reduce((sum, { documents }) => sum + documents, 0);
  const characters = places.reduce((sum, place) => sum + place.characters, 0);
  const tokens = Math.ceil(characters / MOST_CHARACTERS_PER_TOKEN);
  if (tokens > contextSize) throw documentsTooLong({ documents: count, tokens, reserved: 0, contextSize });
  const texts = await Promise.all(places.map(({ store, documentIds }) => store.readWholeDocuments(documentIds)));
  return {
    passages: texts.flat().map(({ documentId, document, chunkId, text }, index) => ({
      n: index + 1,
      chunkId,
      documentId,
      document,
      page: null,
      heading: null,
      text,
      start: 0,
      end: text.length,
      rectangles: [],
      similarity: null,
      bm25Rank: null,
      vectorRank: null,
      lineRank: null,
      lineSimilarity: null,
      score: 0,
      rerankScore: null,
      addressesModel: wordsToModel(text),
    })),
    ms: performance.now() - started,
    chunkCount: collections.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
    index: "exact",
    generation: collections[0]!.generation,
    searchedFor: question,
    settings,
    filter,
    rerankerSha256: null,
    asksForAll: asksForAll(question),
    ifWhole: null,
    wholeDocuments: true,
  };
}

export function documentsTooLong(figures: {
  documents: number;
  tokens: number;
  reserved: number;
  contextSize: number;
}): FourfoldError {
  const { documents, tokens, reserved, contextSize } = figures;
  const what = documents === 1 ? "The whole document makes" : `${documents} whole documents make`;
  const howMany =
    reserved === 0 ? `at least ${tokens} tokens` : `${tokens} tokens, with ${reserved} more kept for the answer`;
  return new FourfoldError({
    code: "documents_too_long",
    message: `${what} a prompt of ${howMany}; the model was loaded with a context of ${contextSize}.`,
    action: "Filter to fewer documents, load the model with a larger context, or ask with passages.",
    details: { promptTokens: tokens, reservedTokens: reserved, contextSize, documents },
  });
}
