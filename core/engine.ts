import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { implement } from "@orpc/server";
import pino, { type Logger } from "pino";
import { Changes } from "./changes.ts";
import { OneAtATime } from "./children/one-at-a-time.ts";
import { contract } from "./contract/index.ts";
import { Reading } from "./documents/reading.ts";
import { comparisonHandlers } from "./handlers/comparison.ts";
import { collectionHandlers, documentHandlers, folderHandlers, importHandlers } from "./handlers/documents.ts";
import { distillationHandlers } from "./handlers/distillation.ts";
import { embedderHandlers } from "./handlers/embedders.ts";
import type { EngineParts } from "./handlers/engine-parts.ts";
import { modelHandlers } from "./handlers/models.ts";
import { retrievalHandlers } from "./handlers/retrieval.ts";
import { trainingHandlers } from "./handlers/training.ts";
import { workspaceHandlers } from "./handlers/workspace.ts";
import { droppedByName, droppedFilesFolder } from "./ingestion/dropped-files.ts";
import { Imports } from "./ingestion/imports.ts";
import { LinkedFolders } from "./ingestion/linked-folders.ts";
import { Reembeddings } from "./ingestion/reembeddings.ts";
import { addModel } from "./models/add-model.ts";
import { addBundledModels, bundledEmbedder, bundledEmbedderFiles } from "./models/bundled.ts";
import { BundledModels } from "./models/bundled-models.ts";
import { verifyEmbedder } from "./models/embedders.ts";
import { requireModel } from "./models/load-model.ts";
import { type Manifest, readManifest } from "./models/manifest.ts";
import { toModelInfo } from "./models/model-info.ts";
import { SAMPLE_COLLECTION, sampleDocumentsFolder } from "./models/samples.ts";
import { Reranking } from "./retrieval/reranking.ts";
import { Runtime } from "./runtime/runtime.ts";
import { type EmbedderIdentity, findCollection, relocateEmbedder } from "./store/collections.ts";
import { saveEmbedder } from "./store/embedders.ts";
import { listModels } from "./store/models.ts";
import { openStore } from "./store/open-store.ts";
import {
  readCalibration,
  readMark,
  readSettings,
  writeCalibration,
  writeMark,
  writeSettings,
} from "./store/settings.ts";
import { assemblePassages } from "./training-data/assemble-passages.ts";
import { Distillations } from "./training-data/distillations.ts";
import { TrainingRuns } from "./training/training-runs.ts";
import { CollectionStores } from "./vectors/collection-stores.ts";
import { Vectors } from "./vectors/vectors.ts";
import { appVersion } from "./version.ts";

export interface EngineOptions {
  workspace: string;
  /** Collections of at least this many chunks get an HNSW index; smaller ones are searched exactly. */
  hnswFromChunks?: number;
  /** Milliseconds between two looks at a linked folder that is polled. */
  lookEveryMs?: number;
}

/**
 * Fourfold's engine: every question is answered four ways, and everything that was needed for it is kept.
 *
 *   documents ─ reading ▶ chunks ─ vectors ▶ store        (ingestion)
 *   question ─ retrieval ▶ passages ─ generation ▶ answer (comparison: base · adapter · rag · combined)
 *   dataset ─ training ▶ adapter
 *
 * Native work lives in four children (model host, index host, reader, trainer); this process holds the store and
 * the order of things, and survives them.
 */
export class Engine implements AsyncDisposable {
  readonly workspace: string;
  readonly #log: Logger;
  readonly #parts: EngineParts;
  /** Everything that may be asked: a file of handlers per room of the contract. */
  readonly router: ReturnType<typeof routerOf>;

  private constructor(options: EngineOptions, log: Logger, manifest: Manifest, embedder: EmbedderIdentity) {
    this.workspace = options.workspace;
    this.#log = log;
    this.#parts = openParts(options, log, manifest, embedder);
    this.router = routerOf(this.#parts);
  }

  /**
   * Open a workspace that this process has locked.
   *
   * @throws workspace_unusable, bundle_damaged  for a damaged bundled model only the calls that need models fail
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const workspace = resolve(options.workspace);
    for (const folder of ["logs", "index"]) await mkdir(join(workspace, folder), { recursive: true });
    await mkdir(droppedFilesFolder(workspace), { recursive: true });
    const manifest = await readManifest();
    return new Engine({ ...options, workspace }, openLog(workspace), manifest, await bundledEmbedder(manifest));
  }

  /** Import the sample documents once per workspace; who removed them does not get them back. */
  async prepareSamples(): Promise<void> {
    const { db, imports, changes, bundled } = this.#parts;
    if (readMark(db, "samples")) return;
    const folder = sampleDocumentsFolder(await readManifest());
    await imports.run(SAMPLE_COLLECTION, [folder]).finally(() => changes.report("documents"));
    await bundled.ready();
    writeMark(db, "samples");
    if (readSettings(db).collectionId !== null) return;
    const adapters = listModels(db).filter((model) => model.kind === "adapter" && model.bundled);
    writeSettings(db, {
      collectionId: findCollection(db, SAMPLE_COLLECTION)?.id ?? null,
      adapters: adapters.slice(0, 1).map(({ id }) => ({ modelId: id, scale: 1 })),
    });
    changes.report("settings");
  }

  /**
   * Follow the linked folders from now on, and go on to the embedders collections were on their way to. A lasting engine
   * does; a command that is over in a moment does not.
   */
  startBackgroundWork(): void {
    this.#parts.folders.start();
    this.#parts.reembeddings.start();
  }

  /** Write a defect of ours to the log and name the entry; callers see that name only. */
  readonly logDefect = (error: unknown): string => {
    const logId = randomUUID().slice(0, 8);
    this.#log.error({ logId, err: error }, "internal error");
    return logId;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    const { db, imports, folders, reembeddings, distillations, changes, bundled } = this.#parts;
    const { runtime, vectors, stores, reranking, reading, training } = this.#parts;
    changes.end();
    // What writes to the store goes on until it has stopped.
    await Promise.all([imports.close(), distillations[Symbol.asyncDispose]()]);
    await Promise.all([folders[Symbol.asyncDispose](), reembeddings[Symbol.asyncDispose]()]);
    const children = [training, runtime, vectors, reranking, reading];
    await Promise.all([...children, stores].map((part) => part[Symbol.asyncDispose]()));
    // Without its children it ends at once, but it must not meet a closed store.
    await bundled.settled();
    db.close();
    this.#log.flush();
  }
}

/** `router` compares the whole with the contract: a missing or misnamed call does not compile. */
const routerOf = (parts: EngineParts) =>
  implement(contract).router({
    workspace: workspaceHandlers(parts),
    models: modelHandlers(parts),
    collections: collectionHandlers(parts),
    documents: documentHandlers(parts),
    imports: importHandlers(parts),
    folders: folderHandlers(parts),
    embedders: embedderHandlers(parts),
    retrieval: retrievalHandlers(parts),
    comparison: comparisonHandlers(parts),
    training: trainingHandlers(parts),
    distillation: distillationHandlers(parts),
  });

function openParts(options: EngineOptions, log: Logger, manifest: Manifest, embedder: EmbedderIdentity): EngineParts {
  const { workspace } = options;
  const changes = new Changes();
  const db = openStore(workspace);
  relocateEmbedder(db, embedder);
  saveEmbedder(db, { identity: embedder, files: bundledEmbedderFiles(manifest, embedder.folder), bundled: true });
  const hooks = {
    onLog: (line: string) => log.debug(line),
    onCrash: (crash: { name: string; exit: string; lastWords: string }) => {
      log.error(crash, "a child process crashed");
      const name = crash.name.replace(/^./, (letter) => letter.toUpperCase());
      changes.report("children", `${name} stopped unexpectedly (${crash.exit}) and starts again when it is needed.`);
    },
  };
  const runtime = new Runtime({
    calibrations: { get: (key) => readCalibration(db, key), set: (key, value) => writeCalibration(db, key, value) },
    ...hooks,
  });
  const vectors = new Vectors({
    ...options,
    ...hooks,
    verifyEmbedder: (identity) => verifyEmbedder(db, identity),
  });
  const stores = new CollectionStores(db, vectors, workspace);
  const reranking = new Reranking(hooks);
  const reading = new Reading(hooks);
  const answering = new OneAtATime();
  const parts = { db, runtime, vectors, stores, reranking, appVersion };
  const training = new TrainingRuns({
    db,
    workspace,
    baseOf: (baseId) => requireModel(db, baseId, "base"),
    passagesFor: (request, signal) => assemblePassages({ ...parts, workspace, answering }, request, signal),
    register: async (path) => {
      const adapter = toModelInfo(await addModel(db, runtime, path));
      changes.report("models");
      return adapter;
    },
    onChange: () => changes.report("training"),
    ...hooks,
  });
  const distillations = new Distillations({ ...parts, workspace, answering, onChange: () => changes.report("drafts") });
  // Not awaited: a new workspace shows itself and reads documents while the model host looks at the models.
  const bundled = new BundledModels(
    () => addBundledModels(db, runtime, manifest),
    (error) => log.error({ err: error }, "the bundled models cannot be used"),
  );
  // Whoever asks for a model is told of a failure, and tries again by asking.
  bundled.ready().catch(() => {});
  const said = droppedByName(workspace);
  const imports = new Imports({ db, stores, reading, vectors, said }, embedder, () => changes.report("imports"));
  const folders = new LinkedFolders({
    db,
    imports,
    embedder,
    onChange: (what) => changes.report(what),
    onDefect: (error) => log.error({ err: error }, "a linked folder could not be followed"),
    lookEveryMs: options.lookEveryMs,
  });
  const reembeddings = new Reembeddings({
    db,
    vectors,
    imports,
    onChange: () => changes.report("collections"),
    onDefect: (error) => log.error({ err: error }, "a collection could not go over to another embedder"),
  });
  return {
    ...parts,
    workspace,
    said,
    reading,
    training,
    distillations,
    embedder,
    changes,
    imports,
    folders,
    reembeddings,
    answering,
    bundled,
  };
}

function openLog(workspace: string): Logger {
  const file = pino.destination(join(workspace, "logs", "engine.log"));
  // On a full disk the log falls silent; without a listener the error would end the engine.
  file.on("error", () => {});
  return pino({ level: process.env["FOURFOLD_LOG_LEVEL"] ?? "info" }, file);
}
