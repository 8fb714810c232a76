import { describe, expect, test } from "vitest";
import { Retrieval, RetrievalFilter } from "../../core/contract/index.ts";
import { retrievalWords } from "../../renderer/panels/comparison/retrieval-words.ts";

const retrieval = Retrieval.parse({ ms: 4, passages: [], chunkCount: 41, index: "exact", generation: 2 });

describe("what the search found, in one line", () => {
  test("says how long it took", () => {
    expect(retrievalWords({ ...retrieval, passages: [] }, false)).toBe(
      "Searched documents: 0 passages from 0 documents of 41 chunks · 4 ms · exact search",
    );
  });

  test("says which part of the documents was searched, when it was not all of them", () => {
    const filter = RetrievalFilter.parse({ documentIds: ["a", "b"], folders: ["/home/ada/manuals"], tags: ["old"] });

    expect(retrievalWords({ ...retrieval, filter }, false)).toContain(
      "exact search · only in 2 documents · folder manuals · tag old",
    );
    expect(retrievalWords({ ...retrieval, filter: RetrievalFilter.parse({}) }, false)).not.toContain("only in");
  });

  test("claims no search and no time for a replay, which reads what its original found", () => {
    expect(retrievalWords({ ...retrieval, passages: [] }, true)).toBe(
      "Found by the original run: 0 passages from 0 documents of 41 chunks · exact search",
    );
  });
});
