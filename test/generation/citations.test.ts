import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Passage } from "../../core/contract/retrieval.ts";
import { resolveCitations } from "../../core/generation/citations.ts";

const passage = (n: number): Passage => ({
  n,
  chunkId: n,
  documentId: `d${n}`,
  document: `file-${n}.md`,
  page: n === 2 ? 4 : null,
  heading: null,
  text: "…",
  start: n * 100,
  end: n * 100 + 50,
  rectangles: [],
  similarity: 0.5,
  bm25Rank: 1,
  vectorRank: 1,
  lineRank: 1,
  lineSimilarity: 0.5,
  score: 0.03,
  rerankScore: null,
  addressesModel: [],
});
const passages = [1, 2, 3].map(passage);

describe("citations", () => {
  test("point to the exact span of their passage, and know where their mark stands", () => {
    expect(resolveCitations("Thirty days. [2]", passages).citations).toEqual([
      { n: 2, documentId: "d2", document: "file-2.md", page: 4, start: 200, end: 250, markStart: 13, markEnd: 16 },
    ]);
  });

  test("resolve each number of a list, in order", () => {
    const { citations } = resolveCitations("Both say so [3, 1] and [2][1].", passages);

    expect(citations.map(({ n }) => n)).toEqual([3, 1, 2, 1]);
  });

  test("are read from a JSON answer's source field", () => {
    const { citations } = resolveCitations('{"answer":"30 days","source":2,"confidence":"high"}', passages);

    expect(citations.map(({ n, markStart, markEnd }) => [n, markStart, markEnd])).toEqual([[2, 29, 30]]);
  });

  test("that name no passage are said, not dropped", () => {
    expect(resolveCitations("As in [7] and [1].", passages)).toMatchObject({ citations: [{ n: 1 }], unresolved: [7] });
  });

  test.each(["items[1]", "[a]", "[12:30]", "[]", "[1", "(1)"])("are not seen in %s", (text) => {
    expect(resolveCitations(text, passages).citations).toEqual([]);
  });

  test("always mark a stretch of the text that holds their number", () => {
    const word = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom("[1]", "[2, 3]", '"source": 1', "[99]", "\u{1F600}"),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = words.join(" ");
        for (const { n, markStart, markEnd } of resolveCitations(text, passages).citations) {
          expect(text.slice(markStart, markEnd)).toContain(String(n));
        }
      }),
      { seed: 2 },
    );
  });
});
