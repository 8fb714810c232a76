import { describe, expect, test } from "vitest";
import { retrievalWords } from "../../renderer/panels/comparison/retrieval-words.ts";

const retrieval = { ms: 4, passages: [], chunkCount: 41, index: "exact", generation: 2 } as const;

describe("what the search found, in one line", () => {
  test("says how long it took", () => {
    expect(retrievalWords({ ...retrieval, passages: [] }, false)).toBe(
      "Searched documents: 0 passages from 0 documents of 41 chunks · 4 ms · exact search",
    );
  });

  test("claims no search and no time for a replay, which reads what its original found", () => {
    expect(retrievalWords({ ...retrieval, passages: [] }, true)).toBe(
      "Found by the original run: 0 passages from 0 documents of 41 chunks · exact search",
    );
  });
});
