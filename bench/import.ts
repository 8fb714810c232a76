import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { cleanText } from "../core/documents/clean-text.ts";
import { openTokenCounter } from "../core/documents/count-tokens.ts";
import { readMarkdown } from "../core/documents/read-markdown.ts";
import { splitIntoChunks } from "../core/documents/split.ts";
import { Reading } from "../core/documents/reading.ts";
import { embedChunks } from "../core/ingestion/embed-chunks.ts";
import { readManifest } from "../core/models/manifest.ts";
import { bundledEmbedder } from "../core/models/bundled.ts";
import { importDocuments } from "../core/ingestion/import-documents.ts";
import { type EmbedderIdentity, ensureCollection } from "../core/store/collections.ts";
import { openStore } from "../core/store/open-store.ts";
import { CollectionStores } from "../core/vectors/collection-stores.ts";
import { Vectors } from "../core/vectors/vectors.ts";
import { follow } from "../core/contract/follow.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, type Figure, figureOf } from "./claim.ts";
import { generatedEmbedder } from "./generated-embedder.ts";
import { documentPath, writeDocuments } from "./generated-documents.ts";

const REPEATS = 3;
const DOCUMENTS = 60;
/** Enough where an embedder takes its time. */
const SLOW_DOCUMENTS = 6;
const SENTENCES_EACH = 100;

export const importing: Claim = {
  name: "import",
  summary: "how fast a folder of Markdown goes in",
  measure: async ({ scratch, say }) => {
    const folder = join(scratch, "documents");
    const workspace = join(scratch, "workspace");
    const megabytes = writeDocuments(folder, DOCUMENTS, SENTENCES_EACH) / 1e6;

    const seconds: number[] = [];
    let chunks = 0;
    {
      await using product = await BenchEngine.open(workspace);
      for (let repeat = 0; repeat <= REPEATS; repeat++) {
        say(`import ${repeat} of ${REPEATS}`);
        // The same files into a new collection each time: nothing is known there.
        const { documents, ms } = await follow(
          product.client.documents.import({ collection: `Run ${repeat}`, paths: [folder] }),
          () => {},
        );
        chunks = documents.reduce((sum, document) => sum + document.chunks, 0);
        const failed = documents.filter(({ status }) => status !== "imported").length;
        if (failed > 0) throw new Error(`${failed} generated documents were not imported.`);
        // The first import starts the reader and loads the embedder.
        if (repeat > 0) seconds.push(ms / 1000);
      }
    }
    const claim = "import";
    const embedder = await bundledEmbedder(await readManifest());
    const { chunkSize } = embedder;
    const how =
      `${DOCUMENTS} Markdown files, ${megabytes.toFixed(2)} MB, ${chunks} chunks of at most ${chunkSize} tokens; read, split, ` +
      "embedded and stored with full-text index; children warm";
    const rate = (amount: number): number[] => seconds.map((each) => amount / each);
    return [
      figureOf(rate(DOCUMENTS), { claim, name: "documents", unit: "/s", how }),
      figureOf(rate(chunks), { claim, name: "chunks", unit: "/s", how }),
      figureOf(rate(megabytes), { claim, name: "text", unit: "MB/s", how }),
      ...(await stagesApart(workspace, folder, embedder, DOCUMENTS)),
      ...(await endToEnd(workspace, folder, generatedEmbedder())),
      ...(await stagesApart(workspace, folder, generatedEmbedder(), SLOW_DOCUMENTS)),
    ];
  },
};

/** The same import with an embedder as slow as most are: then it decides, and reading hides behind it. */
async function endToEnd(workspace: string, folder: string, embedder: EmbedderIdentity): Promise<Figure[]> {
  const db = openStore(workspace);
  try {
    await using reading = new Reading();
    await using vectors = new Vectors({ workspace });
    await using stores = new CollectionStores(db, vectors, workspace);
    const files = Array.from({ length: SLOW_DOCUMENTS }, (_, index) => documentPath(folder, index + 1));
    const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
    const seconds: number[] = [];
    let chunks = 0;
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      const collection = ensureCollection(db, `${embedder.name} ${repeat}`, embedder);
      const parts = { db, stores, reading, vectors, said: (text: string) => text };
      const { documents, ms } = await importDocuments(parts, collection, files);
      chunks = documents.reduce((sum, document) => sum + document.chunks, 0);
      if (repeat > 0) seconds.push(ms / 1000);
    }
    const how = `${SLOW_DOCUMENTS} of the files, ${chunks} chunks of at most ${embedder.chunkSize} tokens, 6 layers of 384; children warm`;
    const rate = (name: string, amount: number, unit: string): Figure =>
      figureOf(
        seconds.map((each) => amount / each),
        { claim: "import", name: `${name}, ${embedder.name}`, unit, how },
      );
    return [rate("chunks", chunks, "/s"), rate("text", megabytes, "MB/s")];
  } finally {
    db.close();
  }
}

const STAGES = ["parsing", "splitting", "reading, all of it", "embedding", "storing"] as const;

/**
 * The same documents once more, each stage by itself: in an import, reading overlaps with embedding. Parsing and splitting are
 * timed in this process; reading is both in the reader, with hash, language and the message that brings the chunks.
 */
async function stagesApart(
  workspace: string,
  folder: string,
  embedder: EmbedderIdentity,
  documentCount: number,
): Promise<Figure[]> {
  const db = openStore(workspace);
  try {
    await using reading = new Reading();
    await using vectors = new Vectors({ workspace });
    await using stores = new CollectionStores(db, vectors, workspace);
    const store = stores.of(ensureCollection(db, `Stages of ${embedder.name}`, embedder));
    const splitting = { ...embedder, tokenizerFolder: embedder.folder };
    const counter = openTokenCounter(embedder.folder);
    const measured: { bytes: number; chunks: number; ms: number[] }[] = [];
    for (let document = 1; document <= documentCount; document++) {
      const path = documentPath(folder, document);
      const source = readFileSync(path, "utf8");
      const times = [performance.now()];
      const parsed = readMarkdown(cleanText(source));
      times.push(performance.now());
      void [...splitIntoChunks(parsed, counter, embedder)];
      times.push(performance.now());
      const read = await reading.read(path, splitting);
      times.push(performance.now());
      const { chunks } = await embedChunks({ store, vectors }, embedder, read, new Map(), { onProgress: () => {} });
      times.push(performance.now());
      await store.saveDocument({
        ...read,
        embedderId: embedder.id,
        path,
        name: path,
        textSha256: "",
        signature: null,
        modifiedMs: null,
        chunks,
      });
      times.push(performance.now());
      if (document === 1) continue;
      const ms = STAGES.map((_, stage) => times[stage + 1]! - times[stage]!);
      measured.push({ bytes: read.sizeBytes, chunks: chunks.length, ms });
    }
    const how = "one document after the other, the stage by itself; median over the documents, the first one left out";
    return STAGES.flatMap((stage, index) => {
      const rates = (amount: (document: (typeof measured)[number]) => number): number[] =>
        measured.map((document) => amount(document) / document.ms[index]!);
      const about = { claim: "import", name: `${stage}, ${embedder.name}`, how };
      return [
        figureOf(
          rates(({ chunks }) => chunks * 1000),
          { ...about, unit: "chunks/s" },
        ),
        figureOf(
          rates(({ bytes }) => bytes / 1000),
          { ...about, unit: "MB/s" },
        ),
      ];
    });
  } finally {
    db.close();
  }
}
