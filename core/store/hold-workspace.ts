import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { FourfoldError } from "../contract/failures.ts";

/** The right to a workspace. */
export interface WorkspaceHold {
  /** Say where this engine answers, so that other processes of the user can attach to it. */
  announce: (door: Holder["door"]) => void;
  release: () => void;
}

/** How to reach the engine that holds a workspace. */
export interface Holder {
  pid: number;
  /** What it was started as: "serve", "ask" … */
  command: string;
  /** Where it answers, when it has an HTTP door. */
  door: { port: number; token: string } | null;
}

/** Locks of this process: a connection that nothing refers to would be collected, and its lock with it. */
const held = new Set<Database.Database>();

const holderFile = (workspace: string): string => join(workspace, "engine.json");

/**
 * Hold a workspace for this process until `release`, or until the process ends in any way.
 *
 * The lock is SQLite's own on a file beside the store: the operating system lets go of it when the
 * process dies, so a kill -9 leaves nothing stale, which a file with a process id would.
 *
 * @returns null when another process holds it
 * @throws workspace_unusable
 */
export function holdWorkspace(workspace: string, command: string): WorkspaceHold | null {
  try {
    makeFolder(workspace);
  } catch (error) {
    throw unusable(workspace, error);
  }
  const lock = openLock(workspace);
  try {
    lock.pragma("locking_mode = EXCLUSIVE");
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return null;
    throw unusable(workspace, error);
  }
  // Readable by this user alone: the token opens the engine.
  const announce = (door: Holder["door"]): void =>
    writeFileSync(holderFile(workspace), JSON.stringify({ pid: process.pid, command, door } satisfies Holder), {
      mode: 0o600,
    });
  try {
    announce(null);
  } catch (error) {
    lock.close();
    throw unusable(workspace, error);
  }
  held.add(lock);
  return {
    announce,
    release: () => {
      rmSync(holderFile(workspace), { force: true });
      lock.close();
      held.delete(lock);
    },
  };
}

/**
 * A folder that only its user can look into, with its parents.
 *
 * One level at a time: Node's own recursive mkdir never returns where a folder can neither be made nor be missing, as
 * under /proc.
 */
function makeFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new Error(`${path} is a file, not a folder`);
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function openLock(workspace: string): Database.Database {
  try {
    return new Database(join(workspace, "lock.sqlite"), { timeout: 250 });
  } catch (error) {
    throw unusable(workspace, error);
  }
}

/** Who holds a locked workspace, as far as it said. */
export function readHolder(workspace: string): Holder {
  try {
    return JSON.parse(readFileSync(holderFile(workspace), "utf8")) as Holder;
  } catch {
    return { pid: 0, command: "unknown", door: null };
  }
}

/** What a second process is told when the first cannot be spoken to. */
export function workspaceHeld(workspace: string): FourfoldError {
  const { pid, command } = readHolder(workspace);
  return new FourfoldError({
    code: "workspace_held",
    message: `The workspace ${workspace} is in use by another Fourfold (${command}, process ${pid}).`,
    action: "Wait until it has finished, close it, or name another workspace.",
    details: { workspace, pid, command },
  });
}

function unusable(workspace: string, error: unknown): FourfoldError {
  const reason = error instanceof Error ? error.message : String(error);
  return new FourfoldError(
    {
      code: "workspace_unusable",
      message: `The workspace ${workspace} cannot be written: ${reason}.`,
      action: "Name a folder you may write to with --workspace.",
      details: { workspace, reason },
    },
    { cause: error },
  );
}
