import { type EngineClient, FourfoldError, type WorkspaceSettings } from "../core/contract/index.ts";

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

/** The named collections, else those chosen last, else the only one there is; may be none. */
export async function collectionIdsOf(
  client: EngineClient,
  named: string[],
  chosen: Pick<WorkspaceSettings, "collectionId" | "otherCollectionIds">,
): Promise<string[]> {
  const others = chosen.collectionId === null ? [] : chosen.otherCollectionIds;
  const wanted = named.length > 0 ? named : [chosen.collectionId, ...others];
  const ids = await Promise.all(wanted.map((nameOrId) => collectionIdOf(client, nameOrId)));
  return [...new Set(ids.filter((id) => id !== null))];
}

/** The same, where one at least is needed. */
export async function chosenCollections(client: EngineClient, named: string[]): Promise<[string, ...string[]]> {
  const [first, ...others] = await collectionIdsOf(client, named, await client.workspace.settings({}));
  return [first ?? (await chosenCollection(client, undefined)), ...others];
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
