import { serveChild } from "../children/serve-child.ts";
import type { Handler, Handlers } from "../children/wire.ts";
import { FourfoldError } from "../contract/failures.ts";
import type { InspectedFile, LoadedModel, LoadProgress } from "../contract/models.ts";
import { generate } from "./generate.ts";
import { compatibility, inspectFile } from "./inspect.ts";
import { checkBase, type LoadedBase, loadBase } from "./loaded-base.ts";
import { type Difference, modelNotLoaded } from "./model-failures.ts";
import { layOut } from "./prompt.ts";
import { type Probe, probe } from "./probe.ts";
import type * as Requests from "./requests.ts";

let base: LoadedBase | null = null;
/** The call before the next one: loading, unloading and generating share one model and one set of cores. */
let before: Promise<unknown> = Promise.resolve();

/** The program of the model host: llama.cpp in a process of its own, so that its aborts end nothing else. */
const handlers = {
  inspect: (({ path, basePath }, { signal }) => inspectFile(path, basePath, signal)) satisfies Handler<
    { path: string; basePath: string | undefined },
    InspectedFile
  >,

  compatibility: (({ basePath, adapterPath }, { signal }) =>
    compatibility(basePath, adapterPath, signal)) satisfies Handler<
    { basePath: string; adapterPath: string },
    Difference[]
  >,

  load: (({ request, calibration }, { signal, report }) =>
    inTurn(signal, async () => {
      report({ stage: "checking", fraction: 0 });
      await checkBase(request, signal);
      await unload();
      base = await loadBase(request, { calibration, signal, report });
      return { described: base.described, calibration: base.calibration };
    })) satisfies Handler<
    { request: Requests.LoadRequest; calibration: Requests.Calibration | null },
    { described: LoadedModel; calibration: Requests.Calibration },
    LoadProgress
  >,

  unload: ((_input, { signal }) => inTurn(signal, unload)) satisfies Handler<Record<string, never>, boolean>,

  measure: (({ messages }) => {
    const { model, template } = required();
    const { prompt, promptSha256, promptTokens } = layOut(model, template, messages);
    return { prompt, promptSha256, promptTokens };
  }) satisfies Handler<{ messages: Requests.ChatMessage[] }, Requests.Measured>,

  generate: ((request, { signal, report }) =>
    inTurn(signal, () => generate(required(), request, { signal, report }))) satisfies Handler<
    Requests.GenerateRequest,
    Requests.Generation,
    Requests.GenerateProgress
  >,

  probe: (({ text, adapters }, { signal }) =>
    inTurn(signal, () => probe(required(), text, adapters))) satisfies Handler<
    { text: string; adapters: Requests.AdapterUse[] },
    Probe
  >,
} satisfies Handlers;

export type ModelHost = typeof handlers;

function required(): LoadedBase {
  if (base === null) throw modelNotLoaded();
  return base;
}

async function unload(): Promise<boolean> {
  const loaded = base;
  base = null;
  await loaded?.[Symbol.asyncDispose]();
  return loaded !== null;
}

function inTurn<Value>(signal: AbortSignal, run: () => Promise<Value>): Promise<Value> {
  const mine = before.then(async () => {
    try {
      signal.throwIfAborted();
      return await run();
    } catch (error) {
      // Whatever an aborted call fails with, the abort is why.
      if (signal.aborted) throw stopped();
      throw error;
    }
  });
  before = mine.catch(() => {});
  return mine;
}

const stopped = (): FourfoldError =>
  new FourfoldError({ code: "stopped", message: "Stopped.", action: "Start it again when you like.", details: {} });

serveChild(handlers);
