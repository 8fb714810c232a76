import { readChunks, readEmbeddings, searchWords } from "../store/chunks.ts";
import { findCollection, removeCollection, type StoredCollection } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import {
  findDocumentByHash,
  findDocumentByPath,
  listDocuments,
  readDocumentText,
  removeDocument,
  saveDocument,
} from "../store/documents.ts";
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
    const { generation, documentCount, chunkCount } = findCollection(this.#db, this.#collection.id) ?? this.#collection;
    const index = await this.#vectors.indexState({ ...this.#collection, generation, chunkCount });
    return { generation, documentCount, chunkCount, index };
  }

  async listDocuments() {
    return listDocuments(this.#db, this.#collection.id);
  }

  async findDocumentByPath(path: string) {
    return findDocumentByPath(this.#db, this.#collection.id, path);
  }

  async findDocumentByHash(sha256: string) {
    return findDocumentByHash(this.#db, this.#collection.id, sha256);
  }

  async readDocumentText(documentId: string) {
    return readDocumentText(this.#db, documentId);
  }

  async saveDocument(document: Parameters<CollectionStore["saveDocument"]>[0]) {
    assertDimensions(document.chunks, this.#collection.embedder.dimensions);
    return saveDocument(this.#db, { ...document, collectionId: this.#collection.id });
  }

  async removeDocument(documentId: string) {
    return removeDocument(this.#db, documentId);
  }

  async searchMeaning(question: string, limit: number, options: SearchOptions = {}): Promise<NearestChunks> {
    return this.#vectors.search(this.#collection, question, limit, options);
  }

  async searchWords(terms: readonly string[], limit: number, { documentIds }: SearchOptions = {}) {
    return searchWords(this.#db, this.#collection.id, terms, limit, documentIds);
  }

  async readChunks(ids: number[]) {
    return readChunks(this.#db, ids);
  }

  async readEmbeddings(ids: number[]) {
    return readEmbeddings(this.#db, ids);
  }

  async remove() {
    removeCollection(this.#db, this.#collection.id);
    await this.#vectors.forget(this.#collection.id);
  }
}
