import { resolve } from "node:path";
import type { Command } from "commander";
import { type Document, type EngineClient, FourfoldError } from "../core/contract/index.ts";

export interface FilterOptions {
  document: string[];
  folder: string[];
  format: string[];
  tag: string[];
  from?: string;
  before?: string;
}

/** Where passages may come from, the same for every command that searches. */
export function addFilterOptions(command: Command): Command {
  return command
    .option(
      "--document <name>",
      "only in this document; this and the next three may be given more than once",
      collect,
      [],
    )
    .option("--folder <path>", "only below this folder", collect, [])
    .option("--format <format>", "only in files of this format, such as pdf", collect, [])
    .option("--tag <tag>", "only in documents with this tag", collect, [])
    .option("--from <date>", "only what was imported on this day or later, as 2026-01-31")
    .option("--before <date>", "only what was imported before this day");
}

/** The filter as the contract has it; a wrong format or date is the contract's to refuse. */
export async function filterOf(client: EngineClient, collectionIds: string[], options: Partial<FilterOptions>) {
  const { document = [], folder = [], format = [], tag = [] } = options;
  const documents = document.length === 0 ? [] : await documentsOf(client, collectionIds);
  return {
    documentIds: document.flatMap((wanted) => namedDocuments(documents, wanted).map(({ id }) => id)),
    folders: folder.map((path) => resolve(path)),
    formats: format as Document["format"][],
    tags: tag,
    importedFrom: options.from ?? null,
    importedBefore: options.before ?? null,
  };
}

async function documentsOf(client: EngineClient, collectionIds: string[]): Promise<Document[]> {
  const lists = await Promise.all(collectionIds.map((collectionId) => client.documents.list({ collectionId })));
  return lists.flat();
}

/** @throws document_not_found */
export function namedDocuments(documents: Document[], wanted: string): Document[] {
  const found = documents.filter(({ id, name, path }) => [id, name, path].includes(wanted) || path === resolve(wanted));
  if (found.length > 0) return found;
  throw new FourfoldError({
    code: "document_not_found",
    message: `This collection has no document ${wanted}.`,
    action: "Name one by its file name, its path or its id.",
    details: { documentId: wanted },
  });
}

export const collect = (value: string, before: string[]): string[] => [...before, value];
