import { readdir, stat } from "node:fs/promises";
import type { ImportResult } from "../contract/documents.ts";
import type { SyncResult } from "../contract/folders.ts";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import type { WritableDb } from "../store/db.ts";
import { removeDocument } from "../store/documents.ts";
import {
  documentsInside,
  forgetTwin,
  readExcludedFiles,
  saveSyncedAt,
  type StoredFolder,
  twinsInside,
} from "../store/linked-folders.ts";
import type { ImportOptions } from "./import-documents.ts";
import type { Imports } from "./imports.ts";

/** Files looked at side by side. */
const AT_ONCE = 64;

/**
 * Bring a collection up to date with a linked folder: new and changed files go in, documents whose files are gone go out.
 *
 * A document goes only when the system says that its file is not there; a folder or drive that cannot be read takes
 * nothing with it.
 *
 * @throws folder_unavailable  the folder cannot be read, or is suddenly empty and `acceptEmpty` is false
 */
export async function reconcileFolder(
  { db, imports }: { db: WritableDb; imports: Imports },
  folder: StoredFolder,
  { acceptEmpty = false, ...options }: ImportOptions & { acceptEmpty?: boolean } = {},
): Promise<SyncResult> {
  const known = documentsInside(db, folder.collectionId, folder.path);
  await assertPresent(folder.path, known.length, acceptEmpty);
  // First what is there: a moved file is then known by its content, before the place it left is cleared.
  const imported = await importAll(imports, folder, {
    ...options,
    exclude: readExcludedFiles(db, folder.collectionId),
  });
  if (imported.stopped) return { ...imported, removed: [] };

  const documents = documentsInside(db, folder.collectionId, folder.path);
  const gone = await findGone(documents.map(({ path }) => path));
  const goneTwins = await findGone(twinsInside(db, folder.collectionId, folder.path));
  const orphans: string[] = [];
  await imports.inTurn(async () => {
    for (const path of goneTwins) forgetTwin(db, folder.collectionId, path);
    for (const { id, path } of documents) if (gone.has(path)) orphans.push(...(removeDocument(db, id) ?? []));
  }, options.signal);
  // Files that a removed document stood for stand for themselves now.
  const adopted =
    orphans.length === 0 ? null : await imports.run(folder.collectionId, orphans, { ...options, isListed: false });
  saveSyncedAt(db, folder.id);
  const removed = [...gone];
  if (adopted === null) return { ...imported, removed };
  const taken = new Set(orphans);
  return {
    ...imported,
    documents: [...imported.documents.filter(({ path }) => !taken.has(path)), ...adopted.documents],
    chunksEmbedded: imported.chunksEmbedded + adopted.chunksEmbedded,
    chunksReused: imported.chunksReused + adopted.chunksReused,
    stopped: adopted.stopped,
    ms: imported.ms + adopted.ms,
    removed,
  };
}

async function assertPresent(path: string, documents: number, acceptEmpty: boolean): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "it is not there" : `the system says ${error.code}`;
    throw folderUnavailable(path, reason, documents);
  });
  // A drive that is not mounted leaves an empty folder behind; nobody wants to lose an index to that.
  if (names.length === 0 && documents > 0 && !acceptEmpty) throw folderUnavailable(path, "it is empty now", documents);
}

async function importAll(imports: Imports, folder: StoredFolder, options: ImportOptions): Promise<ImportResult> {
  try {
    return await imports.run(folder.collectionId, [folder.path], { ...options, isListed: false });
  } catch (error) {
    if (!isFourfoldError(error) || error.failure.code !== "nothing_to_import") throw error;
    return {
      collectionId: folder.collectionId,
      documents: [],
      chunksEmbedded: 0,
      chunksReused: 0,
      skipped: [],
      stopped: false,
      ms: 0,
    };
  }
}

/** The paths of which the system says that nothing is there. Any other trouble leaves a document where it is. */
async function findGone(paths: string[]): Promise<Set<string>> {
  const gone = new Set<string>();
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    await Promise.all(
      paths.slice(from, from + AT_ONCE).map((path) =>
        stat(path).catch(({ code }: NodeJS.ErrnoException) => {
          if (code === "ENOENT" || code === "ENOTDIR") gone.add(path);
        }),
      ),
    );
  }
  return gone;
}

function folderUnavailable(path: string, reason: string, documents: number): FourfoldError {
  return new FourfoldError({
    code: "folder_unavailable",
    message: `The linked folder ${path} cannot be followed: ${reason}. Its ${documents} documents stay as they were.`,
    action: "Bring the folder or its drive back; if it is meant to be empty, sync it and accept that, or unlink it.",
    details: { path, reason, documents },
  });
}
