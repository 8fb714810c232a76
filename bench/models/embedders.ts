import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import { sampleDocumentsFolder } from "../../core/models/samples.ts";
import { readChunkIds, readChunks } from "../../core/store/chunks.ts";
import type { EmbedderIdentity } from "../../core/store/collections.ts";
import { openStore } from "../../core/store/open-store.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { BenchEngine } from "../bench-engine.ts";
import { readCranfield } from "./cranfield.ts";
import {
  handwrittenDocuments,
  readEmbedderReference,
  readEvaluationItems,
  readHandwritten,
} from "./evaluation-files.ts";
import type { Bench, BenchContext, Measure, Results } from "./models-bench.ts";
import { Places } from "./places.ts";
import type { Share } from "./share.ts";

/** A question, and which of the texts answer it. */
interface Judged {
  question: string;
  relevant: Set<number>;
}

interface Corpus {
  name: string;
  texts: string[];
  questions: Judged[];
  goal: Share["goal"];
}

/** The embedder alone, by cosine over everything, beside others that are named. */
export const embedders: Bench = {
  name: "embedder",
  summary: "hit@5 by meaning alone on the samples, the hand-written set and Cranfield, and texts per second",
  measure: async (context) => {
    const manifest = await readManifest();
    const bundled = await bundledEmbedder(manifest);
    const corpora = [
      ...(await productCorpora(context)),
      ...(context.cranfield === null ? [] : [await cranfieldCorpus(context.cranfield)]),
    ];
    const others = await Promise.all(context.embedders.map((folder) => described(folder, bundled)));
    await using vectors = new Vectors({ workspace: join(context.scratch, "workspace-samples") });
    const results: Results = { shares: [], times: [] };
    for (const embedder of [bundled, ...others]) {
      for (const corpus of corpora) {
        context.say(`${embedder.name} on ${corpus.name}`);
        const { shares, times } = await measureOn(corpus, embedder, vectors);
        results.shares.push(...shares);
        results.times.push(...times);
      }
    }
    return results;
  },
};

async function measureOn(corpus: Corpus, embedder: EmbedderIdentity, vectors: Vectors): Promise<Results> {
  const embed = (texts: string[], kind: "query" | "passage") =>
    vectors.host.call("embed", { embedder, texts, kind }, {});
  // The first call opens the model.
  await embed(["warm-up"], "query");
  const started = performance.now();
  const passages = await embed(corpus.texts, "passage");
  const seconds = (performance.now() - started) / 1000;
  const questions = await embed(
    corpus.questions.map(({ question }) => question),
    "query",
  );
  const { dimensions, name } = embedder;
  const ranks = corpus.questions.map(({ relevant }, index) =>
    bestRank(questions.subarray(index * dimensions, (index + 1) * dimensions), passages, relevant),
  );
  const of = corpus.questions.length;
  const how = `${of} questions over ${corpus.texts.length} texts, compared by cosine through the product's index host; no words, no fusion`;
  const hit = (k: number, goal: Share["goal"]): Share => ({
    name: `${name}, ${corpus.name}: hit@${k}`,
    right: ranks.filter((rank) => rank <= k).length,
    of,
    goal,
    how,
  });
  const speed: Measure = {
    name: `${name}, ${corpus.name}: texts per second`,
    value: corpus.texts.length / seconds,
    p95: null,
    unit: "texts/s",
    goal: null,
    how: `${corpus.texts.length} texts through the index host, one thread`,
  };
  return { shares: [hit(1, null), hit(5, corpus.goal), hit(10, null)], times: [speed] };
}

/** 1 for the nearest text; the best rank of the relevant ones. */
function bestRank(question: Float32Array, passages: Float32Array, relevant: Set<number>): number {
  const { length } = question;
  const similarities = Array.from({ length: passages.length / length }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < length; column++) sum += question[column]! * passages[row * length + column]!;
    return sum;
  });
  const best = Math.max(...[...relevant].map((row) => similarities[row]!));
  return 1 + similarities.filter((similarity) => similarity > best).length;
}

/** The sample and the hand-written documents as the product reads and splits them. */
async function productCorpora({ scratch }: BenchContext): Promise<Corpus[]> {
  const workspace = join(scratch, "workspace-samples");
  await using product = await BenchEngine.open(workspace);
  const samples = await product.importFolder("Samples", sampleDocumentsFolder(await readManifest()));
  const handwritten = await product.importFolder("Hand-written", handwrittenDocuments);
  const items = (await readEvaluationItems()).map(({ question, passages, expected }) => ({
    question,
    passages,
    expected,
  }));
  const written = (await readHandwritten()).map(({ question, document, passage, answers }) => ({
    question,
    passages: passage === null ? [] : [{ document, text: passage }],
    expected: answers,
  }));
  const db = openStore(workspace);
  try {
    const corpusOf = async (name: string, collectionId: string, asked: typeof written, goal: Share["goal"]) => {
      const places = await Places.of(product, collectionId);
      const chunks = [...readChunks(db, readChunkIds(db, collectionId).ids).values()];
      const questions = asked.flatMap(({ question, passages, expected }) => {
        const relevant = chunks.flatMap((chunk, index) =>
          places.isAnswering({ ...chunk, document: chunk.documentName }, passages, expected) ? [index] : [],
        );
        return relevant.length === 0 ? [] : [{ question, relevant: new Set(relevant) }];
      });
      const texts = chunks.map(({ heading, text }) => (heading === null ? text : `${heading}\n${text}`));
      return { name, texts, questions, goal };
    };
    return [
      await corpusOf("samples", samples, items, { atLeast: 0.9 }),
      await corpusOf("hand-written", handwritten, written, null),
    ];
  } finally {
    db.close();
  }
}

/** Within five points of what the embedder was made from. */
async function cranfieldCorpus(folder: string): Promise<Corpus> {
  const { abstracts, questions } = await readCranfield(folder);
  const reference = (await readEmbedderReference()).corpora.Cranfield["hit@5"];
  return { name: "Cranfield", texts: abstracts, questions, goal: { atLeast: reference - 0.05 } };
}

const Config = z.object({ hidden_size: z.int() });

/** A folder laid out as transformers.js wants it: 8 bits, mean pooling, no prefixes. */
async function described(folder: string, like: EmbedderIdentity): Promise<EmbedderIdentity> {
  const { hidden_size: dimensions } = Config.parse(JSON.parse(await readFile(join(folder, "config.json"), "utf8")));
  return { ...like, id: folder, name: basename(folder), folder, dimensions };
}
