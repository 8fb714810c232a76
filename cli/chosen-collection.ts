import { type EngineClient, FourfoldError } from "../core/contract/index.ts";

/**
 * A collection by id or name; with none named, the only one there is.
 *
 * @throws collection_not_found
 */
export async function collectionIdOf(client: EngineClient, nameOrId: string | null): Promise<string | null> {
  const collections = await client.collections.list({});
  if (nameOrId === null) return collections.length === 1 ? collections[0]!.id : null;
  const found = collections.find(({ id, name }) => id === nameOrId || name === nameOrId);
  if (found !== undefined) return found.id;
  throw new FourfoldError({
    code: "collection_not_found",
    message: `This workspace has no collection named ${nameOrId}.`,
    action: `Choose one of: ${collections.map(({ name }) => name).join(", ") || "(none yet; import documents first)"}.`,
    details: { collection: nameOrId },
  });
}

/** The named collection, else the one chosen last, else the only one. */
export async function chosenCollection(client: EngineClient, named: string | undefined): Promise<string> {
  const id = await collectionIdOf(client, named ?? (await client.workspace.settings({})).collectionId);
  if (id !== null) return id;
  throw new FourfoldError({
    code: "collection_not_found",
    message: "No collection is named, and none was chosen last.",
    action: "Name one with --collection, or import documents first.",
    details: { collection: "" },
  });
}
