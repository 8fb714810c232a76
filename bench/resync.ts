import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { follow } from "../core/contract/follow.ts";
import { BenchEngine } from "./bench-engine.ts";
import { type Claim, figureOf } from "./claim.ts";

const REPEATS = 5;

export const resyncing: Claim = {
  name: "resync",
  summary: "how soon a folder that has not changed is known to be so, and what one edit costs",
  measure: async ({ scratch, long, say }) => {
    const files = long ? 10_000 : 2000;
    const folder = join(scratch, "documents");
    const workspace = join(scratch, "workspace");
    writeFiles(folder, files);
    await using product = await BenchEngine.open(workspace);
    const importFolder = () =>
      follow(product.client.documents.import({ collection: "Files", paths: [folder] }), () => {});
    say(`import of ${files} files`);
    const first = await importFolder();
    const seconds: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const { ms, chunksEmbedded, documents } = await importFolder();
      const changed = documents.filter(({ status }) => status !== "unchanged").length;
      if (chunksEmbedded > 0 || changed > 0) throw new Error(`${changed} unchanged files were taken for changed ones.`);
      seconds.push(ms / 1000);
    }
    say("one edit in a document of 200 chunks");
    const edited = await editOne(product, scratch);
    const how = `${files} text files of one chunk each, imported before in ${(first.ms / 1000).toFixed(0)} s; nothing read, 0 chunks embedded`;
    return [
      figureOf(seconds, { claim: "resync", name: "unchanged folder", unit: "s", how }),
      figureOf([edited.chunksEmbedded], {
        claim: "resync",
        name: "chunks embedded after an edit",
        unit: "",
        how: `one paragraph changed in a document of ${edited.chunks} chunks`,
      }),
    ];
  },
};

/** Small, each of its own content, and an hour old, as files in a folder are. */
function writeFiles(folder: string, count: number): void {
  const then = new Date(Date.now() - 3_600_000);
  for (let i = 0; i < count; i++) {
    const inner = join(folder, String(i % 100));
    mkdirSync(inner, { recursive: true });
    const path = join(inner, `${i}.txt`);
    writeFileSync(path, `Article ${i} costs ${i * 7} euros and comes in ${(i % 9) + 1} colours.`);
    utimesSync(path, then, then);
  }
}

async function editOne(product: BenchEngine, scratch: string): Promise<{ chunks: number; chunksEmbedded: number }> {
  const path = join(scratch, "long.md");
  const paragraphs = Array.from(
    { length: 200 },
    (_, i) =>
      `Paragraph ${i} says that article ${i * 13} was sold ${i * 7} times in the year ${1800 + i}, mostly by mail.`,
  );
  const importIt = async () => {
    writeFileSync(path, paragraphs.join("\n\n"));
    const { documents } = await follow(
      product.client.documents.import({ collection: "Edited", paths: [path] }),
      () => {},
    );
    return documents[0]!;
  };
  await importIt();
  paragraphs[100] = "Paragraph 100 was rewritten this morning, and says nothing about any article now.";
  return importIt();
}
