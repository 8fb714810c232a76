import { statSync } from "node:fs";
import type { ModelInfo } from "../contract/models.ts";
import type { StoredModel } from "../store/models.ts";

/** The same file is the same model wherever it lies. */
export const modelIdOf = (sha256: string): string => sha256.slice(0, 16);

/** Newest modification time of a model's files in ms; null when one is gone. */
export function modifiedMsOf(files: string[]): number | null {
  const times = files.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs);
  return times.every((time) => time !== undefined) ? Math.max(...times) : null;
}

/** A stored model as the contract shows it; its settings are what is in force, the user's before the bundled. */
export function toModelInfo(model: StoredModel): ModelInfo {
  const { inspected } = model;
  return {
    id: model.id,
    kind: model.kind,
    name: model.name,
    path: model.path,
    files: model.files,
    sha256: model.sha256,
    sizeBytes: model.sizeBytes,
    bundled: model.bundled,
    present: modifiedMsOf(model.files) === model.modifiedMs,
    summary: model.summary,
    architecture: inspected.architecture,
    quantization: inspected.quantization,
    parameterCount: inspected.parameterCount,
    trainedContextSize: inspected.trainedContextSize,
    adapter: inspected.adapter,
    settings: {
      ...model.bundledSettings,
      ...model.settings,
      systemPrompts: { ...model.bundledSettings.systemPrompts, ...model.settings.systemPrompts },
    },
    userSettings: model.settings,
  };
}
