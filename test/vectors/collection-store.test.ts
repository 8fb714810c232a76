import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { readManifest } from "../../core/models/manifest.ts";
import type { EmbedderIdentity } from "../../core/store/collections.ts";
import { openStore } from "../../core/store/open-store.ts";
import type { CollectionStore } from "../../core/vectors/collection-store.ts";
import { CollectionStores } from "../../core/vectors/collection-stores.ts";
import { Vectors } from "../../core/vectors/vectors.ts";
import { type SharedServer, sharedServers } from "../support/shared-server.ts";
import { documentOf } from "../support/stored-documents.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let embedder: EmbedderIdentity;
let vectors: Vectors;
beforeAll(async () => {
  embedder = await bundledEmbedder(await readManifest());
  // Embeds for every test; what it reads of a workspace is read where local collections are opened.
  vectors = new Vectors({ workspace: "/nowhere" });
});
afterAll(() => vectors[Symbol.asyncDispose]());

const returns = "Goods may be sent back within thirty days of delivery.";
const soup = "The canteen serves vegetable soup every Monday.";
const pump = "Error E-2045 means that the pressure of the pump is too low.";
const cafe = "Le café du port est fermé le dimanche.";

async function textOf(path: string, ...texts: string[]) {
  const embeddings = await vectors.embedPassages(embedder, texts);
  return documentOf(
    embedder.id,
    path,
    texts.map((text, index) => ({ text, embedding: embeddings[index]! })),
  );
}

describe.each([["the workspace", async () => null] as const, ...sharedServers])(
  "a collection kept on %s",
  (_, start) => {
    let server: SharedServer | null;
    beforeAll(async () => void (server = await start()), 240_000);
    afterAll(() => server?.[Symbol.asyncDispose]());

    /** A collection as a workspace of its own sees it; two of the same name on a server are the same. */
    async function open(name: string): Promise<CollectionStore> {
      const workspace = temporaryFolder();
      const db = openStore(workspace);
      const own = server === null ? new Vectors({ workspace }) : vectors;
      const stores = new CollectionStores(db, own, workspace);
      onTestFinished(async () => {
        await stores[Symbol.asyncDispose]();
        if (own !== vectors) await own[Symbol.asyncDispose]();
        db.close();
      });
      return stores.of(await stores.ensure(name, embedder, server?.url));
    }

    test("tells how near any text is to a question, stored or not", async () => {
      const [near, far] = await (await open("likeness")).likenessTo("Which day is soup on the menu?", [soup, pump]);

      expect(near).toBeGreaterThan(far! + 0.2);
      expect(near).toBeLessThanOrEqual(1.0001);
    });

    test("holds what was stored, whole and in order", async () => {
      const store = await open("whole");
      const { documentId: id } = await store.saveDocument(await textOf("b.txt", returns, soup));
      await store.saveDocument(await textOf("a.txt", pump));

      expect(await store.listDocuments()).toEqual([
        expect.objectContaining({ name: "a.txt", chunkCount: 1 }),
        expect.objectContaining({ id, path: "b.txt", name: "b.txt", format: "text", chunkCount: 2, pageCount: null }),
      ]);
      expect(await store.readDocumentText(id)).toEqual({
        document: expect.objectContaining({ id, encoding: "utf-8", language: "en", warnings: [] }),
        text: `${returns}\n${soup}\n`,
        pages: [],
        headings: [],
      });
      expect(await store.describe()).toMatchObject({
        generation: 2,
        documentCount: 2,
        chunkCount: 3,
        index: { kind: "exact" },
      });
    });

    test("finds a paraphrase by meaning, nearest first, with its similarity", async () => {
      const store = await open("meaning");
      await store.saveDocument(await textOf("shop.txt", soup, returns, pump));

      const { neighbours, kind, generation, query } = await store.searchMeaning("How long may I return a product?", 3);

      const chunks = await store.readChunks(neighbours.map(({ chunkId }) => chunkId));
      const found = neighbours.map(({ chunkId }) => chunks.get(chunkId)!.text);
      expect({ found: found[0], count: found.length, kind, generation }).toEqual({
        found: returns,
        count: 3,
        kind: "exact",
        generation: 1,
      });
      const passage = (await store.readEmbeddings([neighbours[0]!.chunkId])).get(neighbours[0]!.chunkId)!;
      expect(passage).toEqual((await vectors.embedPassages(embedder, [returns]))[0]);
      expect(neighbours[0]!.similarity).toBeCloseTo(
        query.reduce((sum, value, index) => sum + value * passage[index]!, 0),
        4,
      );
      expect(neighbours.map(({ similarity }) => similarity)).toEqual(
        neighbours.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
      );
    });

    test("finds words without minding accents or case, the chunk with the rarer word first", async () => {
      const store = await open("words");
      await store.saveDocument(await textOf("all.txt", returns, soup, pump, cafe, "The pump of the canteen."));
      const find = async (...terms: string[]): Promise<string[]> => {
        const ids = (await store.searchWords(terms, 10)).map(({ chunkId }) => chunkId);
        const chunks = await store.readChunks(ids);
        return ids.map((id) => chunks.get(id)!.text);
      };

      // FTS5's own formula: ln((5 − 1 + 0.5) / (1 + 0.5)) · 2.2 / (1 + 1.2 · (0.25 + 0.75 · 8 / 8.6))
      expect((await store.searchWords(["cafe"], 10))[0]!.bm25).toBeCloseTo(1.1309, 3);
      expect(await find("CAFE")).toEqual([cafe]);
      expect((await find("the", "monday"))[0]).toBe(soup);
      expect(await find("e-2045")).toEqual([pump]);
      expect(await find("nowhere")).toEqual([]);
      expect(await store.countWords(["the", "E-2045", "nowhere"])).toEqual({ chunks: 5, holders: [3, 1, 0] });
      expect(await find()).toEqual([]);
      for (const typed of ['"', "a & b | !c", "');--", "NEAR(", "*", "\\", "💧"]) await find(typed);
    });

    test("searches only in the documents it is told to", async () => {
      const store = await open("narrowed");
      await store.saveDocument(await textOf("shop.txt", returns));
      const { documentId: canteen } = await store.saveDocument(await textOf("canteen.txt", soup, pump));
      const only = { documentIds: [canteen] };
      const question = "May goods be sent back?";
      const textsOf = async (ids: number[]): Promise<string[]> =>
        [...(await store.readChunks(ids)).values()].map(({ text }) => text).toSorted();

      const { neighbours } = await store.searchMeaning(question, 10, only);

      expect(await textsOf(neighbours.map(({ chunkId }) => chunkId))).toEqual([pump, soup].toSorted());
      expect(
        await textsOf((await store.searchWords(["goods", "soup"], 10, only)).map(({ chunkId }) => chunkId)),
      ).toEqual([soup]);
      expect((await store.searchMeaning(question, 10, { documentIds: [] })).neighbours).toEqual([]);
    });

    test("knows every file by path, with what tells whether it changed, and its like by bytes or text", async () => {
      const store = await open("known");
      const shop = {
        ...(await textOf("shop.txt", returns)),
        modifiedMs: 1234.5,
        signature: Uint32Array.of(7, 2 ** 31),
      };
      const { documentId } = await store.saveDocument(shop);
      const { sha256, textSha256, sizeBytes } = shop;
      const twin = {
        path: "copy.txt",
        documentId,
        sizeBytes,
        modifiedMs: null,
        sha256,
        warning: "The same as shop.txt.",
      };
      await store.saveTwinFile(twin);
      await store.saveModifiedMs("copy.txt", 99);

      const file = { documentId, sha256, sizeBytes, chunkCount: 1 };
      expect(await store.readKnownFiles()).toEqual(
        new Map([
          ["shop.txt", { ...file, modifiedMs: 1234.5, warnings: [], isTwin: false }],
          [
            "copy.txt",
            { ...file, modifiedMs: 99, warnings: [{ code: "duplicate", message: twin.warning }], isTwin: true },
          ],
        ]),
      );
      expect(await store.readSignatures()).toEqual([{ path: "shop.txt", signature: Uint32Array.of(7, 2 ** 31) }]);
      const likes = [
        await store.findTwin({ path: "other.txt", sha256, textSha256: "" }),
        await store.findTwin({ path: "other.txt", sha256: "", textSha256 }),
        await store.findTwin({ path: "shop.txt", sha256, textSha256 }),
      ];
      expect(likes).toEqual([
        expect.objectContaining({ id: documentId, isSameFile: true }),
        expect.objectContaining({ id: documentId, isSameFile: false }),
        null,
      ]);
      const { contentHash, embedding } = shop.chunks[0]!;
      expect(await store.findEmbeddings([contentHash, "unknown"])).toEqual(new Map([[contentHash, embedding]]));
    });

    test("replaces a file's older version, and keeps the chunks that stayed the same with their ids", async () => {
      const store = await open("versions");
      const first = await textOf("shop.txt", returns, soup);
      const before = await store.saveDocument(first);
      const [kept] = await store.searchWords(["soup"], 1);
      await store.saveTwinFile({
        path: "copy.txt",
        documentId: before.documentId,
        sizeBytes: 1,
        modifiedMs: null,
        sha256: first.sha256,
        warning: "The same.",
      });

      const after = await store.saveDocument(await textOf("shop.txt", pump, soup));

      expect(before).toMatchObject({ kept: 0, formerTwins: [] });
      expect(after).toEqual({ documentId: before.documentId, kept: 1, formerTwins: ["copy.txt"] });
      expect(await store.searchWords(["soup"], 1)).toMatchObject([{ chunkId: kept!.chunkId }]);
      const chunk = (await store.readChunks([kept!.chunkId])).get(kept!.chunkId)!;
      const { text } = (await store.readDocumentText(after.documentId))!;
      expect(text.slice(chunk.start, chunk.end)).toBe(soup);
      expect(await store.searchWords(["goods"], 10)).toEqual([]);
      expect([...(await store.readKnownFiles()).keys()]).toEqual(["shop.txt"]);
      expect(await store.describe()).toMatchObject({ generation: 2, documentCount: 1, chunkCount: 2 });
    });

    test("gives the rectangles of a span, each once and in order", async () => {
      const store = await open("rectangles");
      const document = await textOf("shop.txt", returns, soup);
      const [one, two] = [1, 2].map((page) => ({ page, x: 1, y: page, width: 3, height: 4 }));
      document.chunks[0]!.rectangles = [one!];
      document.chunks[1]!.rectangles = [one!, two!];
      const { documentId } = await store.saveDocument(document);

      expect(await store.readRectangles(documentId, { start: 0, end: 200 })).toEqual([one, two]);
      expect(await store.readRectangles(documentId, { start: 0, end: 10 })).toEqual([one]);
    });

    test("keeps a document's tags through a new version of its file, and forgets them with the document", async () => {
      const store = await open("tags");
      const { documentId } = await store.saveDocument(await textOf("shop.txt", returns));
      const tagsNow = async () => (await store.listDocuments()).map(({ tags }) => tags);

      expect(await store.writeTags(documentId, ["old", "Ärger", "old", "to do"])).toEqual(["old", "to do", "Ärger"]);
      await store.saveDocument(await textOf("shop.txt", returns, soup));
      expect(await tagsNow()).toEqual([["old", "to do", "Ärger"]]);
      expect((await store.readDocumentText(documentId))!.document.tags).toEqual(["old", "to do", "Ärger"]);
      expect(await store.writeTags(documentId, ["new"])).toEqual(["new"]);
      expect(await tagsNow()).toEqual([["new"]]);
      await store.writeTags(documentId, []);
      expect(await tagsNow()).toEqual([[]]);
      await store.removeDocument(documentId);
      expect(await store.writeTags(documentId, ["late"])).toBeNull();
    });

    test("gives the section around a chunk, and any span of a text in the units its positions are in", async () => {
      const store = await open("sections");
      const parts = [
        ["Opening", "We open 🕘 at nine."],
        ["Returns", returns],
        ["Returns", "Shoes must be unworn."],
        ["Opening", "On Sundays we are closed."],
      ] as const;
      const embeddings = await vectors.embedPassages(
        embedder,
        parts.map(([, text]) => text),
      );
      const { documentId } = await store.saveDocument(
        documentOf(
          embedder.id,
          "shop.md",
          parts.map(([heading, text], index) => ({ heading, text, embedding: embeddings[index]! })),
        ),
      );
      const [hit] = await store.searchWords(["unworn"], 1);

      const section = await store.readSection(hit!.chunkId);
      expect(section).toHaveLength(2);
      expect(await store.readTextSlice(documentId, section[0]!.start, section[1]!.end)).toBe(
        `${returns}\nShoes must be unworn.`,
      );
      await store.removeDocument(documentId);
      expect(await store.readSection(hit!.chunkId)).toEqual([]);
      expect(await store.readTextSlice(documentId, 0, 5)).toBeNull();
    });

    test("gives documents whole, by name, all of them or those it is told to", async () => {
      const store = await open("whole documents");
      const { documentId } = await store.saveDocument(await textOf("shop.txt", returns));
      await store.saveDocument(await textOf("canteen.txt", soup, pump));
      await store.saveDocument(await textOf("empty.txt"));

      const all = await store.readWholeDocuments();
      expect(all.map(({ document, text }) => [document, text])).toEqual([
        ["canteen.txt", `${soup}\n${pump}\n`],
        ["shop.txt", `${returns}\n`],
      ]);
      const [first] = await store.searchWords(["canteen"], 1);
      expect(all[0]!.chunkId).toBe(first!.chunkId);
      expect(await store.readWholeDocuments([documentId])).toEqual([all[1]]);
      expect(await store.readWholeDocuments([])).toEqual([]);
      expect(await store.countCharacters()).toEqual({
        documents: 2,
        characters: all[0]!.text.length + all[1]!.text.length,
      });
      expect(await store.countCharacters([documentId])).toEqual({ documents: 1, characters: returns.length + 1 });
      expect(await store.countCharacters([])).toEqual({ documents: 0, characters: 0 });
    });

    test("says what each document is worth before anybody asks", async () => {
      const store = await open("worth");
      const { documentId } = await store.saveDocument(await textOf("shop.txt", returns, soup));
      await store.saveDocument(await textOf("lines.txt", "-- == -- == a"));
      await store.writeTags(documentId, ["new"]);

      const [lines, shop] = await store.readDocumentFacts();
      expect(shop).toMatchObject({ documentId, name: "shop.txt", format: "text", tags: ["new"], chunks: 2, tokens: 2 });
      expect(shop!.textShare).toBeGreaterThan(0.9);
      expect(lines!.textShare).toBeCloseTo(1 / 9, 5);
    });

    test("refuses vectors of another embedder", async () => {
      const store = await open("other embedder");
      const stranger = { ...(await textOf("shop.txt", returns)), embedderId: "stranger" };

      await expect(store.saveDocument(stranger)).rejects.toMatchObject({ failure: { code: "embedding_mismatch" } });
      expect(await store.describe()).toMatchObject({ generation: 0, documentCount: 0 });
    });

    test("leaves nothing of a removed document", async () => {
      const store = await open("removal");
      const { documentId: doomed } = await store.saveDocument(await textOf("shop.txt", returns));
      await store.saveDocument(await textOf("canteen.txt", soup));
      const [hit] = await store.searchWords(["goods"], 10);

      expect(await store.removeDocument(doomed)).toBe(true);
      expect(await store.removeDocument(doomed)).toBe(false);

      expect(await store.searchWords(["goods"], 10)).toEqual([]);
      expect((await store.searchMeaning("May goods be sent back?", 10)).neighbours).toHaveLength(1);
      expect(await store.readChunks([hit!.chunkId])).toEqual(new Map());
      expect(await store.describe()).toMatchObject({ generation: 3, documentCount: 1, chunkCount: 1 });
    });

    test("keeps texts of every kind at their offsets: NUL, half a surrogate pair, right to left, a word without end", async () => {
      const store = await open("strange");
      const strange = ["nul \0 here", "half \uD83D here", "שלום עולם", "a".repeat(5000), "e\u0301 combined"];
      const { documentId: id } = await store.saveDocument(await textOf("strange.txt", ...strange));

      const { text } = (await store.readDocumentText(id))!;
      expect(text).toHaveLength(strange.join("\n").length + 1);
      const ids = (await store.searchWords(["עולם", "combined"], 10)).map(({ chunkId }) => chunkId);
      for (const chunk of (await store.readChunks(ids)).values())
        expect(text.slice(chunk.start, chunk.end)).toBe(chunk.text);
      expect(ids).toHaveLength(2);
    });

    test("refuses a document whose vectors have other dimensions, and stores nothing of it", async () => {
      const store = await open("shape");
      const wrong = documentOf(embedder.id, "wrong.txt", [{ text: soup, embedding: new Float32Array([1, 0]) }]);

      await expect(store.saveDocument(wrong)).rejects.toMatchObject({
        failure: { code: "vector_shape_mismatch", details: { expected: embedder.dimensions, received: 2 } },
      });
      expect(await store.describe()).toMatchObject({ generation: 0, documentCount: 0 });
    });

    test("goes whole when it is removed, and its name is free again", async () => {
      const store = await open("gone");
      await store.saveDocument(await textOf("shop.txt", returns));
      await store.remove();

      expect(await (await open("gone")).describe()).toMatchObject({ documentCount: 0, chunkCount: 0 });
    });
  },
);
