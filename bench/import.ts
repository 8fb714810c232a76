import { join } from "node:path";
import type { ImportProgress } from "../core/contract/documents.ts";
import { follow } from "../cli/follow.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, figureOf } from "./claim.ts";
import { writeDocuments } from "./generated-documents.ts";

const REPEATS = 3;
const DOCUMENTS = 60;
const SENTENCES_EACH = 100;

type Stage = "reading" | "embedding" | "storing";

export const importing: Claim = {
  name: "import",
  summary: "how fast a folder of Markdown goes in",
  measure: async ({ scratch, say }) => {
    const folder = join(scratch, "documents");
    const megabytes = writeDocuments(folder, DOCUMENTS, SENTENCES_EACH) / 1e6;
    await using product = await BenchEngine.open(join(scratch, "workspace"));

    const seconds: number[] = [];
    const shares: Record<Stage, number[]> = { reading: [], embedding: [], storing: [] };
    let chunks = 0;
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      say(`import ${repeat} of ${REPEATS}`);
      const stages = new StageClock();
      // The same files into a new collection each time: nothing is known there.
      const result = await follow(
        product.client.documents.import({ collection: `Run ${repeat}`, paths: [folder] }),
        (progress) => stages.see(progress),
      );
      chunks = result.documents.reduce((sum, document) => sum + document.chunks, 0);
      const failed = result.documents.filter(({ status }) => status !== "imported").length;
      if (failed > 0) throw new Error(`${failed} generated documents were not imported.`);
      // The first import starts the reader and loads the embedder.
      if (repeat === 0) continue;
      seconds.push(result.ms / 1000);
      for (const stage of ["reading", "embedding", "storing"] as const) {
        shares[stage].push((100 * stages.ms[stage]) / result.ms);
      }
    }
    const claim = "import";
    const how =
      `${DOCUMENTS} Markdown files, ${megabytes.toFixed(2)} MB, ${chunks} chunks of at most 32 tokens; read, split, ` +
      "embedded and stored with full-text index; children warm";
    const rate = (amount: number): number[] => seconds.map((each) => amount / each);
    return [
      figureOf(rate(DOCUMENTS), { claim, name: "documents", unit: "/s", how }),
      figureOf(rate(chunks), { claim, name: "chunks", unit: "/s", how }),
      figureOf(rate(megabytes), { claim, name: "text", unit: "MB/s", how }),
      ...(["reading", "embedding", "storing"] as const).map((stage) =>
        figureOf(shares[stage], {
          claim,
          name: `time in ${stage}`,
          unit: "%",
          how: "share of the import, by its own progress reports; the next file is read while one is embedded, so reading is only what was waited for",
        }),
      ),
    ];
  },
};

/** Adds up how long an import stood in each stage. */
class StageClock {
  readonly ms: Record<Stage, number> = { reading: 0, embedding: 0, storing: 0 };
  #stage: Stage | null = null;
  #since = 0;

  see(progress: ImportProgress): void {
    const now = performance.now();
    if (this.#stage !== null) this.ms[this.#stage] += now - this.#since;
    this.#stage = progress.type === "working" ? progress.stage : null;
    this.#since = now;
  }
}
