// What LangChain.js with hnswlib-node makes of a folder, in a process of its own that bench/peer.ts forks.
//   node measure.mjs '{"embedder","chunkCharacters"}', then messages {"folder","index","questions"}, each answered once
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
    const rows = await this.embedder.embed(texts, kind);
    const { dimensions } = this.embedder.identity;
    return texts.map((_, row) => Array.from(rows.subarray(row * dimensions, (row + 1) * dimensions)));
  }
}

const { embedder: identity, chunkCharacters } = JSON.parse(process.argv[2]);
const embedder = await Embedder.open(identity);
const embeddings = new SameEmbedder(embedder);
const splitter = new RecursiveCharacterTextSplitter({ chunkSize: chunkCharacters, chunkOverlap: 0 });

async function importFolder({ folder, index, questions }) {
  const before = { ...embedder.encoding };
  const processor = process.cpuUsage();
  const started = performance.now();
  const loader = new DirectoryLoader(folder, {
    ".md": (path) => new TextLoader(path),
    ".txt": (path) => new TextLoader(path),
  });
  const chunks = await splitter.splitDocuments(await loader.load());
  const store = await HNSWLib.fromDocuments(chunks, embeddings);
  await store.save(index);
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(processor);
  const { encoding } = embedder;

  const found = [];
  for (const question of questions) {
    const nearest = await store.similaritySearch(question, 5);
    found.push(nearest.map(({ metadata }) => basename(metadata.source)));
  }
  return {
    chunks: chunks.length,
    ms,
    processorMs: (user + system) / 1000,
    encoder: { ms: encoding.ms - before.ms, processorMs: encoding.processorMs - before.processorMs },
    found,
  };
}

process.on("message", (wanted) => {
  importFolder(wanted).then(
    (run) => process.send(run),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
