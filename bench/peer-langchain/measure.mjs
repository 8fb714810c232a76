// What LangChain.js with hnswlib-node makes of a folder, measured in a process of its own by bench/peer.ts.
//   node measure.mjs '{"folder","index","embedder","chunkCharacters","questions"}'  →  one line of JSON
import { basename } from "node:path";
import process from "node:process";
import { DirectoryLoader } from "@langchain/classic/document_loaders/fs/directory";
import { TextLoader } from "@langchain/classic/document_loaders/fs/text";
import { HNSWLib } from "@langchain/community/vectorstores/hnswlib";
import { Embeddings } from "@langchain/core/embeddings";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { Embedder } from "../../core/vectors/embedder.ts";

/** Fourfold's own embedder behind LangChain's interface: both sides compute the same vectors with the same code. */
class SameEmbedder extends Embeddings {
  embedderMs = 0;

  constructor(embedder) {
    super({});
    this.embedder = embedder;
  }

  async embedDocuments(texts) {
    return this.#embed(texts, "passage");
  }

  async embedQuery(text) {
    return (await this.#embed([text], "query"))[0];
  }

  async #embed(texts, kind) {
    const started = performance.now();
    const rows = await this.embedder.embed(texts, kind);
    this.embedderMs += performance.now() - started;
    const { dimensions } = this.embedder.identity;
    return texts.map((_, row) => Array.from(rows.subarray(row * dimensions, (row + 1) * dimensions)));
  }
}

const { folder, index, embedder, chunkCharacters, questions } = JSON.parse(process.argv[2]);
const embeddings = new SameEmbedder(await Embedder.open(embedder));
// Fourfold's index host is warm as well when its import begins.
await embeddings.embedDocuments(["warm"]);
embeddings.embedderMs = 0;

const started = performance.now();
const loader = new DirectoryLoader(folder, {
  ".md": (path) => new TextLoader(path),
  ".txt": (path) => new TextLoader(path),
});
const splitter = new RecursiveCharacterTextSplitter({ chunkSize: chunkCharacters, chunkOverlap: 0 });
const chunks = await splitter.splitDocuments(await loader.load());
const store = await HNSWLib.fromDocuments(chunks, embeddings);
await store.save(index);
const totalMs = performance.now() - started;
const { embedderMs } = embeddings;

const found = [];
for (const question of questions) {
  const nearest = await store.similaritySearch(question, 5);
  found.push(nearest.map(({ metadata }) => basename(metadata.source)));
}
process.stdout.write(`${JSON.stringify({ chunks: chunks.length, totalMs, embedderMs, found })}\n`);
