import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { implement } from "@orpc/server";
import pino, { type Logger } from "pino";
import { ask, requireCollection } from "./comparison/ask.ts";
import { comparisonNotFound } from "./comparison/failures.ts";
import { OneAtATime } from "./comparison/one-at-a-time.ts";
import { replay } from "./comparison/replay.ts";
import type { Collection } from "./contract/documents.ts";
import { FourfoldError } from "./contract/failures.ts";
import { contract } from "./contract/index.ts";
import { examine } from "./doctor.ts";
import { Reading } from "./documents/reading.ts";
import { importDocuments } from "./ingestion/import-documents.ts";
import { addModel } from "./models/add-model.ts";
import { addBundledModels, bundledEmbedder } from "./models/bundled.ts";
import { ensureLoaded, requireAnyModel, requireModel } from "./models/load-model.ts";
import { type Manifest, readManifest } from "./models/manifest.ts";
import { toModelInfo } from "./models/model-info.ts";
import { readSampleQuestions, SAMPLE_COLLECTION, sampleDocumentsFolder } from "./models/samples.ts";
import { search } from "./retrieval/search.ts";
import { Runtime } from "./runtime/runtime.ts";
import { streamed } from "./streamed.ts";
import {
  type EmbedderIdentity,
  ensureCollection,
  findCollection,
  listCollections,
  relocateEmbedder,
  removeCollection,
  type StoredCollection,
} from "./store/collections.ts";
import { findComparison, listComparisons } from "./store/comparisons.ts";
import type { WritableDb } from "./store/db.ts";
import { listDocuments, readDocumentText, removeDocument } from "./store/documents.ts";
import { listModels, removeModel, saveModelSettings, type StoredModel } from "./store/models.ts";
import { openStore } from "./store/open-store.ts";
import {
  forgetChoice,
  readCalibration,
  readMark,
  readSettings,
  writeCalibration,
  writeMark,
  writeSettings,
} from "./store/settings.ts";
import { examineDataset } from "./training/dataset/examine.ts";
import { readDataset } from "./training/dataset/read-dataset.ts";
import { describeAdapter } from "./training/adapter-report.ts";
import { importPeft } from "./training/peft/import-peft.ts";
import { TrainingRuns } from "./training/training-runs.ts";
import { Vectors } from "./vectors/vectors.ts";
import { appVersion } from "./version.ts";
import { Changes } from "./changes.ts";

export interface EngineOptions {
  workspace: string;
  /** Collections of at least this many chunks get an HNSW index; smaller ones are searched exactly. */
  hnswFromChunks?: number;
}

/**
 * Fourfold's engine: every question is answered four ways, and everything that was needed for it is kept.
 *
 *   documents ─ reading ▶ chunks ─ vectors ▶ store        (ingestion)
 *   question ─ retrieval ▶ passages ─ generation ▶ answer (comparison: base · adapter · rag · combined)
 *
 * Native work lives in three children (model host, index host, reader); this process holds the store and the
 * order of things, and survives them.
 */
export class Engine implements AsyncDisposable {
  readonly workspace: string;
  readonly log: Logger;
  readonly changes = new Changes();
  readonly #db: WritableDb;
  readonly #runtime: Runtime;
  readonly #vectors: Vectors;
  readonly #reading: Reading;
  readonly #embedder: EmbedderIdentity;
  /** Settles when the bundled models are known; in a new workspace that takes a second or two. */
  readonly #bundled: Promise<void>;
  readonly #training: TrainingRuns;
  readonly #answering = new OneAtATime();
  readonly #importing = new OneAtATime();
  /** Imports that run or wait their turn. */
  readonly #imports = new Set<{ collectionId: string; stop: AbortController }>();

  private constructor(options: EngineOptions, log: Logger, manifest: Manifest, embedder: EmbedderIdentity) {
    const { workspace } = options;
    this.workspace = workspace;
    this.log = log;
    this.#embedder = embedder;
    this.#db = openStore(workspace);
    const db = this.#db;
    const hooks = {
      onLog: (line: string) => log.debug(line),
      onCrash: (crash: { name: string; exit: string; lastWords: string }) => {
        log.error(crash, "a child process crashed");
        const name = crash.name.replace(/^./, (letter) => letter.toUpperCase());
        this.changes.report(
          "children",
          `${name} stopped unexpectedly (${crash.exit}) and starts again when it is needed.`,
        );
      },
    };
    this.#runtime = new Runtime({
      calibrations: { get: (key) => readCalibration(db, key), set: (key, value) => writeCalibration(db, key, value) },
      ...hooks,
    });
    this.#vectors = new Vectors({ ...options, ...hooks });
    this.#reading = new Reading(hooks);
    this.#training = new TrainingRuns({
      db,
      workspace,
      baseOf: (baseId) => requireModel(db, baseId, "base"),
      register: async (path) => {
        const adapter = toModelInfo(await addModel(db, this.#runtime, path));
        this.changes.report("models");
        return adapter;
      },
      onChange: () => this.changes.report("training"),
      ...hooks,
    });
    relocateEmbedder(db, embedder);
    // Not awaited: a new workspace shows itself and reads documents while the model host looks at the models.
    this.#bundled = addBundledModels(db, this.#runtime, manifest);
    // Whoever asks for a model is told; until then a failure must not count as unhandled.
    this.#bundled.catch((error: unknown) => log.error({ err: error }, "the bundled models cannot be used"));
  }

  /**
   * Open a workspace that this process has locked.
   *
   * @throws workspace_unusable, bundle_damaged  for a damaged bundled model only the calls that need models fail
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const workspace = resolve(options.workspace);
    await makeFolders(workspace);
    const log = openLog(workspace);
    const manifest = await readManifest();
    return new Engine({ ...options, workspace }, log, manifest, await bundledEmbedder(manifest));
  }

  /** Import the sample documents once per workspace; who removed them does not get them back. */
  async prepareSamples(): Promise<void> {
    if (readMark(this.#db, "samples")) return;
    await this.#import(SAMPLE_COLLECTION, [sampleDocumentsFolder(await readManifest())], {});
    await this.#bundled;
    writeMark(this.#db, "samples");
    if (readSettings(this.#db).collectionId !== null) return;
    const adapters = listModels(this.#db).filter(({ kind, bundled }) => kind === "adapter" && bundled);
    writeSettings(this.#db, {
      collectionId: findCollection(this.#db, SAMPLE_COLLECTION)?.id ?? null,
      adapters: adapters.slice(0, 1).map(({ id }) => ({ modelId: id, scale: 1 })),
    });
    this.changes.report("settings");
  }

  /** One short handler per call of the contract; a missing one does not compile. */
  readonly router = (() => {
    const { workspace, collections, documents, retrieval } = implement(contract);
    const { models, comparison, training } = implement(contract).use(async ({ next }) => {
      await this.#bundled;
      return next();
    });
    return {
      workspace: {
        status: workspace.status.handler(async () => ({
          version: appVersion,
          workspace: this.workspace,
          pid: process.pid,
          hnsw: await this.#vectors.hnsw(),
          loaded: this.#runtime.loaded,
          children: [this.#runtime, this.#vectors, this.#reading, this.#training].map((part) => part.status),
        })),
        watch: workspace.watch.handler(({ signal }) => this.changes.follow(signal)),
        settings: workspace.settings.handler(() => readSettings(this.#db)),
        configure: workspace.configure.handler(({ input }) => {
          const settings = writeSettings(this.#db, input);
          this.changes.report("settings");
          return settings;
        }),
        samples: workspace.samples.handler(async () => ({
          collectionId: findCollection(this.#db, SAMPLE_COLLECTION)?.id ?? null,
          questions: await readSampleQuestions(await readManifest()),
        })),
        doctor: workspace.doctor.handler(async () => {
          await this.#bundled;
          const { workspace } = this;
          return { checks: await examine({ db: this.#db, runtime: this.#runtime, vectors: this.#vectors, workspace }) };
        }),
      },

      models: {
        list: models.list.handler(() => ({
          models: listModels(this.#db).map(toModelInfo),
          loaded: this.#runtime.loaded,
        })),
        inspect: models.inspect.handler(({ input, signal }) => {
          const base = input.baseId === undefined ? undefined : requireModel(this.#db, input.baseId, "base");
          return this.#runtime.inspect(input.path, {
            signal,
            ...(base === undefined ? {} : { base: { path: base.path } }),
          });
        }),
        add: models.add.handler(({ input, signal }) =>
          streamed(signal, async ({ signal, report }) => {
            const model = await addModel(this.#db, this.#runtime, input.path, { signal, onProgress: report });
            this.changes.report("models");
            return toModelInfo(model);
          }),
        ),
        remove: models.remove.handler(({ input }) => {
          const removed = removeModel(this.#db, input.modelId);
          forgetChoice(this.#db, input.modelId);
          this.changes.report("models");
          return { removed };
        }),
        configure: models.configure.handler(({ input }) => {
          requireAnyModel(this.#db, input.modelId);
          saveModelSettings(this.#db, input.modelId, input.settings);
          this.changes.report("models");
          return toModelInfo(requireAnyModel(this.#db, input.modelId));
        }),
        compatibility: models.compatibility.handler(async ({ input }) => {
          const base = requireModel(this.#db, input.baseId, "base");
          const adapter = requireModel(this.#db, input.adapterId, "adapter");
          return { differences: await this.#runtime.compatibility(base.path, adapter.path) };
        }),
        load: models.load.handler(({ input, signal }) =>
          streamed(signal, async ({ signal, report }) => {
            const base = requireModel(this.#db, input.modelId, "base");
            const { contextSize, threads } = input;
            const loaded = await this.#answering.run(
              () => ensureLoaded(this.#db, this.#runtime, base, { contextSize, threads, signal, onProgress: report }),
              signal,
            );
            writeSettings(this.#db, { modelId: base.id });
            this.changes.report("models");
            return loaded;
          }),
        ),
        unload: models.unload.handler(async () => {
          const unloaded = await this.#answering.run(() => this.#runtime.unload());
          this.changes.report("models");
          return { unloaded };
        }),
      },

      collections: {
        list: collections.list.handler(() =>
          Promise.all(listCollections(this.#db).map((stored) => this.#describe(stored))),
        ),
        create: collections.create.handler(async ({ input }) => {
          const created = await this.#describe(ensureCollection(this.#db, input.name, this.#embedder));
          this.changes.report("collections");
          return created;
        }),
        remove: collections.remove.handler(async ({ input }) => {
          // What is being imported into it has nowhere to go; it must not keep the user waiting either.
          for (const { collectionId, stop } of this.#imports) if (collectionId === input.collectionId) stop.abort();
          const removed = await this.#importing.run(async () => {
            const gone = removeCollection(this.#db, input.collectionId);
            if (gone) await this.#vectors.forget(input.collectionId);
            return gone;
          });
          forgetChoice(this.#db, input.collectionId);
          this.changes.report("collections");
          return { removed };
        }),
      },

      documents: {
        import: documents.import.handler(({ input, signal }) =>
          streamed(signal, ({ signal, report }) =>
            this.#import(input.collection, input.paths, { signal, onProgress: report }),
          ),
        ),
        list: documents.list.handler(({ input }) =>
          listDocuments(this.#db, requireCollection(this.#db, input.collectionId).id),
        ),
        text: documents.text.handler(({ input }) => {
          const text = readDocumentText(this.#db, input.documentId);
          if (text === null) throw documentNotFound(input.documentId);
          return text;
        }),
        remove: documents.remove.handler(({ input }) => {
          const removed = removeDocument(this.#db, input.documentId);
          this.changes.report("documents");
          return { removed };
        }),
      },

      retrieval: {
        search: retrieval.search.handler(({ input, signal }) =>
          search(
            { db: this.#db, vectors: this.#vectors },
            requireCollection(this.#db, input.collectionId),
            input.question,
            input.topK,
            signal,
          ),
        ),
      },

      comparison: {
        ask: comparison.ask.handler(({ input, signal }) =>
          streamed(signal, async ({ signal, report }) => {
            const answered = await this.#answering.run(
              () => ask(this.#parts, input, { signal, onProgress: report }),
              signal,
            );
            this.changes.report("comparisons");
            return answered;
          }),
        ),
        replay: comparison.replay.handler(({ input, signal }) =>
          streamed(signal, async ({ signal, report }) => {
            const repeated = await this.#answering.run(
              () => replay(this.#parts, input.comparisonId, { signal, onProgress: report }),
              signal,
            );
            this.changes.report("comparisons");
            return repeated;
          }),
        ),
        list: comparison.list.handler(({ input }) => listComparisons(this.#db, input.limit, input.threadId)),
        get: comparison.get.handler(({ input }) => {
          const found = findComparison(this.#db, input.comparisonId);
          if (found === null) throw comparisonNotFound(input.comparisonId);
          return found;
        }),
      },

      training: {
        examine: training.examine.handler(
          async ({ input }) => examineDataset(await readDataset(input.path), input.settings).report,
        ),
        plan: training.plan.handler(({ input, signal }) => this.#training.plan(input, signal)),
        start: training.start.handler(({ input, signal }) =>
          streamed(signal, ({ signal, report }) => this.#training.start(input, signal, report)),
        ),
        resume: training.resume.handler(({ input, signal }) =>
          streamed(signal, ({ signal, report }) => this.#training.resume(input.runId, signal, report)),
        ),
        pause: training.pause.handler(({ input }) => this.#training.pause(input.runId)),
        remove: training.remove.handler(async ({ input }) => ({ removed: await this.#training.remove(input.runId) })),
        list: training.list.handler(() => this.#training.list()),
        importPeft: training.importPeft.handler(async ({ input, signal }) => {
          const base = requireModel(this.#db, input.baseId, "base");
          const outPath = await this.#training.pathFor(input.name ?? basename(dirname(input.path)));
          await importPeft({ path: input.path, basePath: base.path, outPath, signal });
          const adapter = await addModel(this.#db, this.#runtime, outPath, { signal });
          this.changes.report("models");
          return {
            adapter: toModelInfo(adapter),
            report: await this.#describeAdapter(adapter, base, undefined, signal),
          };
        }),
        report: training.report.handler(({ input, signal }) =>
          this.#describeAdapter(
            requireModel(this.#db, input.adapterId, "adapter"),
            requireModel(this.#db, input.baseId, "base"),
            input.probe,
            signal,
          ),
        ),
      },
    };
  })();

  /** Write a defect of ours to the log and name the entry; callers see that name only. */
  readonly logDefect = (error: unknown): string => {
    const logId = randomUUID().slice(0, 8);
    this.log.error({ logId, err: error }, "internal error");
    return logId;
  };

  get #parts() {
    return { db: this.#db, runtime: this.#runtime, vectors: this.#vectors, appVersion };
  }

  #describeAdapter(adapter: StoredModel, base: StoredModel, text: string | undefined, signal: AbortSignal | undefined) {
    const use = { path: adapter.path, sha256: adapter.sha256, scale: 1 };
    const probe = (words: string) =>
      this.#answering.run(async () => {
        await ensureLoaded(this.#db, this.#runtime, base, { signal });
        return this.#runtime.probe(words, [use], signal);
      }, signal);
    return describeAdapter(adapter.path, base.path, probe, { text, signal });
  }

  async #import(
    collectionName: string,
    paths: string[],
    options: Parameters<typeof importDocuments>[3] & { signal?: AbortSignal | undefined },
  ) {
    const known = findCollection(this.#db, collectionName);
    const collection = known ?? ensureCollection(this.#db, collectionName, this.#embedder);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
    const own = { collectionId: collection.id, stop };
    this.#imports.add(own);
    const parts = { db: this.#db, reading: this.#reading, vectors: this.#vectors };
    try {
      return await this.#importing.run(() => importDocuments(parts, collection, paths, { ...options, signal }), signal);
    } catch (error) {
      this.#imports.delete(own);
      if (known === null) this.#removeIfUnused(collection.id);
      throw error;
    } finally {
      this.#imports.delete(own);
      this.changes.report("documents");
    }
  }

  /** A collection that was made for an import of which nothing came would only stand in the way. */
  #removeIfUnused(collectionId: string): void {
    const isAwaited = [...this.#imports].some((other) => other.collectionId === collectionId);
    if (!isAwaited && this.#db.open && findCollection(this.#db, collectionId)?.documentCount === 0)
      removeCollection(this.#db, collectionId);
  }

  async #describe(stored: StoredCollection): Promise<Collection> {
    const { id, name, documentCount, chunkCount } = stored;
    const { dimensions, languages } = stored.embedder;
    const embedder = { id: stored.embedder.id, name: stored.embedder.name, dimensions, languages };
    return { id, name, embedder, documentCount, chunkCount, index: await this.#vectors.indexState(stored) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.changes.end();
    await Promise.all(
      [this.#training, this.#runtime, this.#vectors, this.#reading].map((part) => part[Symbol.asyncDispose]()),
    );
    // Without its children it ends at once, but it must not meet a closed store.
    await this.#bundled.catch(() => {});
    this.#db.close();
    this.log.flush();
  }
}

function openLog(workspace: string): Logger {
  const file = pino.destination(join(workspace, "logs", "engine.log"));
  // On a full disk the log falls silent; without a listener the error would end the engine.
  file.on("error", () => {});
  return pino({ level: process.env["FOURFOLD_LOG_LEVEL"] ?? "info" }, file);
}

async function makeFolders(workspace: string): Promise<void> {
  for (const folder of ["logs", "index", "files"]) await mkdir(join(workspace, folder), { recursive: true });
}

function documentNotFound(documentId: string): FourfoldError {
  return new FourfoldError({
    code: "document_not_found",
    message: "This document was removed from its collection.",
    action: "Import it again to open it here.",
    details: { documentId },
  });
}
