import { availableParallelism } from "node:os";
import { type FailureDetails, FourfoldError } from "../contract/failures.ts";
import type { LoadedModel, LoadProgress } from "../contract/models.ts";
import { hashFiles } from "../runtime/hash-file.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { WritableDb } from "../store/db.ts";
import { findModel, listModels, saveModel, type StoredModel } from "../store/models.ts";
import { modifiedMsOf } from "./model-info.ts";

export interface LoadOptions {
  contextSize?: number | undefined;
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: LoadProgress) => void;
}

/** @throws model_not_found  also when the id names a model of the other kind */
export function requireModel(db: WritableDb, id: string, kind: StoredModel["kind"]): StoredModel {
  const model = requireAnyModel(db, id);
  if (model.kind === kind) return model;
  if (kind === "base") {
    throw new FourfoldError({
      code: "model_is_adapter",
      message: `${model.name} is a LoRA adapter, not a base model.`,
      action: "Choose it as an adapter, and a base model beside it.",
      details: { path: model.path },
    });
  }
  throw new FourfoldError({
    code: "adapter_is_model",
    message: `${model.name} is a base model, not a LoRA adapter.`,
    action: "Choose it as the base model, and a LoRA adapter beside it.",
    details: { path: model.path },
  });
}

/** @throws model_not_found */
export function requireAnyModel(db: WritableDb, id: string): StoredModel {
  const model = findModel(db, id);
  if (model !== null) return model;
  throw new FourfoldError({
    code: "model_not_found",
    message: `This workspace has no model ${id}.`,
    action: "Drop the GGUF file into the window, or name its path.",
    details: { model: id },
  });
}

/** The base to use when none is named: the loaded one, else the user's last, else the first bundled one. */
export function defaultBase(db: WritableDb, runtime: Runtime, lastUsed: string | null): StoredModel {
  const bases = listModels(db).filter((model) => model.kind === "base");
  const wanted = [runtime.loaded?.modelId, lastUsed].map((id) => bases.find((base) => base.id === id));
  const base = wanted.find((candidate) => candidate !== undefined) ?? bases[0];
  if (base !== undefined) return base;
  throw new FourfoldError({
    code: "model_not_found",
    message: "This workspace has no base model.",
    action: "Drop a GGUF file into the window.",
    details: { model: "any" },
  });
}

/**
 * The model in memory, loaded now if it is not there yet (or not with the context and threads asked for).
 *
 * @throws model_changed       the file was replaced since it was added
 * @throws memory_insufficient and every other failure of loading
 */
export async function ensureLoaded(
  db: WritableDb,
  runtime: Runtime,
  model: StoredModel,
  options: LoadOptions = {},
): Promise<LoadedModel> {
  const settings = { ...model.bundledSettings, ...model.settings };
  const contextSize = options.contextSize ?? settings.contextSize;
  const wanted = options.threads ?? settings.threads;
  // More threads than cores wait for each other: 500 of them never came to an end of their first token.
  const threads = wanted === undefined ? undefined : Math.min(wanted, availableParallelism());
  const { loaded } = runtime;
  const fits =
    loaded?.modelId === model.id &&
    (options.contextSize === undefined || loaded.contextSize === options.contextSize) &&
    (threads === undefined || loaded.threads === threads);
  if (fits) return loaded;
  await verifyUnchanged(db, model, options);
  return runtime.load(
    {
      modelId: model.id,
      name: model.name,
      path: model.path,
      files: model.files,
      sha256: model.sha256,
      contextSize,
      threads,
    },
    options,
  );
}

/** Answers name their model by hash, so a file that was touched is hashed again before it is used. */
export async function verifyUnchanged(
  db: WritableDb,
  model: StoredModel,
  { signal, onProgress }: LoadOptions,
): Promise<void> {
  const modifiedMs = modifiedMsOf(model.files);
  if (modifiedMs === null) {
    throw new FourfoldError({
      code: "file_missing",
      message: `${model.path} is no longer there.`,
      action: "Put the file back, or remove the model from the list.",
      details: { path: model.path },
    });
  }
  if (modifiedMs === model.modifiedMs) return;
  const { sha256 } = await hashFiles(model.files, {
    signal,
    onProgress: (fraction) => onProgress?.({ stage: "hashing", fraction }),
  });
  if (sha256 === model.sha256) {
    saveModel(db, { ...model, modifiedMs });
    return;
  }
  const details: FailureDetails<"model_changed"> = {
    path: model.path,
    expectedSha256: model.sha256,
    actualSha256: sha256,
  };
  throw new FourfoldError({
    code: "model_changed",
    message: `${model.path} was replaced by another file since it was added as ${model.name}.`,
    action: "Add the new file as a model of its own, or restore the old one.",
    details,
  });
}
