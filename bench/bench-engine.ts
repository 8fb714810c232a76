import { Engine, type EngineOptions } from "../core/engine.ts";
import type { Ask, Comparison } from "../core/contract/comparison.ts";
import { FourfoldError } from "../core/contract/failures.ts";
import type { EngineClient } from "../core/contract/index.ts";
import type { LoadedModel, ModelInfo } from "../core/contract/models.ts";
import { localClient } from "../core/serve/clients.ts";
import { follow } from "../core/contract/follow.ts";
import type { z } from "zod";

/** The product as a bench drives it: its contract, in this process, with its real child processes. */
export class BenchEngine implements AsyncDisposable {
  readonly engine: Engine;
  readonly client: EngineClient;

  private constructor(engine: Engine) {
    this.engine = engine;
    this.client = localClient(engine.router, engine.logDefect);
  }

  static async open(workspace: string, options: Omit<EngineOptions, "workspace"> = {}): Promise<BenchEngine> {
    return new BenchEngine(await Engine.open({ workspace, ...options }));
  }

  /**
   * Ask, and time the whole call: retrieval, prompts, answers, storing.
   *
   * @throws the failure of the first arm that has one: a bench over failures would be fast and worthless
   */
  async ask(input: z.input<typeof Ask>): Promise<{ comparison: Comparison; ms: number }> {
    const started = performance.now();
    const comparison = await follow(this.client.comparison.ask(input), () => {});
    const ms = performance.now() - started;
    const failure = comparison.arms.find((answer) => answer.failure !== null)?.failure;
    if (failure != null) throw new FourfoldError(failure);
    return { comparison, ms };
  }

  async addModel(path: string): Promise<ModelInfo> {
    return follow(this.client.models.add({ path }), () => {});
  }

  async load(modelId: string): Promise<LoadedModel> {
    return follow(this.client.models.load({ modelId }), () => {});
  }

  /** The model and the adapter that Fourfold brings along, as the workspace knows them. */
  async bundled(kind: "base" | "adapter"): Promise<ModelInfo> {
    const { models } = await this.client.models.list({});
    const found = models.find((model) => model.kind === kind && model.bundled);
    if (found === undefined) throw new Error(`The workspace has no bundled ${kind}.`);
    return found;
  }

  /** Import a folder into a new collection; every document must go in. */
  async importFolder(collection: string, folder: string): Promise<string> {
    const { collectionId, documents } = await follow(
      this.client.documents.import({ collection, paths: [folder] }),
      () => {},
    );
    const failure = documents.find((document) => document.failure !== null)?.failure;
    if (failure != null) throw new FourfoldError(failure);
    return collectionId;
  }

  /** Process ids of the engine's children that run now. */
  async children(): Promise<(number | null)[]> {
    return (await this.client.workspace.status({})).children.map(({ pid }) => pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
  }
}
