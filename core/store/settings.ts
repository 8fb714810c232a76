import type { WorkspaceSettings } from "../contract/workspace.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

const untouched: WorkspaceSettings = {
  systemPrompts: {},
  theme: "system",
  modelId: null,
  adapters: [],
  collectionId: null,
  otherCollectionIds: [],
  retrieval: {},
};

export function readSettings(db: ReadableDb): WorkspaceSettings {
  const row = db.prepare<[], { value: string }>("SELECT value FROM setting WHERE key = 'workspace'").get();
  return row === undefined ? untouched : { ...untouched, ...fromJson<Partial<WorkspaceSettings>>(row.value) };
}

/** Change the named settings; absent ones stay. */
export function writeSettings(db: WritableDb, changes: Partial<WorkspaceSettings>): WorkspaceSettings {
  return inTransaction(db, () => {
    const settings = { ...readSettings(db), ...changes };
    db.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES ('workspace', ?)").run(JSON.stringify(settings));
    return settings;
  });
}

/** What was removed from the workspace is no longer what was picked last. */
export function forgetChoice(db: WritableDb, id: string): WorkspaceSettings {
  const { modelId, adapters, collectionId, otherCollectionIds } = readSettings(db);
  const [first = null, ...others] = [collectionId, ...otherCollectionIds].filter((chosen) => chosen !== id);
  return writeSettings(db, {
    modelId: modelId === id ? null : modelId,
    adapters: adapters.filter((adapter) => adapter.modelId !== id),
    collectionId: first,
    otherCollectionIds: others.filter((other) => other !== null),
  });
}

/** What a probe of a model on this machine measured; the key names model, processor and cores. */
export function readCalibration<Value>(db: ReadableDb, key: string): Value | null {
  const row = db.prepare<[string], { value: string }>("SELECT value FROM calibration WHERE key = ?").get(key);
  return row === undefined ? null : fromJson<Value>(row.value);
}

export function writeCalibration(db: WritableDb, key: string, value: unknown): void {
  inTransaction(db, () =>
    db.prepare("INSERT OR REPLACE INTO calibration (key, value) VALUES (?, ?)").run(key, JSON.stringify(value)),
  );
}

/** Whether something that happens once per workspace has happened. */
export function readMark(db: ReadableDb, name: string): boolean {
  return db.prepare("SELECT 1 FROM setting WHERE key = ?").get(`done:${name}`) !== undefined;
}

export function writeMark(db: WritableDb, name: string): void {
  inTransaction(db, () =>
    db.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES (?, 'true')").run(`done:${name}`),
  );
}
