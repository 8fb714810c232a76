import Database from "better-sqlite3";
import { FourfoldError } from "../contract/failures.ts";

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A connection a function only reads from; its signature says so. */
export type ReadableDb = Database.Database & { readonly [readable]: true };
/** A connection a function may write to. */
export type WritableDb = ReadableDb & { readonly [writable]: true };

/**
 * Run `write` in one transaction: all of it is on disk afterwards, or none.
 *
 * @throws disk_full  when SQLite could not write; nothing of the transaction stays
 */
export function inTransaction<Result>(db: WritableDb, write: () => Result): Result {
  try {
    // IMMEDIATE takes the write lock at once, so a transaction never fails half way on a lock.
    return db.transaction(write).immediate();
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(FULL|IOERR_WRITE|IOERR_FSYNC)/.test(error.code)) {
      throw new FourfoldError(
        {
          code: "disk_full",
          message: `There is no room left to write ${db.name}; nothing of this step was stored.`,
          action: "Free disk space, then try again.",
          details: { path: db.name },
        },
        { cause: error },
      );
    }
    throw error;
  }
}

/** Parse a JSON column that this room wrote itself. */
export function fromJson<Value>(text: string): Value {
  return JSON.parse(text) as Value;
}
