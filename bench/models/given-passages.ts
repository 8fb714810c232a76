import { join } from "node:path";
import type { Passage } from "../../core/contract/retrieval.ts";
import { buildPrompt } from "../../core/generation/build-prompt.ts";
import { type ArmSettings, resolveSettings } from "../../core/generation/resolve-settings.ts";
import { bundledEmbedder } from "../../core/models/bundled.ts";
import { type BundledGguf, bundledFolder, type Manifest } from "../../core/models/manifest.ts";
import { type Calibration, Runtime } from "../../core/runtime/runtime.ts";
import type { EmbedderIdentity } from "../../core/store/collections.ts";
import { Vectors } from "../../core/vectors/vectors.ts";

/** Of a chunk, what a prompt shows. */
export interface GivenPassage {
  heading: string | null;
  text: string;
}

/** The bundled base with passages that are given to it: prompts and answers are the product's, retrieval is left out. */
export class GivenPassages implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #base: BundledGguf;
  readonly #contextSize: number;
  readonly #vectors: Vectors;
  readonly #embedder: EmbedderIdentity;

  private constructor(
    runtime: Runtime,
    base: BundledGguf,
    contextSize: number,
    vectors: Vectors,
    embedder: EmbedderIdentity,
  ) {
    this.#runtime = runtime;
    this.#vectors = vectors;
    this.#embedder = embedder;
    this.#base = base;
    this.#contextSize = contextSize;
  }

  /** @param workspace  a folder of its own; nothing is stored there */
  static async open(manifest: Manifest, workspace: string): Promise<GivenPassages> {
    const embedder = await bundledEmbedder(manifest);
    const base = manifest.models.find((model) => model.kind === "base")!;
    const measured = new Map<string, Calibration>();
    const runtime = new Runtime({
      calibrations: {
        get: (key) => measured.get(key) ?? null,
        set: (key, value) => void measured.set(key, value),
      },
    });
    const path = join(bundledFolder, base.file);
    const { contextSize } = await runtime.load({
      modelId: base.id,
      name: base.name,
      path,
      files: [path],
      sha256: base.sha256,
      contextSize: base.settings.contextSize,
    });
    return new GivenPassages(runtime, base, contextSize, new Vectors({ workspace }), embedder);
  }

  /** The answer in the arm that passages and adapter make: base, adapter, rag or combined. */
  async answer(question: string, given: GivenPassage[], adapter: BundledGguf | null): Promise<string> {
    const arm =
      given.length === 0 ? (adapter === null ? "base" : "adapter") : adapter === null ? "rag" : ("combined" as const);
    const layer = (entry: BundledGguf) => ({ settings: {}, bundledSettings: entry.settings });
    const settings: ArmSettings = resolveSettings(arm, {
      workspacePrompts: {},
      adapters: adapter === null ? [] : [layer(adapter)],
      model: layer(this.#base),
    });
    const { messages } = await buildPrompt(
      this.#runtime,
      settings,
      question,
      given.map(passageOf),
      [],
      this.#contextSize,
      { isWhole: false, widen: null, likeness: (texts) => this.#vectors.likeness(this.#embedder, question, texts) },
    );
    const { text } = await this.#runtime.generate({
      arm,
      adapters: adapter === null ? [] : [{ path: join(bundledFolder, adapter.file), sha256: adapter.sha256, scale: 1 }],
      messages,
      sampling: { seed: 1, temperature: 0, topK: 40, topP: 0.95, minP: 0.05 },
      maxTokens: settings.maxTokens,
      thoughtTokens: settings.thoughtTokens,
      cold: false,
    });
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#vectors[Symbol.asyncDispose]();
    await this.#runtime[Symbol.asyncDispose]();
  }
}

/** A passage as retrieval would have handed it on. */
const passageOf = ({ heading, text }: GivenPassage, index: number): Passage => ({
  n: index + 1,
  chunkId: index + 1,
  documentId: `document-${index + 1}`,
  document: `document-${index + 1}.txt`,
  page: null,
  heading,
  text,
  start: 0,
  end: text.length,
  rectangles: [],
  similarity: null,
  bm25Rank: null,
  vectorRank: index + 1,
  lineRank: null,
  lineSimilarity: null,
  score: 1 / (index + 1),
  rerankScore: null,
  addressesModel: [],
});
