import type { Command } from "commander";
import { chosenCollection } from "../chosen-collection.ts";
import { namedDocuments } from "../filter-options.ts";
import { globalOptions, withEngine } from "../open-engine.ts";

export function addTag(program: Command): void {
  program
    .command("tag")
    .description("give a document tags in place of those it has; searches can be filtered by them")
    .argument("<document>", "its name, path or id")
    .argument("[tag...]", "none removes all of them")
    .option("--collection <name>", "default: the one chosen last")
    .action(async (document: string, tags: string[], { collection }: { collection?: string }, command: Command) => {
      const global = globalOptions(command);
      const tagged = await withEngine(global, "tag", async (client) => {
        const documents = await client.documents.list({ collectionId: await chosenCollection(client, collection) });
        const found = namedDocuments(documents, document)[0]!;
        return { document: found.name, ...(await client.documents.tag({ documentId: found.id, tags })) };
      });
      if (global.json) process.stdout.write(`${JSON.stringify(tagged)}\n`);
      else process.stdout.write(`${tagged.document}: ${tagged.tags.join(", ") || "no tags"}\n`);
    });
}
