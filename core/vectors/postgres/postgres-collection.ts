import type { ClientBase } from "pg";
import type { Document, DocumentText, PageRectangle } from "../../contract/documents.ts";
import { FourfoldError } from "../../contract/failures.ts";
import type { StoredChunk } from "../../store/chunks.ts";
import type { Counts, EmbedderIdentity, StoredCollection } from "../../store/collections.ts";
import { type NewDocument, otherEmbedder, type SavedDocument } from "../../store/save-document.ts";
import type { WordHit } from "../../store/search-words.ts";
import type { CollectionStore, NearestChunks, SearchOptions } from "../collection-store.ts";
import { HNSW_FROM_CHUNKS, type IndexState } from "../collection-vectors.ts";
import type { Vectors } from "../vectors.ts";
import { assertDimensions } from "../vector-matrix.ts";
import type { PostgresServer } from "./postgres-server.ts";
import { dropCollectionTables, makeCollectionTables } from "./schema.ts";
import { countByWords, rankByWords } from "./rank-by-words.ts";
import { serverName } from "./server-url.ts";
import { idOnServer, sharedDocumentId } from "./shared-document-id.ts";
import { findByMeaning } from "./find-by-meaning.ts";
import { findEmbeddings, readKnownFiles, readSignatures, writeModifiedMs, writeTwinFile } from "./known-files.ts";
import * as whole from "./whole-documents.ts";
import { writeTags } from "./write-tags.ts";
import { readChunks, readEmbeddings, readRectangles } from "./read-chunks.ts";
import { type DocumentRow, documentColumns, toDocument, writeDocument } from "./write-document.ts";

/** What two workspaces must agree on before they share vectors. */
type SharedEmbedder = Pick<EmbedderIdentity, "id" | "name" | "dimensions">;

/**
 * A collection on a PostgreSQL server that a team shares: texts, words and vectors are there, and so is the HNSW
 * index (pgvector). Questions are embedded here; texts and vectors travel, models do not.
 */
export class PostgresCollection implements CollectionStore {
  readonly #server: PostgresServer;
  readonly #vectors: Vectors;
  readonly #id: string;
  readonly #name: string;
  readonly #embedder: EmbedderIdentity;
  readonly #number: number;

  constructor(server: PostgresServer, { id, name, embedder, shared }: StoredCollection, vectors: Vectors) {
    this.#server = server;
    this.#vectors = vectors;
    this.#id = id;
    this.#name = name;
    this.#embedder = embedder;
    this.#number = shared!.collectionNumber;
  }

  /**
   * The collection of that name on the server, made now if there is none.
   *
   * @throws embedding_mismatch  when it was made with another embedder: its vectors mean nothing to ours
   */
  static ensure(
    server: PostgresServer,
    name: string,
    embedder: SharedEmbedder,
  ): Promise<{ collectionNumber: number; counts: Counts }> {
    return server.transaction(async (client) => {
      const made = await client.query<{ number: number }>(
        `INSERT INTO fourfold.collection (name, embedder_id, embedder_name, dimensions) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO NOTHING RETURNING number`,
        [name, embedder.id, embedder.name, embedder.dimensions],
      );
      if (made.rows[0] !== undefined) await makeCollectionTables(client, made.rows[0].number, embedder.dimensions);
      const { rows } = await client.query<{ number: number; embedder_id: string; embedder_name: string } & CountsRow>(
        `SELECT number, embedder_id, embedder_name, ${countColumns} FROM fourfold.collection WHERE name = $1`,
        [name],
      );
      const found = rows[0]!;
      if (found.embedder_id !== embedder.id) throw foreignEmbedder(name, server, found.embedder_name, embedder.name);
      return { collectionNumber: found.number, counts: toCounts(found) };
    });
  }

  async describe(): Promise<Counts & { index: IndexState }> {
    const { rows } = await this.#read((client) =>
      client.query<CountsRow>(`SELECT ${countColumns} FROM fourfold.collection WHERE number = $1`, [this.#number]),
    );
    if (rows[0] === undefined) throw this.#isGone();
    const counts = toCounts(rows[0]);
    const where = serverName(this.#server.address);
    const index: IndexState =
      counts.chunkCount < HNSW_FROM_CHUNKS
        ? { kind: "exact", reason: `Exact search on ${where}: with ${counts.chunkCount} chunks it is always right.` }
        : { kind: "hnsw", reason: `HNSW index (pgvector) over ${counts.chunkCount} chunks on ${where}.` };
    return { ...counts, index };
  }

  async listDocuments(): Promise<Document[]> {
    return this.#documents("ORDER BY name, path");
  }

  async readKnownFiles(): ReturnType<CollectionStore["readKnownFiles"]> {
    return this.#read((client) => readKnownFiles(client, this.#number, this.#id));
  }

  async readSignatures(): ReturnType<CollectionStore["readSignatures"]> {
    return this.#read((client) => readSignatures(client, this.#number));
  }

  async findTwin({
    path,
    sha256,
    textSha256,
  }: Parameters<CollectionStore["findTwin"]>[0]): ReturnType<CollectionStore["findTwin"]> {
    const [twin] = await this.#documents(
      "AND path <> $2 AND (sha256 = $3 OR text_sha256 = $4) ORDER BY sha256 = $3 DESC, path LIMIT 1",
      [path, sha256, textSha256],
    );
    return twin === undefined ? null : { ...twin, isSameFile: twin.sha256 === sha256 };
  }

  async findEmbeddings(hashes: string[]): Promise<Map<string, Float32Array>> {
    return this.#read((client) => findEmbeddings(client, this.#number, hashes));
  }

  async readDocumentText(documentId: string): Promise<DocumentText | null> {
    const { rows } = await this.#read((client) =>
      client.query<DocumentRow & { text: string; pages: string; headings: string }>(
        `SELECT ${documentColumns}, text, pages, headings FROM fourfold.document WHERE id = $1`,
        [idOnServer(documentId)],
      ),
    );
    if (rows[0] === undefined) return null;
    const { text, pages, headings } = rows[0];
    return {
      document: toDocument(rows[0], this.#id),
      text,
      pages: JSON.parse(pages) as DocumentText["pages"],
      headings: JSON.parse(headings) as DocumentText["headings"],
    };
  }

  async readTextSlice(documentId: string, start: number, end: number): Promise<string | null> {
    return this.#read((client) => whole.readTextSlice(client, idOnServer(documentId), start, end));
  }

  async writeTags(documentId: string, tags: string[]): Promise<string[] | null> {
    return this.#server.transaction((client) => writeTags(client, this.#number, idOnServer(documentId), tags));
  }

  async readDocumentFacts(): ReturnType<CollectionStore["readDocumentFacts"]> {
    return this.#read((client) => whole.readDocumentFacts(client, this.#number, this.#id));
  }

  async saveDocument(document: Omit<NewDocument, "collectionId">, signal?: AbortSignal): Promise<SavedDocument> {
    assertDimensions(document.chunks, this.#embedder.dimensions);
    const saved = await this.#server.transaction(
      async (client) => {
        // First of all, so that two who write to the same collection follow one another.
        const { rows } = await client.query<{ id: string; name: string }>(
          `UPDATE fourfold.collection SET generation = generation + 1 WHERE number = $1
           RETURNING embedder_id AS id, embedder_name AS name`,
          [this.#number],
        );
        if (rows[0] === undefined) throw this.#isGone();
        if (rows[0].id !== document.embedderId) throw otherEmbedder(rows[0], document.embedderId);
        return await writeDocument(client, this.#number, document);
      },
      { signal },
    );
    return { ...saved, documentId: sharedDocumentId(this.#id, saved.documentId) };
  }

  readonly moveDocument = null;

  async saveTwinFile(twin: Parameters<CollectionStore["saveTwinFile"]>[0]): Promise<void> {
    await this.#server.transaction((client) => writeTwinFile(client, this.#number, twin, idOnServer(twin.documentId)));
  }

  async saveModifiedMs(path: string, modifiedMs: number | null): Promise<void> {
    await this.#server.transaction((client) => writeModifiedMs(client, this.#number, path, modifiedMs));
  }

  async removeDocument(documentId: string): Promise<boolean> {
    return this.#server.transaction(async (client) => {
      await client.query("SELECT FROM fourfold.collection WHERE number = $1 FOR UPDATE", [this.#number]);
      const { rowCount } = await client.query("DELETE FROM fourfold.document WHERE id = $1 AND collection = $2", [
        idOnServer(documentId),
        this.#number,
      ]);
      if (rowCount === 0) return false;
      await client.query("UPDATE fourfold.collection SET generation = generation + 1 WHERE number = $1", [
        this.#number,
      ]);
      return true;
    });
  }

  async searchMeaning(
    question: string,
    limit: number,
    { documentIds, exact, signal }: SearchOptions = {},
  ): Promise<NearestChunks> {
    const query = await this.#vectors.embedQuestion(this.#embedder, question, signal);
    const nearest = await this.#read(
      (client) =>
        findByMeaning(client, this.#number, query, limit, { documentIds: documentIds?.map(idOnServer), exact }),
      signal,
    );
    if (nearest === null) throw this.#isGone();
    return { ...nearest, query };
  }

  async likenessTo(
    question: string,
    texts: string[],
    { signal }: Pick<SearchOptions, "signal"> = {},
  ): Promise<number[]> {
    return this.#vectors.likeness(this.#embedder, question, texts, signal);
  }

  async searchWords(
    terms: readonly string[],
    limit: number,
    { documentIds, signal }: SearchOptions = {},
  ): Promise<WordHit[]> {
    return this.#read(
      (client) => rankByWords(client, this.#number, terms, limit, documentIds?.map(idOnServer)),
      signal,
    );
  }

  async countWords(terms: readonly string[]): ReturnType<CollectionStore["countWords"]> {
    return this.#read((client) => countByWords(client, this.#number, terms));
  }

  async readRectangles(documentId: string, span: { start: number; end: number }): Promise<PageRectangle[]> {
    return this.#read((client) => readRectangles(client, this.#number, idOnServer(documentId), span));
  }

  async readChunks(ids: number[]): Promise<Map<number, StoredChunk>> {
    return this.#read((client) => readChunks(client, this.#number, this.#id, ids));
  }

  async readSection(chunkId: number): ReturnType<CollectionStore["readSection"]> {
    return this.#read((client) => whole.readSection(client, this.#number, chunkId));
  }

  async countCharacters(documentIds?: readonly string[]): ReturnType<CollectionStore["countCharacters"]> {
    return this.#read((client) => whole.countCharacters(client, this.#number, documentIds?.map(idOnServer)));
  }

  async readWholeDocuments(documentIds?: readonly string[]): ReturnType<CollectionStore["readWholeDocuments"]> {
    return this.#read((client) =>
      whole.readWholeDocuments(client, this.#number, this.#id, documentIds?.map(idOnServer)),
    );
  }

  async readEmbeddings(ids: number[]): Promise<Map<number, Float32Array>> {
    return this.#read((client) => readEmbeddings(client, this.#number, ids));
  }

  async remove(): Promise<void> {
    await this.#server.transaction((client) => dropCollectionTables(client, this.#number));
  }

  async #documents(condition: string, values: string[] = []): Promise<Document[]> {
    const { rows } = await this.#read((client) =>
      client.query<DocumentRow>(`SELECT ${documentColumns} FROM fourfold.document WHERE collection = $1 ${condition}`, [
        this.#number,
        ...values,
      ]),
    );
    return rows.map((row) => toDocument(row, this.#id));
  }

  #read<Result>(use: (client: ClientBase) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#server.transaction(use, { readOnly: true, signal });
  }

  #isGone(): FourfoldError {
    return new FourfoldError({
      code: "collection_not_found",
      message: `${this.#name} was removed from ${serverName(this.#server.address)}.`,
      action: "Remove it from this workspace too, or make it anew under the same name.",
      details: { collection: this.#name },
    });
  }
}

interface CountsRow {
  /** pg gives 64-bit integers as text. */
  generation: string;
  document_count: number;
  chunk_count: number;
}

const countColumns = `generation,
  (SELECT count(*)::integer FROM fourfold.document WHERE collection = number) AS document_count,
  (SELECT coalesce(sum(chunk_count), 0)::integer FROM fourfold.document WHERE collection = number) AS chunk_count`;

const toCounts = ({ generation, document_count, chunk_count }: CountsRow): Counts => ({
  generation: Number(generation),
  documentCount: document_count,
  chunkCount: chunk_count,
});

function foreignEmbedder(name: string, server: PostgresServer, indexedWith: string, loaded: string): FourfoldError {
  return new FourfoldError({
    code: "embedding_mismatch",
    message: `${name} on ${serverName(server.address)} was embedded with ${indexedWith}, and this workspace uses ${loaded}: their vectors cannot be compared.`,
    action: "Choose another name for a collection of your own, or use the same embedder as the others.",
    details: { indexedWith, loaded },
  });
}
