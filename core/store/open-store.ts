import { join } from "node:path";
import Database from "better-sqlite3";
import { FourfoldError } from "../contract/failures.ts";
import type { ReadableDb, WritableDb } from "./db.ts";
import { migrate, newestMigration } from "./migrations.ts";
import { wordParts } from "./word-parts.ts";

const storeFile = (workspace: string): string => join(workspace, "fourfold.sqlite");

/**
 * Open the workspace's store for the engine, creating or migrating it.
 *
 * @throws workspace_unusable  the file is damaged, not ours, or made by a newer version
 */
export function openStore(workspace: string): WritableDb {
  const path = storeFile(workspace);
  try {
    const db = new Database(path) as unknown as WritableDb;
    // WAL: a killed process leaves a log that the next opening replays; readers never wait for the writer.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = ON");
    // Called by the trigger that fills the word index.
    db.function("word_parts", { deterministic: true }, (text: string, language: string | null) =>
      wordParts(text, language),
    );
    const newest = db.pragma("user_version", { simple: true }) as number;
    if (newest > newestMigration) {
      db.close();
      throw unusable(workspace, `it was written by a newer version of Fourfold (schema ${newest})`);
    }
    migrate(db);
    db.pragma(`user_version = ${newestMigration}`);
    return db;
  } catch (error) {
    if (error instanceof Database.SqliteError) throw unusable(workspace, error.message, error);
    throw error;
  }
}

/** Open the store for reading from another process; the engine must have opened it before. */
export function openStoreForReading(workspace: string): ReadableDb {
  const db = new Database(storeFile(workspace), { readonly: true, fileMustExist: true }) as unknown as ReadableDb;
  db.pragma("query_only = ON");
  return db;
}

function unusable(workspace: string, reason: string, cause?: unknown): FourfoldError {
  return new FourfoldError(
    {
      code: "workspace_unusable",
      message: `The workspace ${workspace} cannot be opened: ${reason}.`,
      action: "Name another folder with --workspace, or restore this one from a copy.",
      details: { workspace, reason },
    },
    { cause },
  );
}
