import type { InspectedFile, ModelSettings } from "../contract/models.ts";
import { fromJson, inTransaction, type ReadableDb, type WritableDb } from "./db.ts";

/** A GGUF file the workspace knows; the file itself stays where the user has it. */
export interface StoredModel {
  id: string;
  kind: "base" | "adapter";
  name: string;
  path: string;
  files: string[];
  sha256: string;
  sizeBytes: number;
  /** Modification time of the newest part when it was hashed, ms since the epoch. */
  modifiedMs: number;
  bundled: boolean;
  summary: string;
  inspected: InspectedFile;
  bundledSettings: ModelSettings;
  settings: ModelSettings;
}

interface ModelRow {
  id: string;
  kind: "base" | "adapter";
  name: string;
  path: string;
  files: string;
  sha256: string;
  size_bytes: number;
  modified_ms: number;
  bundled: number;
  summary: string;
  inspected: string;
  bundled_settings: string;
  settings: string;
}

const fromRow = (row: ModelRow): StoredModel => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  path: row.path,
  files: fromJson<string[]>(row.files),
  sha256: row.sha256,
  sizeBytes: row.size_bytes,
  modifiedMs: row.modified_ms,
  bundled: row.bundled === 1,
  summary: row.summary,
  inspected: fromJson<InspectedFile>(row.inspected),
  bundledSettings: fromJson<ModelSettings>(row.bundled_settings),
  settings: fromJson<ModelSettings>(row.settings),
});

/** Bundled models first, as their manifest has them, then by name. */
export function listModels(db: ReadableDb): StoredModel[] {
  return db
    .prepare<[], ModelRow>("SELECT * FROM model ORDER BY bundled DESC, kind DESC, iif(bundled, rowid, 0), name")
    .all()
    .map(fromRow);
}

export function findModel(db: ReadableDb, id: string): StoredModel | null {
  const row = db.prepare<[string], ModelRow>("SELECT * FROM model WHERE id = ?").get(id);
  return row === undefined ? null : fromRow(row);
}

/** Add a model, or bring a known one up to date; what the user set for it stays. */
export function saveModel(db: WritableDb, model: Omit<StoredModel, "settings">): StoredModel {
  const insert = db.prepare(
    `INSERT INTO model (id, kind, name, path, files, sha256, size_bytes, modified_ms, bundled, summary, inspected,
                        bundled_settings, settings, added_at)
     VALUES (@id, @kind, @name, @path, @files, @sha256, @sizeBytes, @modifiedMs, @bundled, @summary, @inspected,
             @bundledSettings, '{}', @addedAt)
     ON CONFLICT (id) DO UPDATE SET name = @name, path = @path, files = @files, modified_ms = @modifiedMs,
       bundled = @bundled, summary = @summary, inspected = @inspected, bundled_settings = @bundledSettings`,
  );
  inTransaction(db, () =>
    insert.run({
      ...model,
      files: JSON.stringify(model.files),
      bundled: model.bundled ? 1 : 0,
      inspected: JSON.stringify(model.inspected),
      bundledSettings: JSON.stringify(model.bundledSettings),
      addedAt: new Date().toISOString(),
    }),
  );
  return findModel(db, model.id)!;
}

export function saveModelSettings(db: WritableDb, id: string, settings: ModelSettings): void {
  inTransaction(db, () => db.prepare("UPDATE model SET settings = ? WHERE id = ?").run(JSON.stringify(settings), id));
}

export function removeModel(db: WritableDb, id: string): boolean {
  return inTransaction(db, () => db.prepare("DELETE FROM model WHERE id = ?").run(id).changes > 0);
}
