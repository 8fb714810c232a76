import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { follow } from "../../core/contract/follow.ts";
import { openEngine } from "../support/open-engine.ts";
import { seededRandom } from "../support/random.ts";

/**
 * A process to be killed: it imports, edits, removes and re-embeds without end, and says before each step which
 * files it touches and after it what must be stored.
 */
const [workspace, folder, seed, ...embedderIds] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
const FILES = 24;

export type DoomedReport =
  | { type: "started"; chunks: number; indexed: number }
  | { type: "begins"; step: string; touched: string[] }
  | { type: "done"; stored: Record<string, string> };
const say = (report: DoomedReport): void => void process.send!(report);

const { client } = await openEngine({ workspace: workspace!, hnswFromChunks: 100 });
const collection = (await client.collections.list({})).find(({ name }) => name === "Articles")!;
const collectionId = collection.id;
// A search first: it makes the index catch up with what the killed engine left.
await client.retrieval.search({ collectionId, question: "article", topK: 5 });
let looked = (await client.collections.list({}))[0]!;
while (looked.index.kind === "building") looked = (await client.collections.list({}))[0]!;
const indexed = Number(/over (\d+) chunks/.exec(looked.index.reason)?.[1] ?? looked.chunkCount);
say({ type: "started", chunks: looked.chunkCount, indexed });

const name = (): string => join(folder!, `${Math.floor(random() * FILES)}.txt`);
const write = (path: string): void => {
  const version = Math.floor(random() * 1e9);
  const lines = Array.from({ length: 12 }, (_, line) => `Article ${line} in ${path} costs ${line * 7} euros.`);
  lines[Math.floor(random() * 12)] = `Version ${version} is the newest one.`;
  writeFileSync(path, lines.join("\n\n"));
};

const steps = {
  async edit(): Promise<void> {
    const touched = [name(), name(), name()];
    say({ type: "begins", step: "edit", touched });
    for (const path of touched) write(path);
    await follow(client.documents.import({ collection: collectionId, paths: touched }), () => {});
  },
  async import(): Promise<void> {
    const touched = Array.from({ length: FILES }, (_, i) => join(folder!, `${i}.txt`));
    say({ type: "begins", step: "import", touched });
    for (const path of touched.slice(0, 8)) write(path);
    await follow(client.documents.import({ collection: collectionId, paths: [folder!] }), () => {});
  },
  async remove(): Promise<void> {
    const documents = await client.documents.list({ collectionId });
    if (documents.length < FILES / 2) return;
    const { id, path } = pick(documents);
    say({ type: "begins", step: "remove", touched: [path] });
    rmSync(path, { force: true });
    await client.documents.remove({ documentId: id });
  },
  async embed(): Promise<void> {
    const { embedder } = (await client.collections.list({}))[0]!;
    say({ type: "begins", step: "embed", touched: [] });
    await client.embedders.change({ collectionId, embedderId: pick(embedderIds.filter((id) => id !== embedder.id)) });
    for (;;) {
      const { reembedding } = (await client.collections.list({}))[0]!;
      if (reembedding === null) return;
      if (reembedding.failure !== null) throw new Error(reembedding.failure.message);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
};

for (;;) {
  await pick([steps.edit, steps.edit, steps.import, steps.remove, steps.embed])();
  const documents = await client.documents.list({ collectionId });
  say({ type: "done", stored: Object.fromEntries(documents.map(({ path, sha256 }) => [path, sha256])) });
}
