import type { Command } from "commander";
import type { CorpusReport } from "../../core/contract/index.ts";
import { chosenCollection } from "../chosen-collection.ts";
import { globalOptions, withEngine } from "../open-engine.ts";

export function addCorpus(program: Command): void {
  program
    .command("corpus")
    .description("how often each document was retrieved and cited, and what that suggests")
    .option("--collection <name>", "default: the one chosen last")
    .action(async ({ collection }: { collection?: string }, command: Command) => {
      const global = globalOptions(command);
      const report = await withEngine(global, "corpus", async (client) =>
        client.retrieval.corpus({ collectionId: await chosenCollection(client, collection) }),
      );
      if (global.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else print(report);
    });
}

function print({ questions, documents, suggestions }: CorpusReport): void {
  process.stdout.write("retrieved  cited  chunks  document\n");
  for (const { name, retrieved, cited, chunks, tags } of documents) {
    const figures = [String(retrieved).padStart(9), String(cited).padStart(5), String(chunks).padStart(6)].join("  ");
    process.stdout.write(`${figures}  ${name}${tags.length === 0 ? "" : ` #${tags.join(" #")}`}\n`);
  }
  process.stdout.write(`${documents.length} documents, ${questions} questions\n`);
  for (const { kind, message } of suggestions)
    process.stdout.write(`${kind === "remove" ? "Consider removing" : "A filter to consider"}: ${message}\n`);
}
