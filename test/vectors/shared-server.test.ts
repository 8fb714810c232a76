import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { follow } from "../../core/contract/follow.ts";
import type { RetrievalFilter } from "../../core/contract/retrieval.ts";
import type { EngineClient } from "../../core/contract/index.ts";
import { noFilter } from "../support/no-filter.ts";
import { type OpenEngine, openEngine } from "../support/open-engine.ts";
import { makeDatabase, type SharedServer, sharedServers, startPglite } from "../support/shared-server.ts";
import { fileFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** Servers and engines start and stop here; on a machine with other work that alone takes a minute. */
const SLOWEST_MS = 240_000;
vi.setConfig({ testTimeout: SLOWEST_MS });

/** Two members of a team, each with a workspace of their own, for every test: an engine takes a while to open. */
let ada: OpenEngine;
let ben: OpenEngine;
const workspace = join(fileFolder(), "ada");
const other = join(fileFolder(), "ben");
const warmFolder = fileFolder();
beforeAll(async () => {
  [ada, ben] = await Promise.all([openEngine({ workspace }), openEngine({ workspace: other })]);
  // Their children start here and not within the first test's time.
  for (const { client } of [ada, ben]) {
    const { collectionId } = await importing(client, "Warm", writeFiles(manuals, warmFolder));
    await client.collections.remove({ collectionId });
  }
}, SLOWEST_MS);
afterAll(() => Promise.all([ada, ben].map((member) => member[Symbol.asyncDispose]())));
afterEach(async () => {
  for (const { client } of [ada, ben])
    for (const { id } of await client.collections.list({})) await client.collections.remove({ collectionId: id });
});

const untilEnd = (server: SharedServer): string => {
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.url;
};

function writeFiles(texts: Record<string, string>, folder = temporaryFolder()): string {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return folder;
}

const importing = (client: EngineClient, collection: string, folder: string, server?: string) =>
  follow(client.documents.import({ collection, paths: [folder], server }), () => {});

const manuals = {
  "returns.md": "# Returns\n\nGoods may be sent back within thirty days of delivery.\n",
  "canteen.md": "# Canteen\n\nThe canteen serves vegetable soup every Monday.\n",
};

describe.each(sharedServers)("a collection that a team shares on %s", (_, start) => {
  let server: SharedServer;
  let url: string;
  beforeAll(async () => {
    server = await start();
    ({ url } = server);
  }, SLOWEST_MS);
  afterAll(() => server[Symbol.asyncDispose]());

  test("is the same for a second workspace: what one imports, the other finds, cites and removes", async () => {
    const imported = await importing(ada.client, "Manuals", writeFiles(manuals), url);
    expect(imported.documents.map(({ status }) => status)).toEqual(["imported", "imported"]);

    const joined = await ben.client.collections.create({ name: "Manuals", server: url });
    expect(joined).toMatchObject({ documentCount: 2, chunkCount: 2, server: expect.stringContaining("/") });
    const search = (client: EngineClient, collectionId: string) =>
      client.retrieval.search({ collectionId, question: "How long may goods be sent back?", topK: 2 });
    const [adas, bens] = [await search(ada.client, imported.collectionId), await search(ben.client, joined.id)];
    const comparable = ({ passages, chunkCount, generation }: typeof adas) => ({
      passages: passages.map(({ documentId: _own, ...passage }) => passage),
      chunkCount,
      generation,
    });
    expect(comparable(bens)).toEqual(comparable(adas));
    expect(bens.passages[0]).toMatchObject({
      document: "returns.md",
      text: expect.stringContaining("thirty days"),
      bm25Rank: 1,
      vectorRank: 1,
    });

    const { documentId } = bens.passages[0]!;
    const { text } = await ben.client.documents.text({ documentId });
    expect(text.slice(bens.passages[0]!.start, bens.passages[0]!.end)).toBe(bens.passages[0]!.text);
    expect(await ben.client.documents.remove({ documentId })).toEqual({ removed: true });
    expect((await search(ada.client, imported.collectionId)).passages.map(({ document }) => document)).toEqual([
      "canteen.md",
    ]);
    expect(await ada.client.collections.list({})).toEqual([
      expect.objectContaining({ name: "Manuals", documentCount: 1, chunkCount: 1 }),
    ]);
  });

  test("knows what another workspace has imported already", async () => {
    await importing(ada.client, "Known", writeFiles(manuals), url);

    const again = await importing(ben.client, "Known", writeFiles(manuals), url);

    expect(again.documents.map(({ status, warnings }) => [status, warnings[0]?.code])).toEqual([
      ["unchanged", "duplicate"],
      ["unchanged", "duplicate"],
    ]);
  });

  test("takes in of an edited file only what changed, and passes over files by size and time", async () => {
    const { client } = ada;
    const section = (name: string): string =>
      `## ${name}\n\n${`The ${name} is described in this sentence. `.repeat(6)}\n`;
    const folder = writeFiles({ "pumps.md": section("motor") + section("valve") });
    const file = join(folder, "pumps.md");
    const long = new Date(Date.now() - 3_600_000);
    utimesSync(file, long, long);
    const first = await importing(client, "Edited", folder, url);
    const again = await importing(client, "Edited", folder);
    writeFileSync(file, section("motor") + section("nozzle"));
    const edited = await importing(client, "Edited", folder);

    expect(first.documents[0]).toMatchObject({ status: "imported", chunksReused: 0 });
    expect(again).toMatchObject({ chunksEmbedded: 0, documents: [{ status: "unchanged" }] });
    expect(edited.documents[0]).toMatchObject({ status: "updated", documentId: first.documents[0]!.documentId });
    expect(edited.chunksReused).toBeGreaterThan(0);
    expect(edited.chunksEmbedded).toBeLessThan(first.chunksEmbedded);
    const { passages } = await client.retrieval.search({ collectionId: first.collectionId, question: "nozzle" });
    expect(passages[0]!.text).toContain("nozzle");
  });

  test("does not take a colleague's file for moved, because it lies on another machine", async () => {
    const { collectionId } = await importing(ada.client, "Moved", writeFiles(manuals), url);
    const before = await ada.client.documents.list({ collectionId });
    for (const { path } of before) rmSync(path);
    const mine = await importing(ben.client, "Moved", writeFiles(manuals), url);

    expect(mine.documents.map(({ status }) => status)).toEqual(["unchanged", "unchanged"]);
    const paths = (await ada.client.documents.list({ collectionId })).map(({ path }) => path);
    expect(paths).toEqual(before.map(({ path }) => path));
  });

  test("is filtered by document, format, folder and date, and explains its search", async () => {
    const { client } = ada;
    const { collectionId } = await importing(client, "Filtered", writeFiles(manuals), url);
    const documents = await client.documents.list({ collectionId });
    const canteen = documents.find(({ name }) => name === "canteen.md")!;
    const question = "How long may goods be sent back?";
    const found = async (filter: RetrievalFilter) =>
      (await client.retrieval.search({ collectionId, question, filter })).passages.map(({ document }) => document);

    expect(await found({ ...noFilter, documentIds: [canteen.id] })).toEqual(["canteen.md"]);
    expect(await found({ ...noFilter, formats: ["pdf"] })).toEqual([]);
    expect(await found({ ...noFilter, folders: [dirname(canteen.path)], importedFrom: "2020-01-01" })).toHaveLength(2);
    expect(await found({ ...noFilter, importedBefore: "2020-01-01" })).toEqual([]);
    const explained = await client.retrieval.explain({ collectionId, question, checkIndex: true });
    expect(explained).toMatchObject({ searchedChunks: 2, index: { kind: "exact", recallAt10: 1 } });
    expect(explained.words).toContainEqual({ word: "goods", forms: ["goods"], chunks: 1, isCommon: false });
    expect(explained.candidates.map(({ document }) => document)).toEqual(["returns.md", "canteen.md"]);
  });

  test("says what only a collection of the workspace can do, and does nothing of it", async () => {
    const { client } = ada;
    const { collectionId } = await importing(client, "Limits", writeFiles(manuals), url);
    const own = await client.collections.create({ name: "Own" });
    const attempts: Record<string, () => Promise<unknown>> = {
      "Following a folder": () => client.folders.link({ collection: "Limits", path: temporaryFolder() }),
      "Changing the embedder": () => client.embedders.change({ collectionId, embedderId: own.embedder.id }),
    };

    for (const [wanted, attempt] of Object.entries(attempts))
      await expect(attempt(), wanted).rejects.toMatchObject({
        data: { code: "not_on_shared_collection", details: { collection: "Limits", wanted } },
      });
    expect(await client.folders.list({})).toEqual([]);
  });

  test("answers questions with its passages, which open where they stand, or with its documents whole", async () => {
    const { client } = ada;
    const { id: collectionId } = await client.collections.create({ name: "Asked", server: url });
    const ask = async (changes: { wholeDocuments?: boolean } = {}) => {
      const question = "How long may goods be sent back?";
      const input = { question, arms: ["rag" as const], collectionId, seed: 3, maxTokens: 24, ...changes };
      const comparison = await follow(client.comparison.ask(input), () => {});
      return { ...comparison, rag: comparison.arms[0]! };
    };
    expect((await ask()).rag.failure).toMatchObject({ code: "no_collection" });
    await importing(ben.client, "Asked", writeFiles(manuals), url);

    const { rag, retrieval } = await ask();

    expect(rag.failure).toBeNull();
    expect(rag.provenance!.passagesInPrompt).toEqual([1, 2]);
    const { documentId, document, start, end, text } = retrieval!.passages[0]!;
    expect(document).toBe("returns.md");
    expect((await client.documents.text({ documentId })).text.slice(start, end)).toBe(text);
    expect(await client.documents.rectangles({ documentId, span: { start, end } })).toEqual([]);
    expect((await client.documents.file({ documentId })).sizeBytes).toBe(Buffer.byteLength(manuals["returns.md"]));

    const whole = await ask({ wholeDocuments: true });
    expect(whole.rag.failure).toBeNull();
    expect(whole.retrieval!.passages.map(({ document, text }) => [document, text])).toEqual([
      ["canteen.md", manuals["canteen.md"]],
      ["returns.md", manuals["returns.md"]],
    ]);
    expect(whole.rag.provenance!.prompt).toContain("vegetable soup");
  });

  test("is asked along with collections of the workspace and of the server: by meaning together, by words in turn", async () => {
    const { client } = ada;
    const shared = await importing(client, "Joined", writeFiles(manuals), url);
    const second = await importing(
      client,
      "Second",
      writeFiles({ "lift.md": "# Lift\n\nThe lift rests on Sunday.\n" }),
      url,
    );
    const texts = { "refunds.md": "# Refunds\n\nMoney for goods sent back arrives within ten days.\n" };
    const own = await importing(client, "Own", writeFiles(texts));
    const question = "When does the money arrive for goods that were sent back?";
    const ids = [own.collectionId, shared.collectionId, second.collectionId];
    const searchAll = ([collectionId, ...otherCollectionIds]: string[], changes = {}) =>
      client.retrieval.search({ collectionId: collectionId!, otherCollectionIds, question, topK: 4, ...changes });

    const found = await searchAll(ids);

    expect(found).toMatchObject({ chunkCount: 4, generation: 1 });
    expect(found.passages.map(({ document }) => document).slice(0, 2)).toEqual(["refunds.md", "returns.md"]);
    // One embedder: nearest of all. Words are counted apart, so the best of each place is first there.
    expect(found.passages.map(({ vectorRank }) => vectorRank).toSorted()).toEqual([1, 2, 3, 4]);
    expect(found.passages.slice(0, 2).map(({ bm25Rank }) => bm25Rank)).toEqual([1, 1]);
    for (const { documentId, start, end, text } of found.passages)
      expect((await client.documents.text({ documentId })).text.slice(start, end)).toBe(text);
    const inTurn = await searchAll(ids.toReversed());
    expect(inTurn.passages.map(({ document }) => document).slice(0, 2)).toEqual(["refunds.md", "returns.md"]);
    expect(
      (await searchAll(ids, { filter: { ...noFilter, tags: [], formats: ["markdown"], importedFrom: "2020-01-01" } }))
        .passages,
    ).toHaveLength(4);

    const explained = await client.retrieval.explain({
      collectionId: ids[0]!,
      otherCollectionIds: ids.slice(1),
      question,
      topK: 2,
    });
    expect(explained.candidates.map(({ n, document }) => [n, document]).slice(0, 2)).toEqual([
      [1, "refunds.md"],
      [2, "returns.md"],
    ]);
    expect(explained.candidates.map(({ n }) => n)).toEqual([1, 2, null, null]);
    expect(explained.words.find(({ word }) => word === "sent")).toMatchObject({ chunks: 2 });

    const input = {
      question,
      arms: ["rag" as const],
      collectionId: ids[0]!,
      otherCollectionIds: ids.slice(1),
      seed: 3,
    };
    const answered = await follow(client.comparison.ask({ ...input, maxTokens: 24 }), () => {});
    expect(answered.arms[0]!.failure).toBeNull();
    expect(answered.otherCollectionIds).toEqual(ids.slice(1));
    const [listed] = await client.comparison.list({ limit: 1 });
    expect(listed).toEqual(answered);
    const whole = await follow(client.comparison.ask({ ...input, maxTokens: 24, wholeDocuments: true }), () => {});
    expect(whole.retrieval!.passages.map(({ document }) => document)).toEqual([
      "refunds.md",
      "canteen.md",
      "returns.md",
      "lift.md",
    ]);
  });

  test("gives passages with their surroundings, as one exact span of the document on the server", async () => {
    const { client } = ada;
    const filler = "Every part leaves the shop in a box of its own, with a list of what is in it. ".repeat(4);
    const texts = { "boxes.md": `# Boxes 📦\n\n${filler}\n\nThe zebra stamp means fragile.\n\n${filler}\n` };
    const { collectionId } = await importing(client, "Widened", writeFiles(texts), url);
    const question = "What does the zebra stamp mean?";
    const input = { question, arms: ["rag" as const], collectionId, seed: 3, maxTokens: 24, topK: 1 };

    const { arms, retrieval } = await follow(
      client.comparison.ask({ ...input, retrieval: { expandPassages: true } }),
      () => {},
    );

    const [expanded] = arms[0]!.provenance!.passagesExpanded;
    const [passage] = retrieval!.passages;
    expect(expanded!.end - expanded!.start).toBeGreaterThan(passage!.end - passage!.start);
    const { text } = await client.documents.text({ documentId: passage!.documentId });
    const given = text.slice(expanded!.start, expanded!.end);
    const sentences = (of: string): string[] => of.match(/Every part|The zebra stamp means fragile/g) ?? [];
    expect(sentences(given).length).toBeGreaterThan(5);
    expect(sentences(arms[0]!.provenance!.prompt)).toEqual(sentences(given));
  });

  test("keeps tags for everybody, and is filtered by them", async () => {
    const { collectionId } = await importing(ada.client, "Tagged", writeFiles(manuals), url);
    const { id } = await ben.client.collections.create({ name: "Tagged", server: url });
    const canteen = (await ada.client.documents.list({ collectionId })).find(({ name }) => name === "canteen.md")!;

    expect(await ada.client.documents.tag({ documentId: canteen.id, tags: ["food", "food"] })).toEqual({
      tags: ["food"],
    });

    expect((await ben.client.documents.list({ collectionId: id })).map(({ tags }) => tags)).toEqual([["food"], []]);
    const search = (tag: string) =>
      ben.client.retrieval.search({
        collectionId: id,
        question: "How long may goods be sent back?",
        filter: { ...noFilter, tags: [tag] },
      });
    expect((await search("food")).passages.map(({ document }) => document)).toEqual(["canteen.md"]);
    expect((await search("drink")).passages).toEqual([]);
    await expect(ben.client.documents.tag({ documentId: `${id}.${randomUUID()}`, tags: [] })).rejects.toMatchObject({
      data: { code: "document_not_found" },
    });
  });

  test("counts in each workspace what its own questions used, and suggests nothing others may need to go", async () => {
    const { collectionId } = await importing(ada.client, "Used", writeFiles(manuals), url);
    const { id } = await ben.client.collections.create({ name: "Used", server: url });
    const ask = (client: EngineClient, of: string) =>
      follow(
        client.comparison.ask({
          question: "When is there soup?",
          arms: ["rag"],
          collectionId: of,
          maxTokens: 8,
          topK: 1,
        }),
        () => {},
      );
    await ask(ada.client, collectionId);
    await ask(ada.client, collectionId);
    await ask(ben.client, id);

    const adas = await ada.client.retrieval.corpus({ collectionId });
    const bens = await ben.client.retrieval.corpus({ collectionId: id });

    const used = ({ questions, documents }: typeof adas) => [questions, documents.map(({ retrieved }) => retrieved)];
    expect([used(adas), used(bens)]).toEqual([
      [2, [2, 0]],
      [1, [1, 0]],
    ]);
    expect(adas.documents[0]).toMatchObject({ name: "canteen.md", chunks: 1, lastRetrievedAt: expect.any(String) });
    expect(adas.documents[0]!.tokens).toBeGreaterThan(5);
    expect(adas.suggestions.filter(({ reason }) => reason !== "little_text")).toEqual([]);
  });

  test("is taken over from a Fourfold that knew no tags, with everything in it", async () => {
    const { collectionId } = await importing(ada.client, "Older", writeFiles(manuals), url);
    const earlier = new pg.Client({ connectionString: url });
    await earlier.connect();
    await earlier.query("DROP TABLE fourfold.document_tag");
    await earlier.end();

    // The first call finds the table missing and looks again with the next.
    await ada.client.documents.list({ collectionId }).catch(() => {});
    const documents = await ada.client.documents.list({ collectionId });
    expect(documents.map(({ name, tags }) => [name, tags])).toEqual([
      ["canteen.md", []],
      ["returns.md", []],
    ]);
  });

  test("finds words inside scripts without spaces", async () => {
    const { client } = ada;
    const texts = { "tokyo.txt": "東京の天気は晴れです。", "osaka.txt": "大阪の人口は多いです。" };
    const { collectionId } = await importing(client, "Unspaced", writeFiles(texts), url);
    const { passages } = await client.retrieval.search({ collectionId, question: "天気" });

    expect(passages.find(({ bm25Rank }) => bm25Rank === 1)!.document).toBe("tokyo.txt");
    expect(passages.filter(({ bm25Rank }) => bm25Rank !== null)).toHaveLength(1);
  });

  test("stays on the server when it is removed from a workspace, unless everybody is meant", async () => {
    const { collectionId } = await importing(ada.client, "Left", writeFiles(manuals), url);
    const { id } = await ben.client.collections.create({ name: "Left", server: url });

    expect(await ada.client.collections.remove({ collectionId })).toEqual({ removed: true });
    expect(await ada.client.collections.list({})).toEqual([]);
    expect(await ben.client.documents.list({ collectionId: id })).toHaveLength(2);
    expect(await ben.client.collections.remove({ collectionId: id, fromServer: true })).toEqual({ removed: true });
    expect(await ada.client.collections.create({ name: "Left", server: url })).toMatchObject({ documentCount: 0 });
  });

  test("never loses a change when two write at once", async () => {
    const filesOf = (who: string): string =>
      writeFiles(
        Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${who}-${i}.txt`, `${who} wrote note ${i}.`])),
      );

    await Promise.all([
      importing(ada.client, "Notes", filesOf("Ada"), url),
      importing(ben.client, "Notes", filesOf("Ben"), url),
    ]);

    expect(await ben.client.collections.list({})).toEqual([
      expect.objectContaining({ documentCount: 16, chunkCount: 16 }),
    ]);
    const [notes] = await ada.client.collections.list({});
    expect(
      await ada.client.retrieval.search({ collectionId: notes!.id, question: "What did Ben write?" }),
    ).toMatchObject({
      generation: 16,
      chunkCount: 16,
    });
  });

  test("refuses a workspace with another embedder, and a name that is kept elsewhere", async () => {
    const { client } = ada;
    await client.collections.create({ name: "Here" });
    await expect(client.collections.create({ name: "Here", server: url })).rejects.toMatchObject({
      data: { code: "collection_elsewhere", details: { kept: "this workspace" } },
    });

    const created = await client.collections.create({ name: "Foreign", server: url });
    const stranger = new pg.Client({ connectionString: url });
    await stranger.connect();
    await stranger.query(
      "UPDATE fourfold.collection SET embedder_id = 'other', embedder_name = 'Other Embedder' WHERE name = 'Foreign'",
    );
    await stranger.end();
    await expect(ben.client.collections.create({ name: "Foreign", server: url })).rejects.toMatchObject({
      data: { code: "embedding_mismatch", details: { indexedWith: "Other Embedder", loaded: created.embedder.name } },
    });
    expect(await ben.client.collections.list({})).toEqual([]);
  });

  test("lets a search be stopped, and answers the next one", async () => {
    const { client } = ada;
    const { collectionId } = await importing(client, "Stopped", writeFiles(manuals), url);
    const stop = new AbortController();
    const searching = client.retrieval.search({ collectionId, question: "soup" }, { signal: stop.signal });
    stop.abort();

    await expect(searching).rejects.toThrow();
    expect((await client.retrieval.search({ collectionId, question: "soup" })).passages).not.toEqual([]);
  });

  test("keeps its password in a file for the user alone: not in the store, not in the log, not in an answer", async () => {
    const { host, pathname, password } = new URL(url);
    const { client } = ada;

    const created = await client.collections.create({ name: "Secret", server: url });
    await importing(client, "Secret", writeFiles(manuals));

    expect(created.server).toBe(`${host}${pathname}`);
    const passwords = join(workspace, "server-passwords.json");
    expect(readFileSync(passwords, "utf8")).toContain(password);
    if (process.platform !== "win32") expect(statSync(passwords).mode & 0o777).toBe(0o600);
    for (const file of ["fourfold.sqlite", "fourfold.sqlite-wal", join("logs", "engine.log")])
      expect(readFileSync(join(workspace, file), "latin1"), file).not.toContain(password);
  });
});

describe("a shared server", () => {
  test("that is away is said in words; the list, and collections of the workspace, go on", async () => {
    const server = await startPglite();
    const { client } = ada;
    const { collectionId } = await importing(client, "Shared", writeFiles(manuals), server.url);
    const own = await importing(client, "Own", writeFiles(manuals));
    await client.collections.list({});
    await server[Symbol.asyncDispose]();

    await expect(client.retrieval.search({ collectionId, question: "soup" })).rejects.toMatchObject({
      data: { code: "server_unreachable", message: expect.stringMatching(/127\.0\.0\.1.*cannot be reached/) },
    });
    await expect(importing(client, "Shared", writeFiles({ "a.txt": "New words." }))).rejects.toMatchObject({
      data: { code: "server_unreachable" },
    });
    expect(await client.collections.list({})).toEqual([
      expect.objectContaining({
        name: "Shared",
        documentCount: 2,
        chunkCount: 2,
        index: expect.objectContaining({ kind: "unreachable" }),
      }),
      expect.objectContaining({ name: "Own", documentCount: 2, index: expect.objectContaining({ kind: "exact" }) }),
    ]);
    const found = await client.retrieval.search({ collectionId: own.collectionId, question: "soup on Monday" });
    expect(found.passages[0]).toMatchObject({ document: "canteen.md" });

    // Another database answers at the same address: the collection is gone, and nothing breaks.
    untilEnd(await startPglite({ port: Number(new URL(server.url).port) }));
    await expect(client.retrieval.search({ collectionId, question: "soup" })).rejects.toMatchObject({
      data: { code: "collection_not_found" },
    });
    await client.collections.remove({ collectionId });
    const { url } = server;
    expect(await client.collections.create({ name: "Shared", server: url })).toMatchObject({ documentCount: 0 });
  });

  test("without pgvector is refused with what to install, and no collection stays behind", async () => {
    const url = untilEnd(await startPglite({ pgvector: false }));
    const { client } = ada;

    await expect(importing(client, "Shared", writeFiles(manuals), url)).rejects.toMatchObject({
      data: { code: "server_lacks_pgvector", action: expect.stringContaining("pgvector") },
    });
    expect(await client.collections.list({})).toEqual([]);
  });

  test("that accepts a connection and never answers ends in a failure, and a stop does not wait for it", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const { client } = ada;

    await expect(
      client.collections.create({ name: "Shared", server: `postgres://ada@127.0.0.1:${port}/team` }),
    ).rejects.toMatchObject({ data: { code: "server_unreachable" } });
  });
});

const real = process.env["FOURFOLD_TEST_POSTGRES"];
test.skipIf(real === undefined)(
  "a server that checks passwords refuses a wrong one in words, and keeps none",
  async () => {
    const { client } = ada;
    const wrong = new URL(real!);
    wrong.password = "mistyped-word";

    await expect(client.collections.create({ name: "Shared", server: wrong.href })).rejects.toMatchObject({
      data: {
        code: "server_refused",
        message: expect.not.stringContaining("mistyped-word"),
        details: { user: wrong.username },
      },
    });
    const passwords = join(workspace, "server-passwords.json");
    expect(existsSync(passwords) ? readFileSync(passwords, "utf8") : "").not.toContain("mistyped-word");
  },
);

test.skipIf(real === undefined)(
  "a server that ends every connection in the middle of an import stops it in words, and the next import completes it",
  async () => {
    const { client } = ada;
    await using own = await makeDatabase(real!);
    const names = Array.from({ length: 60 }, (_, index) => `note-${String(index).padStart(2, "0")}.txt`);
    const folder = writeFiles(Object.fromEntries(names.map((name) => [name, `Words of ${name} about pumps.`])));
    await using admin = await connected(own.url);
    let ending: Promise<number> | null = null;
    const result = await follow(
      client.documents.import({ collection: "Broken", paths: [folder], server: own.url }),
      (progress) => {
        if (progress.type === "finished" && progress.done >= 3) ending ??= admin.endOthers();
      },
    );

    const failed = result.documents.filter(({ failure }) => failure !== null);
    // Between two statements a connection is replaced unseen; in the middle of one the import says so and stops.
    for (const { failure } of failed) expect(failure).toMatchObject({ code: "server_unreachable" });
    expect(await ending).toBeGreaterThan(0);

    const again = await importing(client, "Broken", folder);
    expect(again.documents.map(({ failure }) => failure)).toEqual(names.map(() => null));
    const { collectionId } = again;
    expect((await client.documents.list({ collectionId })).map(({ name }) => name)).toEqual(names);
    const { chunkCount } = await client.retrieval.search({ collectionId, question: "pumps" });
    expect(chunkCount).toBe(names.length);
    await client.collections.remove({ collectionId, fromServer: true });
  },
);

/** A connection of an administrator, who may end those of others. */
async function connected(url: string): Promise<AsyncDisposable & { endOthers(): Promise<number> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async endOthers() {
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      return rowCount ?? 0;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
