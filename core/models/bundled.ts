import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { hashFile } from "../runtime/hash-file.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import type { StoredEmbedder } from "../store/embedders.ts";
import { listModels, saveModel } from "../store/models.ts";
import { type BundledEmbedder, type BundledGguf, bundleDamaged, bundledFolder, type Manifest } from "./manifest.ts";
import { modelIdOf } from "./model-info.ts";

/** These files are known to be sound; a machine that is busy with other work gets the time it needs for them. */
const LOOK_LIMIT_MS = 120_000;

/**
 * Make the bundled bases and adapters known to a workspace, verified against the manifest.
 *
 * A file that is known with the same size and time is taken as verified, so a second start costs a `stat` each.
 *
 * @throws bundle_damaged, file_missing
 */
export async function addBundledModels(db: WritableDb, runtime: Runtime, manifest: Manifest): Promise<void> {
  const known = new Map(listModels(db).map((model) => [model.path, model]));
  for (const entry of manifest.models) {
    if (entry.kind === "embedder") continue;
    const path = join(bundledFolder, entry.file);
    const file = await stat(path).catch(() => null);
    const before = known.get(path);
    const isUnchanged =
      before !== undefined && file !== null && before.modifiedMs === file.mtimeMs && before.sha256 === entry.sha256;
    if (isUnchanged && before.summary === entry.summary && sameSettings(before.bundledSettings, entry)) continue;
    await addBundledModel(db, runtime, entry, path);
  }
}

async function addBundledModel(db: WritableDb, runtime: Runtime, entry: BundledGguf, path: string): Promise<void> {
  const { sha256, sizeBytes } = await hashFile(path);
  if (sha256 !== entry.sha256) throw bundleDamaged(path, entry.sha256, sha256);
  saveModel(db, {
    id: modelIdOf(sha256),
    kind: entry.kind,
    name: entry.name,
    path,
    files: [path],
    sha256,
    sizeBytes,
    modifiedMs: (await stat(path)).mtimeMs,
    bundled: true,
    summary: entry.summary,
    inspected: await runtime.inspect(path, { timeLimitMs: LOOK_LIMIT_MS }),
    bundledSettings: entry.settings,
  });
}

const sameSettings = (settings: unknown, entry: BundledGguf): boolean =>
  JSON.stringify(settings) === JSON.stringify(entry.settings);

/** The files of the bundled embedder, as `bundledEmbedder` has verified them. */
export function bundledEmbedderFiles(manifest: Manifest, folder: string): StoredEmbedder["files"] {
  const entry = manifest.models.find((model): model is BundledEmbedder => model.kind === "embedder");
  return (entry?.files ?? []).map(({ path, sha256 }) => {
    const { size, mtimeMs } = statSync(join(folder, path));
    return { path: join(folder, path), sha256, sizeBytes: size, modifiedMs: mtimeMs };
  });
}

/**
 * The bundled embedder as collections remember it: its identity is the hash over its files' hashes, so
 * another embedder can never pass for it.
 *
 * @throws bundle_damaged, file_missing
 */
export async function bundledEmbedder(manifest: Manifest): Promise<EmbedderIdentity> {
  const entry = manifest.models.find((model): model is BundledEmbedder => model.kind === "embedder");
  if (entry === undefined) throw bundleDamaged(join(bundledFolder, "manifest.json"), "an embedder", "none");
  const folder = join(bundledFolder, entry.folder);
  const identity = createHash("sha256");
  for (const { path, sha256 } of entry.files) {
    const actual = await hashFile(join(folder, path));
    if (actual.sha256 !== sha256) throw bundleDamaged(join(folder, path), sha256, actual.sha256);
    identity.update(sha256);
  }
  return { id: identity.digest("hex").slice(0, 16), name: entry.name, folder, ...entry.settings };
}
