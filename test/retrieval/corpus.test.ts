import { describe, expect, onTestFinished, test } from "vitest";
import { corpusReport } from "../../core/retrieval/corpus.ts";
import { countQuestions, readDocumentFacts, withUse } from "../../core/store/document-use.ts";
import { openStore } from "../../core/store/open-store.ts";
import { collectionOf, storeTexts } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TODAY = new Date("2026-11-25T12:00:00Z");
const prose = "The warranty of the pump lasts thirty-six months from the day of delivery.";

/** A store with documents by path, and questions that each retrieved and cited some of them. */
function corpusOf(files: Record<string, string>, questions: { retrieved: string[]; cited: string[] }[]) {
  const db = openStore(temporaryFolder());
  onTestFinished(() => void db.close());
  const { id } = collectionOf(db, 2);
  const ids = new Map<string, string>();
  for (const [path, text] of Object.entries(files)) {
    ids.set(path, storeTexts(db, id, path, [{ text, embedding: new Float32Array([1, 0]) }]));
    db.prepare("UPDATE chunk SET token_count = 40 WHERE document_id = ?").run(ids.get(path)!);
  }
  const asked = db.prepare("INSERT INTO comparison (id, thread_id, turn, asked_at, body) VALUES (?, 't', 0, ?, '{}')");
  const found = db.prepare("UPDATE comparison SET body = ? WHERE id = ?");
  const answered = db.prepare("INSERT INTO answer (comparison_id, arm, position, body) VALUES (?, 'rag', 0, ?)");
  const documents = (paths: string[]) => paths.map((path) => ({ documentId: ids.get(path)! }));
  for (const [index, { retrieved, cited }] of questions.entries()) {
    asked.run(`q${index}`, `2026-11-${String(1 + (index % 24)).padStart(2, "0")}T00:00:00.000Z`);
    found.run(
      JSON.stringify({ collectionId: id, replayOf: null, retrieval: { passages: documents(retrieved) } }),
      `q${index}`,
    );
    answered.run(`q${index}`, JSON.stringify({ citations: documents(cited) }));
  }
  const report = ({ isShared = false } = {}) => {
    const used = withUse(db, readDocumentFacts(db, id));
    return corpusReport(used, { questions: countQuestions(db, id), isShared, today: TODAY });
  };
  const nameOf = (documentId: string) => [...ids].find(([, each]) => each === documentId)![0];
  const suggested = () =>
    report().suggestions.map(({ kind, reason, documentIds }) => ({ kind, reason, documents: documentIds.map(nameOf) }));
  return { db, report, suggested };
}

const times = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);

describe("the use of a collection's documents", () => {
  test("is counted per document: questions that found it, questions that cited it, and when last", () => {
    const { report } = corpusOf({ "/a.txt": prose, "/b.txt": prose }, [
      { retrieved: ["/a.txt", "/b.txt"], cited: ["/a.txt"] },
      { retrieved: ["/a.txt"], cited: [] },
    ]);

    expect(report()).toMatchObject({
      questions: 2,
      documents: [
        { name: "/a.txt", retrieved: 2, cited: 1, lastRetrievedAt: "2026-11-02T00:00:00.000Z" },
        { name: "/b.txt", retrieved: 1, cited: 0, lastRetrievedAt: "2026-11-01T00:00:00.000Z" },
      ],
    });
  });

  test("is no reason to remove what colleagues may use, in a collection on a server", () => {
    const question = { retrieved: ["/a.txt"], cited: ["/a.txt"] };
    const files = { "/a.txt": prose, "/never.txt": prose, "/lines.txt": "== -- == --" };
    const { report } = corpusOf(files, times(20, question));
    const reasons = (suggested: ReturnType<typeof report>) => suggested.suggestions.map(({ reason }) => reason);

    expect(reasons(report())).toContain("never_retrieved");
    expect(reasons(report({ isShared: true }))).toEqual(
      reasons(report()).filter((reason) => !reason.startsWith("never")),
    );
    expect(reasons(report({ isShared: true }))).toContain("little_text");
  });

  test("suggests to remove what twenty questions never found, and nothing before that", () => {
    const question = { retrieved: ["/a.txt"], cited: ["/a.txt"] };
    const files = { "/a.txt": prose, "/never.txt": prose };

    expect(corpusOf(files, times(19, question)).suggested()).toEqual([]);
    expect(corpusOf(files, times(20, question)).suggested()).toEqual([
      { kind: "remove", reason: "never_retrieved", documents: ["/never.txt"] },
    ]);
  });

  test("names what is found and never cited, what is hardly text, and what is old", () => {
    const question = { retrieved: ["/a.txt", "/noise.txt"], cited: ["/a.txt"] };
    const files = {
      "/a.txt": prose,
      "/noise.txt": prose,
      "/table.txt": "|--|--|--| ==== .... #### 1 | 2 |",
      "/old.txt": prose,
    };
    const { db, suggested } = corpusOf(files, times(20, question));
    db.prepare("UPDATE document SET imported_at = '2024-01-01T00:00:00.000Z' WHERE path = '/old.txt'").run();

    expect(suggested()).toEqual([
      { kind: "remove", reason: "little_text", documents: ["/table.txt"] },
      { kind: "remove", reason: "never_cited", documents: ["/noise.txt"] },
      { kind: "remove", reason: "old", documents: ["/old.txt"] },
    ]);
  });

  test("suggests a filter where one folder earns nearly all citations", () => {
    const files = { "/manuals/a.txt": prose, "/misc/b.txt": prose, "/misc/c.txt": prose, "/misc/d.txt": prose };
    const { report } = corpusOf(files, times(6, { retrieved: ["/manuals/a.txt"], cited: ["/manuals/a.txt"] }));
    const [suggestion] = report().suggestions;

    expect(suggestion).toMatchObject({ kind: "filter", reason: "domain", filter: { folders: ["/manuals"] } });
    expect(suggestion!.message).toContain("100 %");
  });
});
