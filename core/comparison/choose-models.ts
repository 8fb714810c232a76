import type { AppliedAdapter } from "../contract/comparison.ts";
import type { SettingsLayers } from "../generation/resolve-settings.ts";
import { defaultBase, requireModel } from "../models/load-model.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { WritableDb } from "../store/db.ts";
import type { StoredModel } from "../store/models.ts";
import { readSettings } from "../store/settings.ts";

export type ChosenAdapter = AppliedAdapter & { path: string; stored: StoredModel };

/**
 * The base and the adapters of a question, and whose settings count for it.
 *
 * @throws model_not_found
 */
export function chooseModels(
  db: WritableDb,
  runtime: Runtime,
  wanted: { modelId?: string | undefined; adapters: { modelId: string; scale: number }[] },
): { base: StoredModel; adapters: ChosenAdapter[]; layers: SettingsLayers } {
  const settings = readSettings(db);
  const base =
    wanted.modelId === undefined
      ? defaultBase(db, runtime, settings.modelId)
      : requireModel(db, wanted.modelId, "base");
  const adapters = wanted.adapters.map(({ modelId, scale }): ChosenAdapter => {
    const stored = requireModel(db, modelId, "adapter");
    return { modelId, name: stored.name, file: stored.path, sha256: stored.sha256, scale, path: stored.path, stored };
  });
  const layers = {
    workspacePrompts: settings.systemPrompts,
    adapters: adapters.map(({ stored }) => stored),
    model: base,
  };
  return { base, adapters, layers };
}
