import { readChunkIdsOf, readChunks, readEmbeddings, readRectangles } from "../store/chunks.ts";
import { findCollection, removeCollection, type StoredCollection } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import { findTwin, listDocuments, moveDocument, readDocumentText, removeDocument } from "../store/documents.ts";
import { readDocumentFacts, writeTags } from "../store/document-use.ts";
import { readKnownFiles, readSignatures, saveModifiedMs } from "../store/known-files.ts";
import { findEmbeddings, saveDocument } from "../store/save-document.ts";
import { readSectionChunks, readTextSlice } from "../store/sections.ts";
import { countHolding, searchTerms } from "../store/search-words.ts";
import { saveTwinFile } from "../store/twin-files.ts";
import { countCharacters, readWholeDocuments } from "../store/whole-documents.ts";
import { asItIs } from "./as-it-is.ts";
import type { CollectionStore, NearestChunks, SearchOptions } from "./collection-store.ts";
import { assertDimensions } from "./vector-matrix.ts";
import type { Vectors } from "./vectors.ts";

/** A collection of this workspace: SQLite is the truth, and the index host searches its vectors. */
export class LocalCollection implements CollectionStore {
  readonly #db: WritableDb;
  readonly #vectors: Vectors;
  readonly #collection: StoredCollection;

  constructor(db: WritableDb, vectors: Vectors, collection: StoredCollection) {
    this.#db = db;
    this.#vectors = vectors;
    this.#collection = collection;
  }

  async describe() {
    return asItIs(this.#db, this.#collection, async (collection) => {
      const { generation, documentCount, chunkCount } = collection;
      return { generation, documentCount, chunkCount, index: await this.#vectors.indexState(collection) };
    });
  }

  async readKnownFiles() {
    return readKnownFiles(this.#db, this.#collection.id);
  }

  async readSignatures() {
    return readSignatures(this.#db, this.#collection.id);
  }

  async findTwin(file: Parameters<CollectionStore["findTwin"]>[0]) {
    return findTwin(this.#db, this.#collection.id, file);
  }

  async findEmbeddings(hashes: string[]) {
    return findEmbeddings(this.#db, this.#collection.id, hashes);
  }

  async saveDocument(document: Parameters<CollectionStore["saveDocument"]>[0]) {
    assertDimensions(document.chunks, this.#collection.embedder.dimensions);
    return saveDocument(this.#db, { ...document, collectionId: this.#collection.id });
  }

  readonly moveDocument: NonNullable<CollectionStore["moveDocument"]> = async (documentId, to) =>
    moveDocument(this.#db, documentId, to);

  async saveTwinFile(twin: Parameters<CollectionStore["saveTwinFile"]>[0]) {
    saveTwinFile(this.#db, { ...twin, collectionId: this.#collection.id });
  }

  async saveModifiedMs(path: string, modifiedMs: number | null) {
    saveModifiedMs(this.#db, this.#collection.id, path, modifiedMs);
  }

  async listDocuments() {
    return listDocuments(this.#db, this.#collection.id);
  }

  async readDocumentText(documentId: string) {
    return readDocumentText(this.#db, documentId);
  }

  async readTextSlice(documentId: string, start: number, end: number) {
    return readTextSlice(this.#db, documentId, start, end);
  }

  async writeTags(documentId: string, tags: string[]) {
    return writeTags(this.#db, documentId, tags);
  }

  async readDocumentFacts() {
    return readDocumentFacts(this.#db, this.#collection.id);
  }

  async readRectangles(documentId: string, span: { start: number; end: number }) {
    return readRectangles(this.#db, documentId, span);
  }

  async removeDocument(documentId: string) {
    return removeDocument(this.#db, documentId) !== null;
  }

  async searchMeaning(
    question: string,
    limit: number,
    { documentIds, exact = false, signal }: SearchOptions = {},
  ): Promise<NearestChunks> {
    const within = documentIds === undefined ? null : readChunkIdsOf(this.#db, documentIds);
    return asItIs(this.#db, this.#collection, (collection) =>
      this.#vectors.search(collection, question, limit, { within, exact, signal }),
    );
  }

  async likenessTo(question: string, texts: string[], { signal }: Pick<SearchOptions, "signal"> = {}) {
    return this.#vectors.likeness(this.#collection.embedder, question, texts, signal);
  }

  async searchWords(terms: readonly string[], limit: number, { documentIds }: SearchOptions = {}) {
    return searchTerms(this.#db, this.#collection.id, terms, limit, documentIds);
  }

  async countWords(terms: readonly string[]) {
    const { chunkCount } = findCollection(this.#db, this.#collection.id) ?? this.#collection;
    return { chunks: chunkCount, holders: terms.map((term) => countHolding(this.#db, this.#collection.id, term)) };
  }

  async readChunks(ids: number[]) {
    return readChunks(this.#db, ids);
  }

  async readSection(chunkId: number) {
    return readSectionChunks(this.#db, chunkId);
  }

  async countCharacters(documentIds?: readonly string[]) {
    return countCharacters(this.#db, this.#collection.id, documentIds);
  }

  async readWholeDocuments(documentIds?: readonly string[]) {
    return readWholeDocuments(this.#db, this.#collection.id, documentIds);
  }

  async readEmbeddings(ids: number[]) {
    return new Map([...readEmbeddings(this.#db, ids)].map(([id, { embedding }]) => [id, embedding]));
  }

  async remove() {
    removeCollection(this.#db, this.#collection.id);
    await this.#vectors.forget(this.#collection.id);
  }
}
