import { basename, dirname } from "node:path";
import { implement } from "@orpc/server";
import { contract } from "../contract/index.ts";
import type { AdapterReport } from "../contract/training.ts";
import { addModel } from "../models/add-model.ts";
import { ensureLoaded, requireModel } from "../models/load-model.ts";
import { toModelInfo } from "../models/model-info.ts";
import type { StoredModel } from "../store/models.ts";
import { streamed } from "../streamed.ts";
import { describeAdapter } from "../training/adapter-report.ts";
import { examineDataset } from "../training/dataset/examine.ts";
import { readDataset } from "../training/dataset/read-dataset.ts";
import { importPeft } from "../training/peft/import-peft.ts";
import { afterBundled, type EngineParts } from "./engine-parts.ts";

export function trainingHandlers(parts: EngineParts) {
  const { db, runtime, changes, training: runs } = parts;
  const { training } = afterBundled(implement(contract), parts);
  return {
    examine: training.examine.handler(async ({ input: { baseId, ...dataset }, signal }) =>
      baseId === undefined
        ? examineDataset(await readDataset(dataset.path), dataset.settings).report
        : runs.examine({ ...dataset, baseId }, signal),
    ),
    plan: training.plan.handler(({ input, signal }) => runs.plan(input, signal)),
    start: training.start.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) => runs.start(input, signal, report)),
    ),
    resume: training.resume.handler(({ input, signal }) =>
      streamed(signal, ({ signal, report }) => runs.resume(input.runId, signal, report)),
    ),
    pause: training.pause.handler(({ input }) => runs.pause(input.runId)),
    remove: training.remove.handler(async ({ input }) => ({ removed: await runs.remove(input.runId) })),
    list: training.list.handler(() => runs.list()),
    importPeft: training.importPeft.handler(async ({ input, signal }) => {
      const base = requireModel(db, input.baseId, "base");
      const outPath = await runs.pathFor(input.name ?? basename(dirname(input.path)));
      await importPeft({ path: input.path, basePath: base.path, outPath, signal });
      const adapter = await addModel(db, runtime, outPath, { signal });
      changes.report("models");
      return { adapter: toModelInfo(adapter), report: await describe(parts, adapter, base, undefined, signal) };
    }),
    report: training.report.handler(({ input, signal }) => {
      const adapter = requireModel(db, input.adapterId, "adapter");
      return describe(parts, adapter, requireModel(db, input.baseId, "base"), input.probe, signal);
    }),
  };
}

function describe(
  { db, runtime, answering }: EngineParts,
  adapter: StoredModel,
  base: StoredModel,
  text: string | undefined,
  signal: AbortSignal | undefined,
): Promise<AdapterReport> {
  const use = { path: adapter.path, sha256: adapter.sha256, scale: 1 };
  const probe = (words: string) =>
    answering.run(async () => {
      await ensureLoaded(db, runtime, base, { signal });
      return runtime.probe(words, [use], signal);
    }, signal);
  return describeAdapter(adapter.path, base.path, probe, { text, signal });
}
