import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type { Arm } from "../contract/models.ts";
import { AdapterFiles } from "./adapter-files.ts";
import { withReason } from "./llama-library.ts";
import { adapterLoadFailed, generationFailed } from "./model-failures.ts";
import type { AdapterUse } from "./requests.ts";

/** One arm's place in memory: a context with its adapters, and what of the last prompt is still evaluated in it. */
export interface ArmContext {
  /** What the context was made with; KV computed under anything else never meets this arm. */
  key: string;
  context: LlamaContext;
  sequence: LlamaContextSequence;
  /** Prompt tokens whose KV came from whole prefill chunks, from position 0. */
  prefilled: Token[];
}

export interface ContextShape {
  /** Tokens. */
  contextSize: number;
  threads: number;
  prefillChunk: number;
}

/**
 * One context per arm, made when the arm is first asked and made anew when its adapters or their scales change.
 * The base stays loaded all the while.
 */
export class ArmContexts implements AsyncDisposable {
  readonly #model: LlamaModel;
  readonly #shape: ContextShape;
  readonly #files = new AdapterFiles();
  readonly #contexts = new Map<Arm, ArmContext>();

  constructor(model: LlamaModel, shape: ContextShape) {
    this.#model = model;
    this.#shape = shape;
  }

  /** @throws adapter_load_failed, model_changed, file_missing, file_unreadable */
  async open(arm: Arm, adapters: AdapterUse[]): Promise<ArmContext> {
    // Asked every time, also when the context is there: the file may have been replaced since.
    const files: { filePath: string; scale: number }[] = [];
    for (const adapter of adapters) {
      files.push({ filePath: await this.#files.pathFor(adapter), scale: adapter.scale });
    }
    const key = JSON.stringify(adapters.map(({ sha256, scale }) => [sha256, scale]));
    const known = this.#contexts.get(arm);
    if (known?.key === key) return known;
    await this.#close(arm);
    const context = await withReason(
      () => openContext(this.#model, this.#shape, files),
      (reason) => (adapters.length === 0 ? generationFailed(reason) : adapterLoadFailed(adapters[0]!.path, reason)),
    );
    const opened: ArmContext = { key, context, sequence: openSequence(context), prefilled: [] };
    this.#contexts.set(arm, opened);
    return opened;
  }

  /** Forget an arm whose evaluation failed half-way: its cache is in no known state. */
  async discard(arm: Arm): Promise<void> {
    await this.#close(arm);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const arm of this.#contexts.keys()) await this.#close(arm);
    await this.#files[Symbol.asyncDispose]();
  }

  async #close(arm: Arm): Promise<void> {
    const known = this.#contexts.get(arm);
    this.#contexts.delete(arm);
    await known?.context.dispose();
  }
}

/** A context with exactly this many threads and one prefill chunk per batch. */
export function openContext(
  model: LlamaModel,
  { contextSize, threads, prefillChunk }: ContextShape,
  adapters: { filePath: string; scale: number }[] = [],
): Promise<LlamaContext> {
  return model.createContext({
    contextSize,
    sequences: 1,
    // A larger batch would only reserve more memory: no batch here is larger than a chunk.
    batchSize: prefillChunk,
    threads: { ideal: threads, min: threads },
    // Whether it fits was decided before loading, with figures; a smaller context than promised is no remedy.
    ignoreMemorySafetyChecks: true,
    failedCreationRemedy: false,
    ...(adapters.length > 0 && { lora: { adapters } }),
  });
}

/** The library evicts the beginning of a conversation when a context is full, silently; here that is an error. */
export function openSequence(context: LlamaContext): LlamaContextSequence {
  return context.getSequence({
    contextShift: {
      strategy: () => {
        throw new Error("CONTEXT_OVERFLOW");
      },
    },
  });
}
