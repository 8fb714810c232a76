import { implement } from "@orpc/server";
import { FourfoldError, isFourfoldError } from "../contract/failures.ts";
import { contract } from "../contract/index.ts";
import { addModel } from "../models/add-model.ts";
import { ensureLoaded, requireAnyModel, requireModel } from "../models/load-model.ts";
import { toModelInfo } from "../models/model-info.ts";
import { listModels, removeModel, saveModelSettings } from "../store/models.ts";
import { forgetChoice, writeSettings } from "../store/settings.ts";
import { streamed } from "../streamed.ts";
import { afterBundled, type EngineParts } from "./engine-parts.ts";

export function modelHandlers(parts: EngineParts) {
  const { db, runtime, changes, answering, said } = parts;
  const { models } = afterBundled(implement(contract), parts);
  return {
    list: models.list.handler(() => ({
      models: listModels(db).map(toModelInfo),
      loaded: runtime.loaded,
    })),
    inspect: models.inspect.handler(({ input, signal }) => {
      const base = input.baseId === undefined ? undefined : requireModel(db, input.baseId, "base");
      return runtime.inspect(input.path, {
        signal,
        ...(base === undefined ? {} : { base: { path: base.path } }),
      });
    }),
    add: models.add.handler(({ input, signal }) =>
      streamed(signal, async ({ signal, report }) => {
        const model = await addModel(db, runtime, input.path, { signal, onProgress: report }).catch(
          (error: unknown) => {
            if (!isFourfoldError(error)) throw error;
            throw new FourfoldError({ ...error.failure, message: said(error.failure.message) }, { cause: error });
          },
        );
        changes.report("models");
        return toModelInfo(model);
      }),
    ),
    remove: models.remove.handler(({ input }) => {
      const removed = removeModel(db, input.modelId);
      forgetChoice(db, input.modelId);
      changes.report("models");
      return { removed };
    }),
    configure: models.configure.handler(({ input }) => {
      requireAnyModel(db, input.modelId);
      saveModelSettings(db, input.modelId, input.settings);
      changes.report("models");
      return toModelInfo(requireAnyModel(db, input.modelId));
    }),
    compatibility: models.compatibility.handler(async ({ input }) => {
      const base = requireModel(db, input.baseId, "base");
      const adapter = requireModel(db, input.adapterId, "adapter");
      return { differences: await runtime.compatibility(base.path, adapter.path) };
    }),
    load: models.load.handler(({ input, signal }) =>
      streamed(signal, async ({ signal, report }) => {
        const base = requireModel(db, input.modelId, "base");
        const { contextSize, threads } = input;
        const loaded = await answering.run(
          () => ensureLoaded(db, runtime, base, { contextSize, threads, signal, onProgress: report }),
          signal,
        );
        // What was chosen by hand holds for the next load as well.
        const chosen = { ...(contextSize !== undefined && { contextSize }), ...(threads !== undefined && { threads }) };
        saveModelSettings(db, base.id, { ...base.settings, ...chosen });
        writeSettings(db, { modelId: base.id });
        changes.report("models");
        return loaded;
      }),
    ),
    unload: models.unload.handler(async () => {
      const unloaded = await answering.run(() => runtime.unload());
      changes.report("models");
      return { unloaded };
    }),
  };
}
