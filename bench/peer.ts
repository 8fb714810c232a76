import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { follow } from "../core/contract/follow.ts";
import { Reading } from "../core/documents/reading.ts";
import { bundledEmbedder } from "../core/models/bundled.ts";
import { shingleSignature } from "../core/ingestion/shingle-signature.ts";
import { readManifest } from "../core/models/manifest.ts";
import { readSampleQuestions, SAMPLE_COLLECTION } from "../core/models/samples.ts";
import { contentHashOf } from "../core/ingestion/embed-chunks.ts";
import { type EmbedderIdentity, ensureCollection } from "../core/store/collections.ts";
import { saveDocument } from "../core/store/save-document.ts";
import { openStore } from "../core/store/open-store.ts";
import { Vectors } from "../core/vectors/vectors.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, type Figure, figureOf, median } from "./claim.ts";
import { documentPath, writeDocuments } from "./generated-documents.ts";

const DOCUMENTS = 30;
const SENTENCES_EACH = 100;
const REPEATS = 3;
const TOP_K = 5;

const peerFolder = join(import.meta.dirname, "peer-langchain");

/** What the peer's process says of itself. */
interface PeerRun {
  chunks: number;
  totalMs: number;
  embedderMs: number;
  /** File names of the nearest chunks, per question. */
  found: string[][];
}

export const peer: Claim = {
  name: "peer",
  summary: "importing and finding beside LangChain.js with hnswlib (installed on demand)",
  measure: async ({ scratch, say }) => {
    installPeer(say);
    const embedder = await bundledEmbedder(await readManifest());
    const folder = join(scratch, "documents");
    writeDocuments(folder, DOCUMENTS, SENTENCES_EACH);

    const ours: { chunks: number; totalMs: number; outsideMs: number }[] = [];
    const theirs: PeerRun[] = [];
    const meanCharacters = await meanChunkCharacters(folder, embedder);
    // Their splitter fills chunks up to a limit; with this one both end with about as many.
    const chunkCharacters = Math.round(meanCharacters * 1.25);
    {
      await using product = await BenchEngine.open(join(scratch, "workspace"));
      for (let repeat = 0; repeat <= REPEATS; repeat++) {
        say(`run ${repeat} of ${REPEATS}`);
        const { documents, ms } = await follow(
          product.client.documents.import({ collection: `Run ${repeat}`, paths: [folder] }),
          () => {},
        );
        const chunks = documents.reduce((sum, document) => sum + document.chunks, 0);
        const their = runPeer({
          folder,
          index: join(scratch, `index-${repeat}`),
          embedder,
          chunkCharacters,
          questions: [],
        });
        // The first import starts the children.
        if (repeat === 0) continue;
        ours.push({
          chunks,
          totalMs: ms,
          outsideMs: await outsideEmbedderMs(join(scratch, `stages-${repeat}`), folder, embedder),
        });
        theirs.push(their);
      }
    }
    const claim = "peer";
    const counts = `${ours[0]!.chunks} chunks here, ${theirs[0]!.chunks} there`;
    const ratio = (of: (our: (typeof ours)[number], their: PeerRun) => number): number[] =>
      ours.map((our, run) => of(our, theirs[run]!));
    return [
      figureOf(
        ratio((our, their) => our.outsideMs / our.chunks / ((their.totalMs - their.embedderMs) / their.chunks)),
        {
          claim,
          name: "time outside the embedder per chunk, share of theirs",
          unit: "",
          goalAtMost: 0.5,
          how: `reading, splitting and storing one document after the other against loading, splitting, indexing and saving; ${counts}`,
        },
      ),
      figureOf(
        ratio((our, their) => our.totalMs / our.chunks / (their.totalMs / their.chunks)),
        {
          claim,
          name: "time end to end per chunk, share of theirs",
          unit: "",
          goalAtMost: 1,
          how: `import of ${DOCUMENTS} Markdown files by the product, children warm, against LangChain in one process, embedder warm; in turn; ${counts}`,
        },
      ),
      figureOf(
        ours.map(({ totalMs, chunks }) => (chunks * 1000) / totalMs),
        { claim, name: "Fourfold end to end", unit: "chunks/s", how: "the same runs" },
      ),
      figureOf(
        theirs.map(({ totalMs, chunks }) => (chunks * 1000) / totalMs),
        { claim, name: "LangChain end to end", unit: "chunks/s", how: "the same runs" },
      ),
      ...(await hits(scratch, embedder)),
    ];
  },
};

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

function runPeer(input: {
  folder: string;
  index: string;
  embedder: EmbedderIdentity;
  chunkCharacters: number;
  questions: string[];
}): PeerRun {
  const output = execFileSync(process.execPath, [join(peerFolder, "measure.mjs"), JSON.stringify(input)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output.trim().split("\n").at(-1)!) as PeerRun;
}

async function meanChunkCharacters(folder: string, embedder: EmbedderIdentity): Promise<number> {
  await using reading = new Reading();
  const { chunks } = await reading.read(documentPath(folder, 1), { ...embedder, tokenizerFolder: embedder.folder });
  return chunks.reduce((sum, { start, end }) => sum + end - start, 0) / chunks.length;
}

/** Reading, splitting and storing every document, with the vectors made beforehand. */
async function outsideEmbedderMs(workspace: string, folder: string, embedder: EmbedderIdentity): Promise<number> {
  mkdirSync(workspace, { recursive: true });
  const db = openStore(workspace);
  try {
    await using reading = new Reading();
    await using vectors = new Vectors({ workspace });
    const { id } = ensureCollection(db, "Stages", embedder);
    const options = { ...embedder, tokenizerFolder: embedder.folder };
    await reading.read(documentPath(folder, 1), options);
    let outside = 0;
    for (let document = 1; document <= DOCUMENTS; document++) {
      const path = documentPath(folder, document);
      const reads = performance.now();
      const read = await reading.read(path, options);
      outside += performance.now() - reads;
      const texts = read.chunks.map(({ start, end }) => read.text.slice(start, end));
      const embeddings = await vectors.embedPassages(embedder, texts);
      const stores = performance.now();
      const chunks = read.chunks.map((chunk, index) => ({
        ...chunk,
        contentHash: contentHashOf(texts[index]!),
        embedding: embeddings[index]!,
      }));
      saveDocument(db, {
        ...read,
        collectionId: id,
        embedderId: embedder.id,
        path,
        name: basename(path),
        textSha256: contentHashOf(read.text),
        signature: shingleSignature(read.text),
        modifiedMs: null,
        chunks,
      });
      outside += performance.now() - stores;
    }
    return outside;
  } finally {
    db.close();
  }
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
  const { found } = runPeer({
    folder,
    index: join(scratch, "samples-index"),
    embedder,
    chunkCharacters: Math.round(median(lengths) * 1.25),
    questions: asked.map(({ question }) => question),
  });
  const theirs = found.filter((files, index) => files.includes(`${asked[index]!.document}.txt`)).length / asked.length;
  const how = `sample documents as plain text, ${asked.length} sample questions that one of them answers; a hit is any passage of it among the first five`;
  return [
    { name: "hit@5, Fourfold (both legs)", value: ours },
    { name: "hit@5, LangChain (vectors)", value: theirs },
  ].map((figure) => ({ ...figureOf([figure.value], { claim: "peer", unit: "", how, ...figure }), n: asked.length }));
}
