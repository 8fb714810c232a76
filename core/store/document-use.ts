import type { Document } from "../contract/documents.ts";
import type { DocumentUse } from "../contract/corpus.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

/** Characters of a document that are looked at to say how much of it is text. */
const SAMPLED = 20_000;

/** What a document is, apart from how it was used. */
export type DocumentFacts = Omit<DocumentUse, "retrieved" | "cited" | "lastRetrievedAt">;

/** Every document of a collection, by name. */
export function readDocumentFacts(db: ReadableDb, collectionId: string): DocumentFacts[] {
  const rows = db
    .prepare<
      [number, string],
      Omit<DocumentFacts, "tags" | "textShare"> & { tags: string; sample: string; format: Document["format"] }
    >(
      `SELECT id AS documentId, name, path, format, imported_at AS importedAt, substr(text, 1, ?) AS sample,
              (SELECT json_group_array(tag) FROM document_tag
               WHERE document_tag.collection_id = document.collection_id AND document_tag.path = document.path) AS tags,
              (SELECT count(*) FROM chunk WHERE document_id = document.id) AS chunks,
              (SELECT coalesce(sum(token_count), 0) FROM chunk WHERE document_id = document.id) AS tokens
       FROM document WHERE collection_id = ? ORDER BY name, path`,
    )
    .all(SAMPLED, collectionId);
  return rows.map(({ sample, tags, ...row }) => ({
    ...row,
    tags: fromJson<string[]>(tags),
    textShare: textShareOf(sample),
  }));
}

/**
 * How often this workspace's questions found each document and its answers cited it. Kept here for documents of shared
 * servers too: what a colleague asks is nobody else's business.
 */
export function withUse(db: ReadableDb, documents: DocumentFacts[]): DocumentUse[] {
  const used = db.prepare<[string, string, string], Pick<DocumentUse, "retrieved" | "cited" | "lastRetrievedAt">>(
    `SELECT (SELECT count(*) FROM document_retrieved WHERE document_id = ?) AS retrieved,
            (SELECT count(DISTINCT comparison_id) FROM document_cited WHERE document_id = ?) AS cited,
            (SELECT max(asked_at) FROM document_retrieved JOIN comparison ON comparison.id = comparison_id
             WHERE document_id = ?) AS lastRetrievedAt`,
  );
  return documents.map((document) => {
    const { documentId: id } = document;
    return { ...document, ...used.get(id, id, id)! };
  });
}

/** Stored questions that searched a collection, alone or along with others; replays repeat one and do not count. */
export function countQuestions(db: ReadableDb, collectionId: string): number {
  return db
    .prepare<{ collectionId: string }, number>(
      `SELECT count(*) FROM comparison WHERE (json_extract(body, '$.collectionId') = @collectionId
         OR EXISTS (SELECT 1 FROM json_each(comparison.body, '$.otherCollectionIds') WHERE value = @collectionId))
       AND json_extract(body, '$.retrieval') IS NOT NULL AND json_extract(body, '$.replayOf') IS NULL
       AND json_extract(body, '$.retrieval.wholeDocuments') IS NOT 1`,
    )
    .pluck()
    .get({ collectionId })!;
}

/**
 * Give a document these tags in place of those it has; they stay with its path when the file changes.
 *
 * @returns the tags, sorted; null when there is no such document
 */
export function writeTags(db: WritableDb, documentId: string, tags: string[]): string[] | null {
  return inTransaction(db, () => {
    const place = db
      .prepare<[string], { collection_id: string; path: string }>(
        "SELECT collection_id, path FROM document WHERE id = ?",
      )
      .get(documentId);
    if (place === undefined) return null;
    const { collection_id, path } = place;
    db.prepare("DELETE FROM document_tag WHERE collection_id = ? AND path = ?").run(collection_id, path);
    const insert = db.prepare("INSERT INTO document_tag (collection_id, path, tag) VALUES (?, ?, ?)");
    const sorted = [...new Set(tags)].sort();
    for (const tag of sorted) insert.run(collection_id, path, tag);
    return sorted;
  });
}

/** Letters and digits among everything that is no white space, 0 to 1. */
export function textShareOf(sample: string): number {
  const visible = sample.replaceAll(/\s/gu, "");
  return visible === "" ? 0 : (visible.match(/[\p{L}\p{N}]/gu)?.length ?? 0) / visible.length;
}
