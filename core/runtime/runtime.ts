import { cpus } from "node:os";
import { type ChildStatus, SupervisedChild } from "../children/supervised-child.ts";
import type { InspectedFile, LoadedModel, LoadProgress } from "../contract/models.ts";
import { type Difference, modelNotLoaded } from "./model-failures.ts";
import type { ModelHost } from "./model-host.ts";
import type { Probe } from "./probe.ts";
import type {
  AdapterUse,
  Calibration,
  ChatMessage,
  Generation,
  GenerateProgress,
  GenerateRequest,
  LoadRequest,
  Measured,
} from "./requests.ts";

export type {
  AdapterUse,
  Calibration,
  ChatMessage,
  Generation,
  GenerateProgress,
  GenerateRequest,
  LoadRequest,
  Measured,
} from "./requests.ts";

export interface RuntimeOptions {
  /** What was measured earlier on this machine; kept by the store. */
  calibrations: { get(key: string): Calibration | null; set(key: string, value: Calibration): void };
  /** Every line llama.cpp logs. */
  onLog?: (line: string) => void;
  /** The model host ended without being asked to; its model is gone with it. */
  onCrash?: (crash: { name: string; exit: string; lastWords: string; restarts: number }) => void;
}

/** Reading a header is bounded inside the host too; this is for a host that no longer answers at all. */
const INSPECT_LIMIT_MS = 30_000;

/**
 * The language model of the engine: one base at a time with adapters per arm, in a supervised child process.
 *
 * When that process dies, the call in flight fails with `child_crashed`, `loaded` is null, and the next call starts
 * a new process: load the model again and go on.
 */
export class Runtime implements AsyncDisposable {
  readonly host: SupervisedChild<ModelHost>;
  readonly #calibrations: RuntimeOptions["calibrations"];
  #inMemory: { described: LoadedModel; request: LoadRequest; pid: number | null } | null = null;

  constructor({ calibrations, onLog, onCrash }: RuntimeOptions) {
    this.#calibrations = calibrations;
    this.host = new SupervisedChild<ModelHost>({
      name: "the model host",
      program: new URL("model-host.ts", import.meta.url),
      ...(onLog && { onLog }),
      ...(onCrash && { onCrash }),
    });
  }

  get status(): ChildStatus {
    return this.host.status;
  }

  /** The model in memory; null after an unload, and after its process died or was restarted. */
  get loaded(): LoadedModel | null {
    return this.#inMemory !== null && this.#inMemory.pid === this.host.pid ? this.#inMemory.described : null;
  }

  /**
   * What a GGUF file says of itself, without loading it.
   *
   * @param options.base         compare an adapter with this base as well
   * @param options.timeLimitMs  a file of unknown origin may be made to take for ever; `child_stuck` then
   * @throws file_missing, file_unreadable, not_a_gguf, gguf_truncated, gguf_damaged, gguf_part_missing,
   *         architecture_unsupported
   */
  inspect(
    path: string,
    options: { base?: { path: string } | undefined; signal?: AbortSignal | undefined; timeLimitMs?: number } = {},
  ): Promise<InspectedFile> {
    const { signal, timeLimitMs = INSPECT_LIMIT_MS } = options;
    return this.host.call("inspect", { path, basePath: options.base?.path }, { signal, timeLimitMs, suspect: path });
  }

  /**
   * Why an adapter does not fit a base, in words; empty when it does.
   *
   * @throws model_is_adapter, adapter_is_model, and what `inspect` throws for either file
   */
  compatibility(basePath: string, adapterPath: string): Promise<Difference[]> {
    return this.host.call(
      "compatibility",
      { basePath, adapterPath },
      { timeLimitMs: INSPECT_LIMIT_MS, suspect: adapterPath },
    );
  }

  /**
   * Load a base in place of the one in memory. The first load of a model on a machine also measures with how many
   * threads it runs best; that is kept.
   *
   * @throws memory_insufficient, model_load_failed, model_is_adapter, file_quarantined, stopped, and what
   *         `inspect` throws; after a failure no model is loaded, unless the file itself was refused
   */
  async load(
    request: LoadRequest,
    options: { signal?: AbortSignal | undefined; onProgress?: ((progress: LoadProgress) => void) | undefined } = {},
  ): Promise<LoadedModel> {
    const key = calibrationKey(request);
    const before = this.#inMemory;
    this.#inMemory = null;
    let hasLeft = false;
    try {
      const { described, calibration } = await this.host.call(
        "load",
        { request, calibration: this.#calibrations.get(key) },
        {
          signal: options.signal,
          suspect: request.path,
          onProgress: (progress) => {
            // The host lets go of the earlier model when checking is over.
            hasLeft ||= progress.stage !== "checking";
            options.onProgress?.(progress);
          },
        },
      );
      this.#calibrations.set(key, calibration);
      this.#inMemory = { described, request, pid: this.host.pid };
      return described;
    } catch (error) {
      if (!hasLeft) this.#inMemory = before;
      throw error;
    }
  }

  /** Free the model and its contexts; false when there was none. */
  async unload(): Promise<boolean> {
    const wasLoaded = this.loaded !== null;
    this.#inMemory = null;
    return wasLoaded && (await this.host.call("unload", {}));
  }

  /**
   * The exact prompt a conversation becomes, and its length; nothing is evaluated.
   *
   * @throws model_not_loaded
   */
  async measure(messages: ChatMessage[]): Promise<Measured> {
    this.#required();
    return this.host.call("measure", { messages });
  }

  /**
   * Answer a conversation in one arm. When the signal stops it, what was generated so far comes back with
   * `stopReason: "stopped"`; a host that does not obey within a second is killed, and then it fails as `stopped`.
   *
   * @throws model_not_loaded, context_overflow, adapter_load_failed, model_changed, child_crashed, stopped
   */
  async generate(
    request: GenerateRequest,
    options: { signal?: AbortSignal | undefined; onProgress?: ((progress: GenerateProgress) => void) | undefined } = {},
  ): Promise<Generation> {
    const base = this.#required();
    return this.host.call("generate", request, {
      signal: options.signal,
      onProgress: options.onProgress,
      // Where an adapter is applied, the base has usually answered before.
      suspect: request.adapters[0]?.path ?? base.path,
    });
  }

  /**
   * How far adapters move the loaded base on a text, measured.
   *
   * @throws model_not_loaded, adapter_load_failed, model_changed, child_crashed
   */
  async probe(text: string, adapters: AdapterUse[], signal?: AbortSignal): Promise<Probe> {
    this.#required();
    return this.host.call("probe", { text, adapters }, { signal, suspect: adapters[0]?.path });
  }

  /** End the host and its model now. */
  async restart(): Promise<void> {
    this.#inMemory = null;
    await this.host.restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#inMemory = null;
    await this.host[Symbol.asyncDispose]();
  }

  #required(): LoadRequest {
    if (this.loaded === null) throw modelNotLoaded();
    return this.#inMemory!.request;
  }
}

/** The same model on another processor, or with another number of threads, is measured anew. */
function calibrationKey({ sha256, threads }: LoadRequest): string {
  const cores = cpus();
  const machine = `${cores[0]?.model ?? "unknown processor"} × ${cores.length}`;
  return threads === undefined ? `${sha256} on ${machine}` : `${sha256} on ${machine}, ${threads} threads`;
}
