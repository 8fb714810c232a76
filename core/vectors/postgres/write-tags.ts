import type { ClientBase } from "pg";
import { withoutNul } from "./write-document.ts";

/**
 * Give a document these tags in place of those it has, in an open transaction.
 *
 * @returns the tags, sorted; null when there is no such document
 */
export async function writeTags(
  client: ClientBase,
  collectionNumber: number,
  documentOnServer: string,
  tags: string[],
): Promise<string[] | null> {
  // Held until the end, so that two who tag the same document follow one another.
  const { rowCount } = await client.query(
    "SELECT FROM fourfold.document WHERE id = $1 AND collection = $2 FOR UPDATE",
    [documentOnServer, collectionNumber],
  );
  if (rowCount === 0) return null;
  const sorted = [...new Set(tags.map(withoutNul))].sort();
  await client.query("DELETE FROM fourfold.document_tag WHERE document = $1", [documentOnServer]);
  await client.query("INSERT INTO fourfold.document_tag (document, tag) SELECT $1, unnest($2::text[])", [
    documentOnServer,
    sorted,
  ]);
  return sorted;
}
