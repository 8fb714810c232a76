import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import Database from "better-sqlite3";
import { RetrievalFilter, type RetrievalSettings } from "../core/contract/retrieval.ts";
import { Reading } from "../core/documents/reading.ts";
import { Imports } from "../core/ingestion/imports.ts";
import { bundledEmbedder } from "../core/models/bundled.ts";
import { readManifest } from "../core/models/manifest.ts";
import { sampleDocumentsFolder } from "../core/models/samples.ts";
import { defaultRetrievalSettings } from "../core/retrieval/default-settings.ts";
import { pairedBootstrap } from "../core/retrieval/paired-bootstrap.ts";
import { rank } from "../core/retrieval/rank.ts";
import { type RankingMetrics, rankingMetrics } from "../core/retrieval/ranking-metrics.ts";
import { Reranking } from "../core/retrieval/reranking.ts";
import { type EmbedderIdentity, findCollection, type StoredCollection } from "../core/store/collections.ts";
import type { WritableDb } from "../core/store/db.ts";
import { listDocuments } from "../core/store/documents.ts";
import { readChunks } from "../core/store/chunks.ts";
import { openStore } from "../core/store/open-store.ts";
import { seededRandom } from "../core/training/seeded-random.ts";
import { CollectionStores } from "../core/vectors/collection-stores.ts";
import { Vectors } from "../core/vectors/vectors.ts";
import { readCranfield, type TestCollection } from "./cranfield.ts";
import { type ExpectedAnswer, holdsAnswer } from "./models/answers.ts";
import { handwrittenDocuments, readHandwritten } from "./models/evaluation-files.ts";

/**
 * `npm run bench:retrieval -- quality [--embedder FOLDER] [--chunk-size TOKENS] [--reranker PATH] [--sweep] [--json FILE]`: how well passages are found,
 * by the product's own reading, splitting, embedding and ranking; the defaults in core/retrieval are chosen by it.
 */
const { values } = parseArgs({
  options: {
    embedder: { type: "string" },
    "chunk-size": { type: "string", default: "128" },
    reranker: { type: "string" },
    sweep: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

interface Judged {
  text: string;
  /** Gain by document name. */
  gains: Map<string, number>;
  /** Words that an answer holds; empty where only documents are judged. */
  answers: ExpectedAnswer[];
}

/** One setting on one test set: what each question got. */
interface Measured {
  set: string;
  setting: string;
  perQuestion: RankingMetrics[];
  /** Questions whose first five passages hold the words of the answer; null where no words are known. */
  answered: number | null;
}

const scratch = mkdtempSync(join(tmpdir(), "fourfold-bench-retrieval-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
process.on("SIGINT", () => process.exit(130));

const embedder = await chosenEmbedder();
const cranfield = readCranfield();
const lines: string[] = [];
const print = (line: string): void => {
  lines.push(line);
  process.stdout.write(`${line}\n`);
};
const say = (line: string): void => void process.stderr.write(`retrieval: ${line}\n`);

print(`Embedder: ${embedder.name}, ${embedder.dimensions} dimensions, chunks of ${embedder.chunkSize} tokens`);
if (cranfield === null) print("Cranfield is not at hand; only the bundled sample questions are measured.");
else printBaseline(cranfield);

const workspace = join(scratch, "workspace");
mkdirSync(join(workspace, "index"), { recursive: true });
const db = openStore(workspace);
const measured: Measured[] = [];
{
  await using vectors = new Vectors({ workspace, hnswFromChunks: Infinity });
  await using reading = new Reading({});
  await using reranking = new Reranking();
  await using stores = new CollectionStores(db, vectors, workspace);
  const imports = new Imports({ db, stores, reading, vectors, said: (text) => text }, embedder, () => {});
  const parts = { db, vectors, stores, reranking };

  const samples = await sampleSet(imports);
  await measureSet(parts, "samples", samples, settingsToTry());
  await measureSet(parts, "hand-written", await handwrittenSet(imports), settingsToTry());
  if (cranfield !== null) {
    const set = await cranfieldSet(imports, cranfield);
    await measureSet(parts, "cranfield", set, settingsToTry());
    await using hnsw = new Vectors({ workspace, hnswFromChunks: 1 });
    await printIndexRecall(vectors, hnsw, set);
  }
}
db.close();
if (values.json !== undefined) {
  mkdirSync(dirname(resolve(values.json)), { recursive: true });
  writeFileSync(resolve(values.json), `${JSON.stringify({ embedder: embedder.name, lines, measured }, null, 1)}\n`);
}

/** The settings that are compared, the default first. */
function settingsToTry(): { name: string; settings: Partial<RetrievalSettings> }[] {
  const legs = [
    { name: "hybrid (default)", settings: {} },
    { name: "without lines", settings: { lineWeight: 0 } },
    { name: "words alone", settings: { meaningWeight: 0 } },
    { name: "meaning alone", settings: { wordWeight: 0, lineWeight: 0 } },
    ...(values.reranker === undefined
      ? []
      : [{ name: "hybrid, reranked", settings: { reranker: resolve(values.reranker) } }]),
  ];
  if (!values.sweep) return legs;
  const vary = <Name extends keyof RetrievalSettings>(name: Name, choices: RetrievalSettings[Name][]) =>
    choices
      .filter((choice) => choice !== defaultRetrievalSettings[name])
      .map((choice) => ({ name: `${name} ${String(choice)}`, settings: { [name]: choice } }));
  return [
    ...legs,
    ...vary("rrfDamping", [5, 10, 20, 30, 60, 100]),
    ...vary("wordWeight", [0.5, 0.75, 1, 1.5, 2, 3]),
    ...vary("lineWeight", [0.25, 0.5, 0.75, 1.5, 2, 3]),
    ...vary("candidatesPerLeg", [10, 20, 50, 100, 200]),
    ...vary("commonWordShare", [0.05, 0.1, 0.2, 0.3, 0.5, 1]),
    ...vary("scoreFloor", [0, 0.1, 0.2, 0.3, 0.4]),
    ...vary("mmrLambda", [0.9, 0.8, 0.7, 0.5, 0.3]),
  ];
}

async function measureSet(
  parts: Parameters<typeof rank>[0],
  set: string,
  { collection, questions }: { collection: StoredCollection; questions: Judged[] },
  settings: { name: string; settings: Partial<RetrievalSettings> }[],
): Promise<void> {
  print(
    `\n${set}: ${questions.length} questions, ${collection.documentCount} documents, ${collection.chunkCount} chunks`,
  );
  print("| setting | hit@1 | hit@5 | hit@10 | MRR@10 | nDCG@10 | answer in first 5 | default − this, nDCG@10 [95 %] |");
  print("| --- | --: | --: | --: | --: | --: | --: | --- |");
  const names = new Map(listDocuments(parts.db, collection.id).map(({ id, name }) => [id, name]));
  let first: Measured | null = null;
  for (const { name, settings: changes } of settings) {
    const perQuestion: RankingMetrics[] = [];
    let answered = 0;
    for (const { text, gains, answers } of questions) {
      const { chunks } = await rank(parts, {
        collections: [collection],
        question: text,
        topK: 50,
        settings: { ...defaultRetrievalSettings, ...changes },
        filter: RetrievalFilter.parse({}),
      });
      const found = chunks.filter(({ isBelowFloor }) => !isBelowFloor).map(({ id }) => id);
      const stored = readChunks(parts.db, found);
      const documents = [...new Set(found.map((id) => names.get(stored.get(id)!.documentId)!))];
      perQuestion.push(rankingMetrics(documents, gains));
      if (found.slice(0, 5).some((id) => holdsAnswer(stored.get(id)!.text, answers))) answered += 1;
    }
    const run = {
      set,
      setting: name,
      perQuestion,
      answered: questions.some((each) => each.answers.length > 0) ? answered : null,
    };
    measured.push(run);
    first ??= run;
    print(rowOf(run, first));
  }
}

function rowOf(run: Measured, first: Measured): string {
  const mean = (metric: keyof RankingMetrics): string =>
    (run.perQuestion.reduce((sum, each) => sum + each[metric], 0) / run.perQuestion.length).toFixed(3);
  const of = (each: Measured): number[] => each.perQuestion.map(({ ndcgAt10 }) => ndcgAt10);
  const { mean: difference, low, high } = pairedBootstrap(of(first), of(run), seededRandom(1));
  const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
  return `| ${[
    run.setting,
    ...(["hitAt1", "hitAt5", "hitAt10", "reciprocalRankAt10", "ndcgAt10"] as const).map(mean),
    run.answered === null ? "" : `${run.answered} of ${run.perQuestion.length}`,
    run === first ? "" : `${signed(difference)} [${signed(low)}, ${signed(high)}]${low > 0 || high < 0 ? " *" : ""}`,
  ].join(" | ")} |`;
}

/** The published figures of plain FTS5 on whole abstracts, so that the harness is known to be right. */
function printBaseline({ documents, questions }: TestCollection): void {
  const memory = new Database(":memory:");
  memory.exec(`CREATE VIRTUAL TABLE abstract USING fts5 (text, tokenize = "porter unicode61")`);
  const insert = memory.prepare("INSERT INTO abstract (rowid, text) VALUES (?, ?)");
  for (const { id, title, text } of documents) insert.run(Number(id), `${title} ${text}`);
  const search = memory
    .prepare<[string], number>(
      "SELECT rowid FROM abstract WHERE abstract MATCH ? ORDER BY bm25(abstract), rowid LIMIT 10",
    )
    .pluck();
  const found = questions.map(({ text, gains }) => {
    const terms = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))].map((term) => `"${term}"`);
    return rankingMetrics(search.all(terms.join(" OR ")).map(String), new Map([...gains.keys()].map((id) => [id, 1])));
  });
  memory.close();
  const mean = (metric: keyof RankingMetrics): string =>
    (found.reduce((sum, each) => sum + each[metric], 0) / found.length).toFixed(3);
  print(
    `Harness check, FTS5 porter on whole abstracts, binary gains: nDCG@10 ${mean("ndcgAt10")} (known: 0.377), ` +
      `hit@5 ${mean("hitAt5")} (0.778), hit@10 ${mean("hitAt10")} (0.831), MRR@10 ${mean("reciprocalRankAt10")} (0.514)`,
  );
}

async function printIndexRecall(
  exact: Vectors,
  hnsw: Vectors,
  { collection, questions }: { collection: StoredCollection; questions: Judged[] },
): Promise<void> {
  say("building the HNSW index");
  if ((await hnsw.settle(collection)).kind !== "hnsw")
    return print("hnswlib-node is not built here; no index to measure.");
  let recall = 0;
  for (const { text } of questions) {
    const near = await exact.search(collection, text, 10);
    const ids = new Set((await hnsw.search(collection, text, 10)).neighbours.map(({ chunkId }) => chunkId));
    recall += near.neighbours.filter(({ chunkId }) => ids.has(chunkId)).length / near.neighbours.length;
  }
  print(
    `\nHNSW recall@10 against exact search, ${questions.length} questions: ${(recall / questions.length).toFixed(4)} (goal ≥ 0.98)`,
  );
}

async function sampleSet(imports: Imports): Promise<{ collection: StoredCollection; questions: Judged[] }> {
  const folder = sampleDocumentsFolder(await readManifest());
  await imports.run("Samples", [folder]);
  const questions = JSON.parse(readFileSync(join(folder, "../questions.json"), "utf8")) as {
    question: string;
    document: string | null;
    expected: string;
  }[];
  return {
    collection: findCollection(db as WritableDb, "Samples")!,
    questions: questions
      .filter(({ document }) => document !== null)
      .map(({ question, document, expected }) => ({
        text: question,
        gains: new Map([[document!, 1]]),
        answers: [expected],
      })),
  };
}

async function handwrittenSet(imports: Imports): Promise<{ collection: StoredCollection; questions: Judged[] }> {
  await imports.run("Hand-written", [handwrittenDocuments]);
  return {
    collection: findCollection(db as WritableDb, "Hand-written")!,
    questions: (await readHandwritten())
      .filter(({ answers }) => answers.length > 0)
      .map(({ question, document, answers }) => ({ text: question, gains: new Map([[document, 1]]), answers })),
  };
}

async function cranfieldSet(
  imports: Imports,
  { documents, questions }: TestCollection,
): Promise<{ collection: StoredCollection; questions: Judged[] }> {
  const folder = join(scratch, "cranfield");
  mkdirSync(folder);
  // Two of the documents are empty; a reader refuses them.
  for (const { id, title, text } of documents)
    if (text !== "") writeFileSync(join(folder, `${id}.txt`), `${title}\n\n${text}\n`);
  say(`importing ${documents.length} abstracts`);
  await imports.run("Cranfield", [folder]);
  return {
    collection: findCollection(db as WritableDb, "Cranfield")!,
    questions: questions.map(({ text, gains }) => ({
      text,
      gains: new Map([...gains].map(([id, gain]) => [`${id}.txt`, gain])),
      answers: [],
    })),
  };
}

/** The bundled one, or a sentence embedder in transformers.js' layout: mean pooling, unit length, no prefixes. */
async function chosenEmbedder(): Promise<EmbedderIdentity> {
  const bundled = await bundledEmbedder(await readManifest());
  if (values.embedder === undefined) return bundled;
  const folder = resolve(values.embedder);
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as { hidden_size: number };
  return {
    ...bundled,
    id: `bench-${basename(folder)}`,
    name: basename(folder),
    folder,
    dtype: "fp32",
    dimensions: config.hidden_size,
    isStatic: false,
    queryPrefix: "",
    passagePrefix: "",
    chunkSize: Number(values["chunk-size"]),
  };
}
