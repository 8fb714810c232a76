import { join } from "node:path";
import { defaultRetrievalSettings, noFilter } from "../core/retrieval/default-settings.ts";
import { lookUpWords } from "../core/retrieval/look-up-words.ts";
import { Reranking } from "../core/retrieval/reranking.ts";
import { search as searchBoth } from "../core/retrieval/search.ts";
import { findCollection } from "../core/store/collections.ts";
import { openStore } from "../core/store/open-store.ts";
import { CollectionStores } from "../core/vectors/collection-stores.ts";
import { Vectors } from "../core/vectors/vectors.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, type ClaimContext, type Figure, figureOf } from "./claim.ts";
import { sentences, writeDocuments } from "./generated-documents.ts";

const QUESTIONS = 100;
/** What each leg hands to the fusion. */
const LEG_DEPTH = 50;
/** About one sentence, at most two, make a chunk of the bundled embedder's 32 tokens. */
const SENTENCES_EACH = 100;
const CHUNKS_EACH = 100;

export const searching: Claim = {
  name: "search",
  summary: "how long a question looks for its passages",
  measure: async (context) => {
    const figures: Figure[] = [];
    for (const chunks of context.long ? [1000, 10_000, 100_000] : [1000, 10_000]) {
      figures.push(...(await searchAmong(chunks, context)));
    }
    return figures;
  },
};

async function searchAmong(wanted: number, { scratch, say }: ClaimContext): Promise<Figure[]> {
  const workspace = join(scratch, `workspace-${wanted}`);
  const folder = join(scratch, `documents-${wanted}`);
  say(`importing about ${wanted} chunks`);
  writeDocuments(folder, wanted / CHUNKS_EACH, SENTENCES_EACH);
  {
    await using product = await BenchEngine.open(workspace, { hnswFromChunks: Infinity });
    await product.importFolder("Manuals", folder);
  }
  const db = openStore(workspace);
  try {
    const collection = findCollection(db, "Manuals")!;
    await using exact = new Vectors({ workspace, hnswFromChunks: Infinity });
    await using hnsw = new Vectors({ workspace, hnswFromChunks: 1 });
    say("building the HNSW index");
    const building = performance.now();
    const hasHnsw = (await hnsw.settle(collection)).kind === "hnsw";
    const buildSeconds = (performance.now() - building) / 1000;

    const storesOf = (vectors: Vectors): CollectionStores => new CollectionStores(db, vectors, workspace);
    await using reranking = new Reranking();
    const scope = { collectionIds: [collection.id], filter: noFilter };
    const { commonWordShare } = defaultRetrievalSettings;
    const requestOf = (question: string) => ({
      collections: [collection],
      question,
      topK: 5,
      settings: defaultRetrievalSettings,
      filter: noFilter,
    });
    const legs = {
      "embedding the question": (question: string) =>
        exact.host.call("embed", { embedder: collection.embedder, texts: [question], kind: "query" }),
      "vector leg, exact": (question: string) => exact.search(collection, question, LEG_DEPTH),
      ...(hasHnsw && { "vector leg, HNSW": (question: string) => hnsw.search(collection, question, LEG_DEPTH) }),
      "word leg (BM25)": (question: string) => lookUpWords(db, scope, question, { commonWordShare, limit: LEG_DEPTH }),
      "both legs fused, exact": (question: string) =>
        searchBoth({ db, vectors: exact, stores: storesOf(exact), reranking }, requestOf(question)),
      ...(hasHnsw && {
        "both legs fused, HNSW": (question: string) =>
          searchBoth({ db, vectors: hnsw, stores: storesOf(hnsw), reranking }, requestOf(question)),
      }),
    };
    const measured = Object.fromEntries(Object.keys(legs).map((leg) => [leg, [] as number[]]));
    say(`${QUESTIONS} questions among ${collection.chunkCount} chunks`);
    for (let question = 0; question < QUESTIONS + 5; question++) {
      for (const [leg, run] of Object.entries(legs)) {
        const started = performance.now();
        await run(questionOf(question));
        // The first questions open files and fill caches.
        if (question >= 5) measured[leg]!.push(performance.now() - started);
      }
    }
    const among = `among ${collection.chunkCount.toLocaleString("en")} chunks`;
    const how = `${QUESTIONS} questions of 13 words, stop words and a name included, ${among}, legs in turn; vector legs include embedding the question and the message to the index host, fused ones fetching 5 passages`;
    return [
      ...Object.entries(measured).map(([leg, times]) =>
        figureOf(times, { claim: "search", name: `${wanted}: ${leg}`, unit: "ms", how, tail: true }),
      ),
      ...(hasHnsw
        ? [
            await recall(wanted, (question) =>
              Promise.all([exact.search(collection, question, 10), hnsw.search(collection, question, 10)]),
            ),
            figureOf([buildSeconds], {
              claim: "search",
              name: `${wanted}: building the HNSW index`,
              unit: "s",
              how: "once, in slices between searches, index host start and writing included",
            }),
          ]
        : []),
    ];
  } finally {
    db.close();
  }
}

type Found = { neighbours: { chunkId: number }[] };

async function recall(wanted: number, searchTwice: (question: string) => Promise<[Found, Found]>): Promise<Figure> {
  let found = 0;
  for (let question = 0; question < QUESTIONS; question++) {
    const [exact, hnsw] = await searchTwice(questionOf(question));
    const ids = new Set(hnsw.neighbours.map(({ chunkId }) => chunkId));
    found += exact.neighbours.filter(({ chunkId }) => ids.has(chunkId)).length / exact.neighbours.length;
  }
  return {
    claim: "search",
    name: `${wanted}: recall@10 of HNSW against exact search`,
    value: found / QUESTIONS,
    unit: "",
    p95: null,
    range: null,
    goalAtMost: null,
    n: QUESTIONS,
    how: "mean share of the ten nearest chunks that the index finds; generated sentences, many of them near-duplicates",
  };
}

/** Sentences of documents that were not imported. */
const questionOf = (index: number): string => sentences(1_000_000 + index).next().value;
