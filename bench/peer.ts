import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Reading } from "../core/documents/reading.ts";
import { importDocuments } from "../core/ingestion/import-documents.ts";
import { bundledEmbedder } from "../core/models/bundled.ts";
import { readManifest } from "../core/models/manifest.ts";
import { readSampleQuestions, SAMPLE_COLLECTION } from "../core/models/samples.ts";
import { type EmbedderIdentity, ensureCollection } from "../core/store/collections.ts";
import type { WritableDb } from "../core/store/db.ts";
import { openStore } from "../core/store/open-store.ts";
import { CollectionStores } from "../core/vectors/collection-stores.ts";
import type { EncodingTime } from "../core/vectors/embedder.ts";
import { Vectors } from "../core/vectors/vectors.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, type Figure, figureOf, median } from "./claim.ts";
import { documentPath, writeDocuments } from "./generated-documents.ts";
import { generatedEmbedder } from "./generated-embedder.ts";
import { processorMs, processorMsOf } from "./processor-time.ts";

const REPEATS = 5;
const TOP_K = 5;

/** How many documents each embedder gets, so that both take some seconds. */
const rounds = [
  { name: "bundled embedder", documents: 30, sentencesEach: 100, embedder: () => bundled() },
  { name: "MiniLM-shaped embedder", documents: 6, sentencesEach: 100, embedder: async () => generatedEmbedder() },
];

const bundled = async (): Promise<EmbedderIdentity> => bundledEmbedder(await readManifest());

const peerFolder = join(import.meta.dirname, "peer-langchain");

/** An import on either side, until everything is indexed and written. */
interface Run {
  chunks: number;
  ms: number;
  /** Of all processes it takes. */
  processorMs: number;
  /** Of that, inside the embedder's own library: transformers.js with its tokenizer and the ONNX session. */
  encoder: EncodingTime;
}

/** What the peer's process says of itself, and the file names of the nearest chunks, per question. */
type PeerRun = Run & { found: string[][] };

export const peer: Claim = {
  name: "peer",
  summary: "importing and finding beside LangChain.js with hnswlib (installed on demand)",
  measure: async ({ scratch, say }) => {
    installPeer(say);
    const figures: Figure[] = [];
    for (const { name, documents, sentencesEach, embedder } of rounds) {
      const folder = join(scratch, name, "documents");
      writeDocuments(folder, documents, sentencesEach);
      figures.push(...(await sideBySide(name, folder, await embedder(), join(scratch, name), say)));
    }
    return [...figures, ...(await hits(scratch, await bundled()))];
  },
};

async function sideBySide(
  name: string,
  folder: string,
  embedder: EmbedderIdentity,
  scratch: string,
  say: (line: string) => void,
): Promise<Figure[]> {
  const workspace = join(scratch, "workspace");
  mkdirSync(workspace);
  const db = openStore(workspace);
  const ours: Run[] = [];
  const theirs: PeerRun[] = [];
  try {
    await using reading = new Reading();
    await using vectors = new Vectors({ workspace });
    await using stores = new CollectionStores(db, vectors, workspace);
    // Their splitter fills chunks up to a limit; with this one both end with about as many.
    const chunkCharacters = Math.round((await meanChunkCharacters(reading, folder, embedder)) * 1.25);
    using langchain = new PeerProcess(embedder, chunkCharacters);
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      say(`${name}, run ${repeat} of ${REPEATS}`);
      const our = await importHere({ db, reading, vectors, stores }, `Run ${repeat}`, folder, embedder);
      const their = await langchain.import({ folder, index: join(scratch, `index-${repeat}`), questions: [] });
      // The first starts the children on our side, and compiles what it runs on both.
      if (repeat === 0) continue;
      ours.push(our);
      theirs.push(their);
    }
  } finally {
    db.close();
  }
  return figuresOf(name, ours, theirs);
}

/** The product's own import into a new collection, from looking for files to an index that is written. */
async function importHere(
  parts: { db: WritableDb; reading: Reading; vectors: Vectors; stores: CollectionStores },
  collectionName: string,
  folder: string,
  embedder: EmbedderIdentity,
): Promise<Run> {
  const { db, reading, vectors } = parts;
  // Both children run, so that both are counted from the beginning.
  await vectors.embedPassages(embedder, ["warm"]);
  const processor = (): number => processorMs([vectors.host.pid]) ?? NaN;
  const readerBefore = processorOf(reading);
  const encodingBefore = await vectors.host.call("encoding", { embedder });
  const before = processor();
  const started = performance.now();
  const collection = ensureCollection(db, collectionName, embedder);
  const { documents } = await importDocuments({ ...parts, said: (text) => text }, collection, [folder]);
  await vectors.settle(collection);
  const ms = performance.now() - started;
  const encoding = await vectors.host.call("encoding", { embedder });
  const failed = documents.find(({ failure }) => failure !== null);
  if (failed !== undefined) throw new Error(`${failed.path}: ${failed.failure!.message}`);
  return {
    chunks: documents.reduce((sum, document) => sum + document.chunks, 0),
    ms,
    processorMs: processor() - before + processorOf(reading) - readerBefore,
    encoder: {
      ms: encoding.ms - encodingBefore.ms,
      processorMs: encoding.processorMs - encodingBefore.processorMs,
    },
  };
}

const processorOf = (reading: Reading): number =>
  reading.status.pid === null ? 0 : (processorMsOf(reading.status.pid) ?? NaN);

function figuresOf(name: string, ours: Run[], theirs: PeerRun[]): Figure[] {
  const claim = "peer";
  const counts = `${ours[0]!.chunks} chunks here, ${theirs[0]!.chunks} there`;
  const ratio = (of: (run: Run) => number): number[] =>
    ours.map((our, run) => of(our) / our.chunks / (of(theirs[run]!) / theirs[run]!.chunks));
  const outside = `all that is not inside transformers.js (tokenizer and ONNX session, measured alike on both sides): reading, splitting, messages between processes, storing, HNSW index built and written; ${counts}`;
  const share = { claim, unit: "× theirs" };
  const perChunk = (runs: Run[], of: (run: Run) => number): number[] =>
    runs.map((run) => (of(run) * 1000) / run.chunks);
  const speed = (runs: Run[]): number[] => runs.map(({ ms, chunks }) => (chunks * 1000) / ms);
  return [
    figureOf(
      ratio(({ ms, encoder }) => ms - encoder.ms),
      { ...share, name: `${name}: time outside the embedder per chunk`, goalAtMost: 0.5, how: outside },
    ),
    figureOf(
      ratio((run) => run.processorMs - run.encoder.processorMs),
      { ...share, name: `${name}: processor time outside the embedder per chunk`, how: `of all processes; ${outside}` },
    ),
    figureOf(
      ratio(({ ms }) => ms),
      {
        ...share,
        name: `${name}: time end to end per chunk`,
        goalAtMost: 1,
        how: `import of one folder of Markdown, in turn, everything warm on both sides, until the index is written; ${counts}`,
      },
    ),
    figureOf(
      perChunk(ours, ({ ms, encoder }) => ms - encoder.ms),
      { claim, name: `${name}: Fourfold, outside the embedder`, unit: "µs/chunk", how: "the same runs" },
    ),
    figureOf(
      perChunk(theirs, ({ ms, encoder }) => ms - encoder.ms),
      { claim, name: `${name}: LangChain, outside the embedder`, unit: "µs/chunk", how: "the same runs" },
    ),
    figureOf(
      perChunk(ours, ({ processorMs: used, encoder }) => used - encoder.processorMs),
      { claim, name: `${name}: Fourfold, processor time outside`, unit: "µs/chunk", how: "the same runs" },
    ),
    figureOf(
      perChunk(theirs, ({ processorMs: used, encoder }) => used - encoder.processorMs),
      { claim, name: `${name}: LangChain, processor time outside`, unit: "µs/chunk", how: "the same runs" },
    ),
    figureOf(speed(ours), { claim, name: `${name}: Fourfold end to end`, unit: "chunks/s", how: "the same runs" }),
    figureOf(speed(theirs), { claim, name: `${name}: LangChain end to end`, unit: "chunks/s", how: "the same runs" }),
  ];
}

function installPeer(say: (line: string) => void): void {
  if (existsSync(join(peerFolder, "node_modules"))) return;
  say("installing LangChain.js into bench/peer-langchain, from the network");
  // hnswlib-node is found in Fourfold's own node_modules: both sides use the very same build.
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps"];
  execFileSync("npm", ["install", ...flags], {
    cwd: peerFolder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}

/** One process for all runs, so that theirs are as warm as ours. */
class PeerProcess implements Disposable {
  readonly #process: ChildProcess;

  constructor(embedder: EmbedderIdentity, chunkCharacters: number) {
    this.#process = fork(join(peerFolder, "measure.mjs"), [JSON.stringify({ embedder, chunkCharacters })]);
  }

  async import(wanted: { folder: string; index: string; questions: string[] }): Promise<PeerRun> {
    this.#process.send(wanted);
    const ended = once(this.#process, "exit").then(([code]) => {
      throw new Error(`LangChain's process ended with exit code ${code}.`);
    });
    const [run] = (await Promise.race([once(this.#process, "message"), ended])) as [PeerRun];
    ended.catch(() => {});
    return run;
  }

  [Symbol.dispose](): void {
    this.#process.disconnect();
  }
}

async function meanChunkCharacters(reading: Reading, folder: string, embedder: EmbedderIdentity): Promise<number> {
  const { chunks } = await reading.read(documentPath(folder, 1), { ...embedder, tokenizerFolder: embedder.folder });
  return chunks.reduce((sum, { start, end }) => sum + end - start, 0) / chunks.length;
}

/** Sample documents as plain text, so that both sides read the same, and the sample questions that one of them answers. */
async function hits(scratch: string, embedder: EmbedderIdentity): Promise<Figure[]> {
  const folder = join(scratch, "samples");
  mkdirSync(folder);
  await using product = await BenchEngine.open(join(scratch, "samples-workspace"));
  await product.engine.prepareSamples();
  const collection = (await product.client.collections.list({})).find(({ name }) => name === SAMPLE_COLLECTION);
  const lengths: number[] = [];
  for (const { id, name, chunkCount } of await product.client.documents.list({ collectionId: collection!.id })) {
    const { text } = await product.client.documents.text({ documentId: id });
    lengths.push(text.length / chunkCount);
    writeFileSync(join(folder, `${name}.txt`), text);
  }
  const asked = (await readSampleQuestions(await readManifest())).filter(({ document }) => document !== null);
  const collectionId = await product.importFolder("Plain texts", folder);
  let ours = 0;
  for (const { question, document } of asked) {
    const { passages } = await product.client.retrieval.search({ collectionId, question, topK: TOP_K });
    if (passages.some((passage) => passage.document === `${document}.txt`)) ours += 1 / asked.length;
  }
  using langchain = new PeerProcess(embedder, Math.round(median(lengths) * 1.25));
  const { found } = await langchain.import({
    folder,
    index: join(scratch, "samples-index"),
    questions: asked.map(({ question }) => question),
  });
  const theirs = found.filter((files, index) => files.includes(`${asked[index]!.document}.txt`)).length / asked.length;
  const how = `sample documents as plain text, ${asked.length} sample questions that one of them answers; a hit is any passage of it among the first five`;
  return [
    { name: "hit@5, Fourfold (both legs)", value: ours },
    { name: "hit@5, LangChain (vectors)", value: theirs },
  ].map((figure) => ({ ...figureOf([figure.value], { claim: "peer", unit: "", how, ...figure }), n: asked.length }));
}
