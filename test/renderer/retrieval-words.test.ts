import { describe, expect, test } from "vitest";
import { Retrieval } from "../../core/contract/index.ts";
import { retrievalWords } from "../../renderer/panels/comparison/retrieval-words.ts";

const retrieval = Retrieval.parse({ ms: 4, passages: [], chunkCount: 41, index: "exact", generation: 2 });

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
