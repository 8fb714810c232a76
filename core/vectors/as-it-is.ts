import { isFourfoldError } from "../contract/failures.ts";
import { findCollection, type StoredCollection } from "../store/collections.ts";
import type { ReadableDb } from "../store/db.ts";

/**
 * Act on a collection as it is now. It may go over to another embedder between its row's reading here and the index host's
 * own; then once more with the new one, since nobody who only asks should have to know.
 */
export async function asItIs<Result>(
  db: ReadableDb,
  collection: StoredCollection,
  act: (collection: StoredCollection) => Promise<Result>,
): Promise<Result> {
  const before = findCollection(db, collection.id) ?? collection;
  try {
    return await act(before);
  } catch (error) {
    if (!isFourfoldError(error) || error.failure.code !== "embedding_mismatch") throw error;
    const now = findCollection(db, collection.id);
    if (now === null || now.embedder.id === before.embedder.id) throw error;
    return act(now);
  }
}
