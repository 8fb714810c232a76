import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OneAtATime } from "../children/one-at-a-time.ts";
import type { LinkedFolder, SyncResult } from "../contract/folders.ts";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { type EmbedderIdentity, ensureCollection, findCollection } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import { removeDocument } from "../store/documents.ts";
import {
  documentsInside,
  findLinkedFolder,
  forgetTwin,
  isInside,
  listLinkedFolders,
  removeLinkedFolder,
  saveLinkedFolder,
  type StoredFolder,
  twinsInside,
} from "../store/linked-folders.ts";
import { assertNotShared } from "../vectors/not-shared.ts";
import { type FolderWatch, watchFolder } from "./folder-watch.ts";
import type { ImportOptions } from "./import-documents.ts";
import type { Imports } from "./imports.ts";
import { reconcileFolder } from "./reconcile-folder.ts";

/** Windows are told how far a sync is about this often. */
const TELL_EVERY_MS = 300;

interface Watched {
  watch: FolderWatch | null;
  state: LinkedFolder["state"];
  /** One sync at a time, and at most one more that waits. */
  queue: OneAtATime;
  isWaiting: boolean;
}

export interface LinkedFoldersOptions {
  db: WritableDb;
  imports: Imports;
  /** Of collections that are made for a folder. */
  embedder: EmbedderIdentity;
  /** A folder's state changed; `documents` when documents came or went as well. */
  onChange: (what: "folders" | "documents") => void;
  onDefect: (error: unknown) => void;
  /** Between two looks at a polled folder. */
  lookEveryMs?: number | undefined;
}

/** The folders a workspace follows: looked through at the start, and whenever something in them changes. */
export class LinkedFolders implements AsyncDisposable {
  readonly #options: LinkedFoldersOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #closing = new AbortController();
  #isStarted = false;

  constructor(options: LinkedFoldersOptions) {
    this.#options = options;
  }

  /** Watch all linked folders from now on, beginning with a look at what changed while nobody did. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const folder of listLinkedFolders(this.#options.db)) this.#startOne(folder);
  }

  list(): LinkedFolder[] {
    const { db } = this.#options;
    return listLinkedFolders(db).map((folder) => this.#describe(folder));
  }

  /**
   * Follow a folder; it is looked through at once, in the background, if this engine watches.
   *
   * @throws file_missing, file_unreadable  it is not there, or no folder
   * @throws not_on_shared_collection
   */
  async link(collection: string, givenPath: string, watch: StoredFolder["watch"]): Promise<LinkedFolder> {
    const { db, embedder, onChange } = this.#options;
    const path = resolve(givenPath);
    await assertFolder(path);
    const found = findCollection(db, collection) ?? ensureCollection(db, collection, embedder);
    assertNotShared(found, "Following a folder");
    const folder = saveLinkedFolder(db, found.id, path, watch);
    if (this.#isStarted) {
      await this.#stopOne(folder.id);
      this.#startOne(folder);
    }
    onChange("folders");
    return this.#describe(folder);
  }

  /**
   * Follow a folder no longer.
   *
   * @param documents  what becomes of them; those that another linked folder holds too always stay
   * @returns how many documents were removed
   * @throws folder_not_linked
   */
  async unlink(folderId: string, documents: "keep" | "remove"): Promise<number> {
    const { db, imports, onChange } = this.#options;
    const folder = this.#require(folderId);
    await this.#stopOne(folderId);
    removeLinkedFolder(db, folderId);
    const others = listLinkedFolders(db).filter(({ collectionId }) => collectionId === folder.collectionId);
    const isElsewhere = (path: string): boolean => others.some((other) => isInside(other.path, path));
    let removed = 0;
    if (documents === "remove") {
      await imports.inTurn(async () => {
        for (const path of twinsInside(db, folder.collectionId, folder.path))
          if (!isElsewhere(path)) forgetTwin(db, folder.collectionId, path);
        for (const { id, path } of documentsInside(db, folder.collectionId, folder.path))
          if (!isElsewhere(path) && removeDocument(db, id) !== null) removed += 1;
      });
      onChange("documents");
    }
    onChange("folders");
    return removed;
  }

  /** @throws folder_not_linked, folder_unavailable, stopped */
  async sync(folderId: string, options: ImportOptions & { acceptEmpty?: boolean } = {}): Promise<SyncResult> {
    const folder = this.#require(folderId);
    const watched = this.#watchedOf(folderId);
    const signals = [this.#closing.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any(signals);
    return watched.queue.run(() => this.#syncNow(folder, watched, { ...options, signal }), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#watched.values()].map(({ watch }) => watch?.[Symbol.asyncDispose]()));
    await Promise.all([...this.#watched.values()].map(({ queue }) => queue.run(async () => {})));
  }

  #startOne(folder: StoredFolder): void {
    const watched = this.#watchedOf(folder.id);
    watched.watch = watchFolder(folder.path, folder.watch, () => this.#syncSoon(folder.id), this.#options);
    this.#syncSoon(folder.id);
  }

  async #stopOne(folderId: string): Promise<void> {
    const watched = this.#watched.get(folderId);
    this.#watched.delete(folderId);
    await watched?.watch?.[Symbol.asyncDispose]();
  }

  /** In the background; how it went stands in the folder's state. */
  #syncSoon(folderId: string): void {
    const watched = this.#watched.get(folderId);
    if (watched === undefined || watched.isWaiting || this.#closing.signal.aborted) return;
    watched.isWaiting = true;
    void watched.queue
      .run(async () => {
        watched.isWaiting = false;
        const folder = findLinkedFolder(this.#options.db, folderId);
        if (folder !== null && this.#watched.get(folderId) === watched)
          await this.#syncNow(folder, watched, { signal: this.#closing.signal });
      })
      .catch((error: unknown) => {
        if (!isFourfoldError(error) && !this.#closing.signal.aborted) this.#options.onDefect(error);
      });
  }

  async #syncNow(
    folder: StoredFolder,
    watched: Watched,
    options: ImportOptions & { acceptEmpty?: boolean },
  ): Promise<SyncResult> {
    const { onChange } = this.#options;
    let toldAt = 0;
    const show = (state: LinkedFolder["state"]): void => {
      watched.state = state;
      toldAt = performance.now();
      onChange("folders");
    };
    show({ status: "syncing", done: 0, total: 0 });
    try {
      const result = await reconcileFolder(this.#options, folder, {
        ...options,
        onProgress: (progress) => {
          options.onProgress?.(progress);
          if (!("done" in progress)) return;
          watched.state = { status: "syncing", done: progress.done, total: progress.total };
          if (performance.now() - toldAt > TELL_EVERY_MS) show(watched.state);
        },
      });
      show(this.#quietState(watched));
      const isNew = result.documents.some(({ status }) => status !== "unchanged" && status !== "failed");
      if (isNew || result.removed.length > 0) onChange("documents");
      return result;
    } catch (error) {
      if (isFourfoldError(error) && error.failure.code !== "stopped")
        show({ status: "failed", failure: error.failure });
      else show(this.#quietState(watched));
      throw error;
    }
  }

  #quietState({ watch }: Watched): LinkedFolder["state"] {
    return watch === null ? { status: "resting" } : { status: "watching", notice: watch.notice };
  }

  #describe(folder: StoredFolder): LinkedFolder {
    const { db } = this.#options;
    const documentCount = documentsInside(db, folder.collectionId, folder.path).length;
    return { ...folder, documentCount, state: this.#watched.get(folder.id)?.state ?? { status: "resting" } };
  }

  #watchedOf(folderId: string): Watched {
    const known = this.#watched.get(folderId);
    if (known !== undefined) return known;
    const made: Watched = { watch: null, state: { status: "resting" }, queue: new OneAtATime(), isWaiting: false };
    this.#watched.set(folderId, made);
    return made;
  }

  #require(folderId: string): StoredFolder {
    const folder = findLinkedFolder(this.#options.db, folderId);
    if (folder !== null) return folder;
    throw new FourfoldError({
      code: "folder_not_linked",
      message: "This folder is not linked any more.",
      action: "Link it again to follow it.",
      details: { folder: folderId },
    });
  }
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return;
  if (found === null) {
    throw new FourfoldError({
      code: "file_missing",
      message: `There is no folder ${path}.`,
      action: "Check the path; a folder must exist to be linked.",
      details: { path },
    });
  }
  throw new FourfoldError({
    code: "file_unreadable",
    message: `${path} is a file, not a folder.`,
    action: "Link the folder it lies in, or import the file itself.",
    details: { path, reason: "it is not a folder" },
  });
}
