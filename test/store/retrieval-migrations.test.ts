import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { searchWords } from "../../core/store/search-words.ts";
import type { WritableDb } from "../../core/store/db.ts";
import { migrate } from "../../core/store/migrations.ts";
import { toBlob } from "../../core/store/vector-blob.ts";
import { openStore } from "../../core/store/open-store.ts";
import { examineStore } from "../support/examine-store.ts";
import { noFilter } from "../support/no-filter.ts";
import { embedderIdentity } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The last schema before the word index knew parts of words. */
const BEFORE = 2;

test("a workspace of an older version keeps its words, gains their parts, and knows what was retrieved and cited", () => {
  const workspace = temporaryFolder();
  const old = new Database(join(workspace, "fourfold.sqlite")) as unknown as WritableDb;
  old.pragma("foreign_keys = ON");
  migrate(old, BEFORE);
  const [id, documentId] = ["manuals", "document-a"];
  old
    .prepare("INSERT INTO collection (id, name, embedder, created_at) VALUES (?, 'Manuals', ?, '')")
    .run(id, JSON.stringify(embedderIdentity(2)));
  const texts = ["Die Wärmepumpe läuft.", "東京の天気"];
  old
    .prepare(
      `INSERT INTO document (id, collection_id, path, name, format, sha256, size_bytes, encoding, language, warnings,
                             text, pages, headings, imported_at)
       VALUES (?, ?, 'a.txt', 'a.txt', 'text', '', 1, 'utf-8', 'de', '[]', ?, '[]', '[]', '')`,
    )
    .run(documentId, id, texts.join("\n"));
  for (const text of texts) {
    const start = texts.join("\n").indexOf(text);
    old
      .prepare(
        `INSERT INTO chunk (document_id, collection_id, start_offset, end_offset, text, token_count, rectangles, embedding)
         VALUES (?, ?, ?, ?, ?, 1, '[]', ?)`,
      )
      .run(documentId, id, start, start + text.length, text, toBlob(new Float32Array([1, 0])));
  }
  const comparison = (replayOf: string | null) =>
    JSON.stringify({ collectionId: id, replayOf, retrieval: { passages: [{ documentId }, { documentId }] } });
  const insert = old.prepare("INSERT INTO comparison (id, thread_id, turn, asked_at, body) VALUES (?, 't', 0, '', ?)");
  insert.run("asked", comparison(null));
  insert.run("replayed", comparison("asked"));
  const answer = old.prepare("INSERT INTO answer (comparison_id, arm, position, body) VALUES (?, 'rag', 0, ?)");
  for (const comparisonId of ["asked", "replayed"])
    answer.run(comparisonId, JSON.stringify({ citations: [{ documentId }, { documentId }] }));
  old.close();

  const db = openStore(workspace);
  onTestFinished(() => void db.close());
  const find = (match: string) =>
    searchWords(db, { collectionIds: [id], filter: noFilter }, [match], 10).map(({ chunkId }) => chunkId);

  expect(find('"läuft"')).toEqual([1]);
  expect(find('parts : "pmup"*')).toEqual([1]);
  expect(find('parts : "天気"')).toEqual([2]);
  expect(db.prepare("SELECT document_id, comparison_id FROM document_retrieved").raw().all()).toEqual([
    [documentId, "asked"],
  ]);
  expect(db.prepare("SELECT document_id, comparison_id, arm FROM document_cited").raw().all()).toEqual([
    [documentId, "asked", "rag"],
  ]);
  expect(examineStore(workspace)).toMatchObject({ chunks: 2, words: 2, faults: [] });
});
