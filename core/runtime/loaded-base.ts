import type { LlamaModel } from "node-llama-cpp";
import type { LoadedModel, LoadProgress } from "../contract/models.ts";
import { ArmContexts } from "./arm-contexts.ts";
import { calibrate } from "./calibrate.ts";
import { type ChatTemplate, resolveTemplate } from "./chat-template.ts";
import { readHeader } from "./gguf-header.ts";
import { refuseUnsupported } from "./inspect.ts";
import { libraryVersion, openLlama, withReason } from "./llama-library.ts";
import { estimateMemory, fitInMemory } from "./memory-fit.ts";
import { modelIsAdapter, modelLoadFailed } from "./model-failures.ts";
import type { Calibration, LoadRequest } from "./requests.ts";

/** The base in memory with everything that is settled once per load. */
export interface LoadedBase extends AsyncDisposable {
  described: LoadedModel;
  calibration: Calibration;
  model: LlamaModel;
  template: ChatTemplate;
  arms: ArmContexts;
  libraryVersion: string;
}

export interface LoadOptions {
  /** From an earlier load on this machine; measured now when null. */
  calibration: Calibration | null;
  signal: AbortSignal;
  report: (progress: LoadProgress) => void;
}

/** Check a file before loading: everything that can be said of it without reading weights. */
export async function checkBase(request: LoadRequest, signal: AbortSignal): Promise<void> {
  const header = await readHeader(request.path, signal);
  if (header.isAdapter) throw modelIsAdapter(request.path);
  await refuseUnsupported(request.path, header);
}

/**
 * @throws memory_insufficient  before anything is loaded
 * @throws model_load_failed    with llama.cpp's own reason
 */
export async function loadBase(
  request: LoadRequest,
  { calibration: known, signal, report }: LoadOptions,
): Promise<LoadedBase> {
  const started = performance.now();
  const llama = await openLlama();
  const header = await readHeader(request.path, signal);
  const { contextSize } = await withReason(
    () => fitInMemory(llama, header, request.contextSize, known?.prefillChunk ?? null),
    (reason) => modelLoadFailed(request.path, reason),
  );
  const reportLoading = atMostOften((fraction) => report({ stage: "loading", fraction }));
  reportLoading(0);
  const model = await withReason(
    () =>
      llama.loadModel({
        modelPath: header.files[0]!,
        loadSignal: signal,
        onLoadProgress: reportLoading,
        ignoreMemorySafetyChecks: llama.gpu === false,
      }),
    (reason) => modelLoadFailed(request.path, reason),
  );
  try {
    const template = resolveTemplate(model);
    const calibration =
      known ??
      (await calibrate(model, {
        wanted: request.threads,
        signal,
        onProgress: (fraction) => report({ stage: "calibrating", fraction }),
      }));
    const { threads, prefillChunk } = calibration;
    const arms = new ArmContexts(model, { contextSize, threads, prefillChunk });
    const memory = await estimateMemory(llama, header, contextSize, prefillChunk);
    return {
      described: {
        modelId: request.modelId,
        name: request.name,
        contextSize,
        ...calibration,
        chatTemplate: { name: template.name, fallback: template.fallback, reason: template.reason },
        reasoning: template.thought !== null,
        gpu: llama.gpu === false ? null : llama.gpu,
        estimatedBytes: memory.weightsBytes + memory.contextsBytes,
        loadMs: performance.now() - started,
      },
      calibration,
      model,
      template,
      arms,
      libraryVersion: await libraryVersion(),
      async [Symbol.asyncDispose]() {
        await arms[Symbol.asyncDispose]();
        await model.dispose();
      },
    };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

/** llama.cpp reports every tensor; people see percent. */
function atMostOften(report: (fraction: number) => void): (fraction: number) => void {
  let last = -Infinity;
  return (fraction) => {
    if (fraction < 1 && fraction - last < 0.02) return;
    last = fraction;
    report(fraction);
  };
}
