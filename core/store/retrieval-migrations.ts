/**
 * The word index with parts of words. `word_parts` is a function of ours (word-parts.ts), registered by `openStore`;
 * what it gave is kept, because FTS5 must be told the same words again when a chunk goes.
 */
export const wordIndexWithParts = {
  name: "005 word index with parts of words, document tags",
  sql: `
    CREATE TABLE chunk_parts (chunk_id INTEGER PRIMARY KEY, parts TEXT NOT NULL) STRICT;
    INSERT INTO chunk_parts (chunk_id, parts)
      SELECT id, parts FROM (
        SELECT chunk.id, word_parts(coalesce(chunk.heading || ' ', '') || chunk.text, document.language) AS parts
        FROM chunk JOIN document ON document.id = chunk.document_id
      ) WHERE parts <> '';

    CREATE VIEW chunk_for_words AS
      SELECT chunk.id, heading, text, parts FROM chunk LEFT JOIN chunk_parts ON chunk_id = chunk.id;

    DROP TRIGGER chunk_words_insert;
    DROP TRIGGER chunk_words_delete;
    DROP TABLE chunk_words;
    CREATE VIRTUAL TABLE chunk_words USING fts5 (
      heading, text, parts, content = 'chunk_for_words', content_rowid = 'id',
      tokenize = "unicode61 remove_diacritics 2"
    );
    INSERT INTO chunk_words (chunk_words) VALUES ('rebuild');

    CREATE TRIGGER chunk_words_insert AFTER INSERT ON chunk BEGIN
      INSERT INTO chunk_parts (chunk_id, parts)
        SELECT new.id, parts FROM (
          SELECT word_parts(coalesce(new.heading || ' ', '') || new.text, language) AS parts
          FROM document WHERE id = new.document_id
        ) WHERE parts <> '';
      INSERT INTO chunk_words (rowid, heading, text, parts)
        VALUES (new.id, new.heading, new.text, (SELECT parts FROM chunk_parts WHERE chunk_id = new.id));
    END;
    CREATE TRIGGER chunk_words_delete AFTER DELETE ON chunk BEGIN
      INSERT INTO chunk_words (chunk_words, rowid, heading, text, parts)
        VALUES ('delete', old.id, old.heading, old.text, (SELECT parts FROM chunk_parts WHERE chunk_id = old.id));
      DELETE FROM chunk_parts WHERE chunk_id = old.id;
    END;

    CREATE INDEX document_by_language ON document (collection_id, language);

    -- By path, so that tags outlive a new version of the file.
    CREATE TABLE document_tag (
      collection_id TEXT NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      tag TEXT NOT NULL,
      PRIMARY KEY (collection_id, path, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX document_by_tag ON document_tag (collection_id, tag);
  `,
};

/** Both tables repeat what comparisons and answers say, so they can be made again from them at any time. */
export const documentUse = {
  name: "006 which documents were retrieved and cited",
  sql: `
    CREATE TABLE document_retrieved (
      document_id TEXT NOT NULL,
      comparison_id TEXT NOT NULL REFERENCES comparison (id) ON DELETE CASCADE,
      PRIMARY KEY (document_id, comparison_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX document_retrieved_in ON document_retrieved (comparison_id);
    CREATE TABLE document_cited (
      document_id TEXT NOT NULL,
      comparison_id TEXT NOT NULL REFERENCES comparison (id) ON DELETE CASCADE,
      arm TEXT NOT NULL,
      PRIMARY KEY (document_id, comparison_id, arm)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX document_cited_in ON document_cited (comparison_id, arm);

    -- A replay repeats a question, and whole documents are not found but taken: neither is a use.
    CREATE VIEW retrieved_by_comparison AS
      SELECT DISTINCT json_extract(passage.value, '$.documentId') AS document_id, comparison.id AS comparison_id
      FROM comparison, json_each(comparison.body, '$.retrieval.passages') AS passage
      WHERE json_extract(comparison.body, '$.replayOf') IS NULL
        AND json_extract(comparison.body, '$.retrieval.wholeDocuments') IS NOT 1;
    CREATE VIEW cited_by_answer AS
      SELECT DISTINCT json_extract(citation.value, '$.documentId') AS document_id, comparison_id, arm
      FROM answer JOIN comparison ON comparison.id = comparison_id, json_each(answer.body, '$.citations') AS citation
      WHERE json_extract(comparison.body, '$.replayOf') IS NULL;
    INSERT INTO document_retrieved SELECT * FROM retrieved_by_comparison;
    INSERT INTO document_cited SELECT * FROM cited_by_answer;

    CREATE TRIGGER comparison_retrieved AFTER UPDATE OF body ON comparison BEGIN
      DELETE FROM document_retrieved WHERE comparison_id = new.id;
      INSERT INTO document_retrieved SELECT * FROM retrieved_by_comparison WHERE comparison_id = new.id;
    END;
    CREATE TRIGGER answer_cited AFTER INSERT ON answer BEGIN
      DELETE FROM document_cited WHERE comparison_id = new.comparison_id AND arm = new.arm;
      INSERT INTO document_cited
        SELECT * FROM cited_by_answer WHERE comparison_id = new.comparison_id AND arm = new.arm;
    END;
  `,
};
