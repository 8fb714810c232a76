import { FourfoldError } from "../contract/failures.ts";
import type { StoredCollection } from "../store/collections.ts";
import { serverName } from "./postgres/server-url.ts";

/**
 * Refuse what only works where SQLite holds the documents.
 *
 * @param wanted  as in "… is not possible for a shared collection"
 * @throws not_on_shared_collection
 */
export function assertNotShared({ name, shared }: Pick<StoredCollection, "name" | "shared">, wanted: string): void {
  if (shared === null) return;
  const server = serverName(shared.server);
  throw new FourfoldError({
    code: "not_on_shared_collection",
    message: `${wanted} is not possible for a shared collection, and ${name} is kept on ${server}.`,
    action: "Use a collection of this workspace for that.",
    details: { collection: name, server, wanted },
  });
}
