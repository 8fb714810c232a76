import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultRetrievalSettings, noFilter } from "../core/retrieval/default-settings.ts";
import { lookUpWords } from "../core/retrieval/look-up-words.ts";
import { Reranking } from "../core/retrieval/reranking.ts";
import { search } from "../core/retrieval/search.ts";
import { ensureCollection, findCollection, type StoredCollection } from "../core/store/collections.ts";
import type { WritableDb } from "../core/store/db.ts";
import { openStore } from "../core/store/open-store.ts";
import { saveDocument } from "../core/store/save-document.ts";
import { CollectionStores } from "../core/vectors/collection-stores.ts";
import { CollectionVectors } from "../core/vectors/collection-vectors.ts";
import { indexFolderOf, Vectors } from "../core/vectors/vectors.ts";
import { seededRandom } from "../core/training/seeded-random.ts";
import { documentOf } from "../test/support/stored-documents.ts";
import { type Claim, type ClaimContext, type Figure, figureOf, median } from "./claim.ts";
import { sentences } from "./generated-documents.ts";
import { generatedEmbedder } from "./generated-embedder.ts";
import { GeneratedVectors } from "./generated-vectors.ts";
import { type Curve, growthCurve } from "./growth-curve.ts";
import { processorMs } from "./processor-time.ts";

const SIZES = [10_000, 100_000, 300_000, 1_000_000];
const CHUNKS_EACH = 100;
const QUESTIONS = 200;
const WARM_UP = 5;
const LEG_DEPTH = 50;
/** What was promised at a hundred thousand chunks, as 95th percentiles in ms. */
const GOALS: Record<string, number> = { "vector leg": 30, "both legs fused": 100 };
const GOALS_AT = 100_000;

/** Search at growing sizes, each leg apart; `--long` adds a million chunks, and takes hours where cores are few. */
export const retrievalSpeed: Claim = {
  name: "retrieval-speed",
  summary: "search as a collection grows, each leg apart; memory and start of its index",
  measure: async (context) => {
    const figures: Figure[] = [];
    const curves = new Map<string, Curve>();
    for (const chunks of SIZES.filter((size) => size <= context.largest)) {
      const measured = await measureAt(chunks, context);
      figures.push(...measured.figures);
      for (const { name, value, p95, unit } of measured.figures)
        context.say(`${name} ${value.toPrecision(3)} ${unit}${p95 === null ? "" : `, p95 ${p95.toPrecision(3)}`}`);
      for (const [name, { times, processorMs: used }] of Object.entries(measured.legs)) {
        const curve = curves.get(name) ?? { name, points: [] };
        // Where the system does not tell processor time, the median shows the same on a quiet machine.
        curve.points.push({ chunks, ms: Number.isNaN(used) ? median(times) : used / times.length });
        curves.set(name, curve);
      }
    }
    const file = join(import.meta.dirname, "retrieval-growth.svg");
    writeFileSync(file, growthCurve([...curves.values()], "Processor time of each step of a search"));
    context.say(`curve written to ${file}`);
    return figures;
  },
};

async function measureAt(
  chunks: number,
  { scratch, say }: ClaimContext,
): Promise<{ figures: Figure[]; legs: Record<string, Taken> }> {
  const workspace = join(scratch, `chunks-${chunks}`);
  const indexFolder = indexFolderOf(workspace);
  mkdirSync(indexFolder, { recursive: true });
  const db = openStore(workspace);
  try {
    const collection = ensureCollection(db, "Generated", generatedEmbedder());
    const { embedder } = collection;
    const missing = chunks - collection.chunkCount;
    say(`storing ${missing} chunks`);
    const storing = performance.now();
    fill(db, collection, chunks);
    const storedPerSecond = missing > 0 ? (missing * 1000) / (performance.now() - storing) : NaN;

    // In this process, so that questions can be vectors that lie where questions lie.
    const direct = new CollectionVectors(db, collection.id, embedder, indexFolder);
    const isBuilt = existsSync(join(indexFolder, `${collection.id}.hnsw.json`));
    say("building the HNSW index");
    const building = performance.now();
    await direct.settle();
    const buildSeconds = isBuilt ? NaN : (performance.now() - building) / 1000;
    const { recall, recallOfNone, ...inThisProcess } = await vectorLegs(direct, embedder.dimensions, chunks);
    await direct.close();

    say("asking the product");
    const { openSeconds, hostBytes, ...inTheProduct } = await productLegs(db, workspace, collection);
    const legs = {
      "embedding the question": inTheProduct.embedding,
      "vector leg": inThisProcess.approximate,
      "vector leg, exact": inThisProcess.exact,
      "word leg": inTheProduct.words,
      "both legs fused": inTheProduct.both,
    };
    const about = { claim: "retrieval-speed", unit: "ms", tail: true };
    const how = {
      "embedding the question":
        "a question of 13 words through a MiniLM-shaped embedder in the index host, message included",
      "vector leg": `HNSW, 50 nearest of 384 dimensions, in one process; ${QUESTIONS} questions near stored documents`,
      "vector leg, exact": "the same questions, all vectors compared",
      "word leg":
        "BM25 of SQLite's FTS5, 50 best, question of 13 words, stop words and a name included; words of most chunks left out",
      "both legs fused": "the product's search: embedding the question, both legs, fusion, 5 passages read",
    };
    return {
      legs,
      figures: [
        ...Object.entries(legs).flatMap(([leg, { times, processorMs: used }]) => {
          const figure = figureOf(times, { ...about, name: `${chunks}: ${leg}`, how: how[leg as keyof typeof how] });
          const goal = chunks === GOALS_AT ? GOALS[leg] : undefined;
          return [
            figure,
            single(
              `${chunks}: ${leg}, processor time`,
              used / times.length,
              "ms",
              "mean, of all processes that take part",
            ),
            ...(goal === undefined ? [] : [tailOf(figure, goal)]),
          ];
        }),
        single(
          `${chunks}: recall@10 of HNSW, question about a document`,
          recall,
          "",
          "mean share of the ten nearest that the index finds; the question lies where a chunk of a stored document would",
        ),
        single(
          `${chunks}: recall@10 of HNSW, question about none`,
          recallOfNone,
          "",
          "the question is about a document of the same topics that is not stored; its nearest are all about as far",
        ),
        ...builtNow(chunks, storedPerSecond, buildSeconds),
        single(
          `${chunks}: opening the index`,
          openSeconds,
          "s",
          "start of the index host until HNSW serves, file verified",
        ),
        single(
          `${chunks}: memory of the index host`,
          hostBytes / 2 ** 20,
          "MiB",
          "resident, embedder included; Linux only",
        ),
      ],
    };
  } finally {
    db.close();
  }
}

function fill(db: WritableDb, collection: StoredCollection, chunks: number): void {
  const vectors = new GeneratedVectors(collection.embedder.dimensions);
  for (let document = collection.documentCount; document < chunks / CHUNKS_EACH; document++) {
    const random = seededRandom(document);
    const centre = vectors.document(document);
    const source = sentences(document);
    const lines = Array.from({ length: CHUNKS_EACH }, () => ({
      text: source.next().value,
      embedding: vectors.chunk(centre, random),
    }));
    const { id, embedder } = collection;
    saveDocument(db, { collectionId: id, ...documentOf(embedder.id, `manual-${document}.md`, lines) });
  }
}

/** How long each question took, and the processor time of them all. */
interface Taken {
  times: number[];
  processorMs: number;
}

const nothingYet = (): Taken => ({ times: [], processorMs: 0 });

/** Run, and add to what was taken; `pids` work for it as well. */
async function timed<Result>(
  taken: Taken,
  pids: (number | null)[],
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const processor = processorMs(pids) ?? NaN;
  const started = performance.now();
  const result = await run();
  taken.times.push(performance.now() - started);
  taken.processorMs += (processorMs(pids) ?? NaN) - processor;
  return result;
}

async function vectorLegs(vectors: CollectionVectors, dimensions: number, chunks: number) {
  const documents = chunks / CHUNKS_EACH;
  const generated = new GeneratedVectors(dimensions);
  const random = seededRandom(-1);
  const questionAbout = (document: number): Float32Array => generated.chunk(generated.document(document), random);
  let approximate = nothingYet();
  let exact = nothingYet();
  const recallFor = async (query: Float32Array): Promise<number> => {
    const nearest = await timed(approximate, [], () => vectors.search(query, LEG_DEPTH));
    const truth = await timed(exact, [], () => vectors.search(query, LEG_DEPTH, { exact: true }));
    const ids = new Set(nearest.neighbours.slice(0, 10).map(({ chunkId }) => chunkId));
    return truth.neighbours.slice(0, 10).filter(({ chunkId }) => ids.has(chunkId)).length / 10;
  };
  const shares: number[] = [];
  const sharesOfNone: number[] = [];
  for (let question = -WARM_UP; question < QUESTIONS; question++) {
    if (question === 0) [approximate, exact] = [nothingYet(), nothingYet()];
    const document = Math.floor((Math.max(0, question) * documents) / QUESTIONS);
    const share = await recallFor(questionAbout(document));
    const shareOfNone = await recallFor(questionAbout(documents + Math.max(0, question)));
    if (question < 0) continue;
    shares.push(share);
    sharesOfNone.push(shareOfNone);
  }
  return { approximate, exact, recall: mean(shares), recallOfNone: mean(sharesOfNone) };
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function productLegs(db: WritableDb, workspace: string, { id }: StoredCollection) {
  const collection = findCollection(db, id)!;
  await using vectors = new Vectors({ workspace });
  await using stores = new CollectionStores(db, vectors, workspace);
  const opening = performance.now();
  await vectors.settle(collection);
  const openSeconds = (performance.now() - opening) / 1000;
  await using reranking = new Reranking();
  const settings = defaultRetrievalSettings;
  const { commonWordShare } = settings;
  const scope = { collectionIds: [collection.id], filter: noFilter };
  const wherever = { collections: [collection], topK: 5, settings, filter: noFilter };
  const pids = [vectors.host.pid];
  let taken = { embedding: nothingYet(), words: nothingYet(), both: nothingYet() };
  for (let index = -WARM_UP; index < QUESTIONS; index++) {
    if (index === 0) taken = { embedding: nothingYet(), words: nothingYet(), both: nothingYet() };
    const question = sentences(1_000_000 + index).next().value;
    await timed(taken.embedding, pids, () => vectors.embedQuestion(collection.embedder, question));
    await timed(taken.words, [], () => lookUpWords(db, scope, question, { commonWordShare, limit: LEG_DEPTH }));
    await timed(taken.both, pids, () => search({ db, vectors, stores, reranking }, { ...wherever, question }));
  }
  return { ...taken, openSeconds, hostBytes: residentBytes(vectors.host.pid) };
}

/** What a run that found everything built already cannot tell. */
const builtNow = (chunks: number, storedPerSecond: number, buildSeconds: number): Figure[] => [
  ...(Number.isNaN(storedPerSecond)
    ? []
    : [single(`${chunks}: storing`, storedPerSecond, "chunks/s", "documents of 100 chunks with words and vectors")]),
  ...(Number.isNaN(buildSeconds)
    ? []
    : [single(`${chunks}: building the index`, buildSeconds, "s", "once, in slices between searches")]),
];

/** NaN where the system does not tell. */
function residentBytes(pid: number | null): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;
  } catch {
    return NaN;
  }
}

/** The goals are promised of the slow ones, so the tail is what is compared. */
const tailOf = (figure: Figure, goalAtMost: number): Figure => ({
  ...figure,
  name: `${figure.name}, 95th percentile`,
  value: figure.p95!,
  goalAtMost,
});

const single = (name: string, value: number, unit: string, how: string): Figure => ({
  ...figureOf([value], { claim: "retrieval-speed", name, unit, how }),
  value: median([value]),
});
