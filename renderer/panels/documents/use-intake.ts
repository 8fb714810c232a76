import { useEffect, useReducer, useRef } from "react";
import type { EngineClient, Failure, ImportJob } from "../../../core/contract/index.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { failureOf } from "../../engine/failure-of.ts";
import { follow } from "../../../core/contract/follow.ts";
import { pathOfFile } from "../../engine/upload.ts";
import { emptyIntake, fileName, type IntakeEvent, intakeReducer, type IntakeView } from "./intake-state.ts";

export interface Intake {
  view: IntakeView;
  /** Takes files from a drop or a picker: GGUF files become models, everything else documents. */
  takeFiles: (files: readonly File[]) => void;
  /** The same for paths of the desktop's own picker, which may be folders. */
  takePaths: (paths: readonly string[], kind: "document" | "folder" | "model") => void;
  /** Go on with an import that was interrupted. */
  resumeImport: (job: ImportJob) => void;
  /** Let the running import rest, and go on; what is being sent or added goes on meanwhile. */
  pause: () => void;
  resume: () => void;
  stop: () => void;
  dismiss: () => void;
}

/** One drop or pick. Files still have to be sent or looked up; paths are known to the engine. */
interface Batch {
  files: readonly File[];
  documents: string[];
  models: string[];
  /** An interrupted import, which names its documents itself. */
  resumed?: ImportJob;
}

/** Where documents go when no collection is picked. */
export const FIRST_COLLECTION = "My documents";

/**
 * Everything that comes in from outside, one batch after another: a second drop waits for the first.
 *
 * @param collectionId  where documents go; null makes a first collection
 * @param onCollection  called with the collection documents were imported into
 */
export function useIntake(collectionId: string | null, onCollection: (collectionId: string) => void): Intake {
  const { client } = useEngine();
  const [view, dispatch] = useReducer(intakeReducer, emptyIntake);
  const queue = useRef<Batch[]>([]);
  const running = useRef<AbortController>(null);
  const latest = useRef({ client, collectionId, onCollection });
  useEffect(() => void (latest.current = { client, collectionId, onCollection }));
  useEffect(() => () => running.current?.abort(), []);

  function take(batch: Batch): void {
    const files = batch.files.map((file) => ({
      key: fileKey(file),
      name: file.name,
      kind: isModel(file.name) ? ("model" as const) : ("document" as const),
    }));
    const models = batch.models.map((path) => ({ key: path, name: fileName(path), kind: "model" as const }));
    dispatch({ type: "begun", files: [...files, ...models] });
    queue.current.push(batch);
    if (running.current === null) void work();
  }

  async function work(): Promise<void> {
    const { signal } = (running.current = new AbortController());
    for (let batch = queue.current.shift(); batch !== undefined && !signal.aborted; batch = queue.current.shift()) {
      const { client: engine, collectionId: collection, onCollection: tell } = latest.current;
      if (engine === null) break;
      await bringIn(engine, batch, collection, signal, dispatch, tell);
    }
    queue.current = [];
    running.current = null;
    if (signal.aborted) dispatch({ type: "stopped" });
    dispatch({ type: "settled" });
  }

  /** Whatever it fails with, the import itself tells; one that has just ended needs no control any more. */
  async function control(action: "pause" | "resume" | "cancel"): Promise<void> {
    const { client: engine } = latest.current;
    const { importId } = view;
    if (engine === null || importId === null) return;
    if (action !== "resume") await engine.imports[action]({ importId }).catch(() => {});
    // The stream of the import goes on by itself; this one need not be followed too.
    else await follow(engine.imports.resume({ importId }), () => {}).catch(() => {});
  }

  return {
    view,
    takeFiles: (files) => files.length > 0 && take({ files, documents: [], models: [] }),
    takePaths(paths, kind) {
      if (paths.length === 0) return;
      take({ files: [], documents: kind === "model" ? [] : [...paths], models: kind === "model" ? [...paths] : [] });
    },
    resumeImport: (job) => take({ files: [], documents: [], models: [], resumed: job }),
    pause: () => void control("pause"),
    resume: () => void control("resume"),
    stop() {
      // By name, so that it is not offered again; the signal ends whatever else is under way.
      void control("cancel");
      running.current?.abort();
    },
    dismiss: () => dispatch({ type: "dismissed" }),
  };
}

const isModel = (name: string): boolean => name.toLowerCase().endsWith(".gguf");

/** Two files of one name may come from two folders of one drop. */
const fileKey = (file: File): string => `${file.webkitRelativePath || file.name} ${file.size} ${file.lastModified}`;

async function bringIn(
  engine: EngineClient,
  batch: Batch,
  collectionId: string | null,
  signal: AbortSignal,
  dispatch: (event: IntakeEvent) => void,
  tell: (collectionId: string) => void,
): Promise<void> {
  const documents = [...batch.documents];
  const models = [...batch.models];
  const id = crypto.randomUUID();
  const sameName = new Map<string, number>();
  for (const file of batch.files) {
    const key = fileKey(file);
    // Files of one name from different folders of a drop must not overwrite each other.
    const namesake = sameName.get(file.name) ?? 0;
    sameName.set(file.name, namesake + 1);
    try {
      const path = await pathOfFile(file, {
        batch: namesake === 0 ? id : `${id}-${namesake}`,
        signal,
        onProgress: ({ sentBytes, totalBytes }) =>
          dispatch({ type: "uploading", key, fraction: totalBytes === 0 ? 1 : sentBytes / totalBytes }),
      });
      dispatch({ type: "uploaded", key, path });
      (isModel(file.name) ? models : documents).push(path);
    } catch (error) {
      if (signal.aborted) return;
      dispatch({ type: "failed", key, failure: unsent(file, error) });
    }
  }
  if (batch.resumed !== undefined) await resumeImport(engine, batch.resumed, signal, dispatch, tell);
  if (documents.length > 0)
    await importDocuments(engine, documents, collectionId ?? FIRST_COLLECTION, signal, dispatch, tell);
  for (const path of models) if (!signal.aborted) await addModel(engine, path, signal, dispatch);
}

async function importDocuments(
  engine: EngineClient,
  paths: string[],
  collection: string,
  signal: AbortSignal,
  dispatch: (event: IntakeEvent) => void,
  tell: (collectionId: string) => void,
): Promise<void> {
  try {
    const reports = engine.documents.import({ collection, paths }, { signal });
    const result = await follow(reports, (progress) => dispatch({ type: "importing", progress }));
    tell(result.collectionId);
  } catch (error) {
    if (signal.aborted) return;
    for (const path of paths) dispatch({ type: "failed", key: path, failure: failureOf(error) });
  }
}

async function resumeImport(
  engine: EngineClient,
  { id, paths }: ImportJob,
  signal: AbortSignal,
  dispatch: (event: IntakeEvent) => void,
  tell: (collectionId: string) => void,
): Promise<void> {
  try {
    const reports = engine.imports.resume({ importId: id }, { signal });
    const result = await follow(reports, (progress) => dispatch({ type: "importing", progress }));
    tell(result.collectionId);
  } catch (error) {
    if (signal.aborted) return;
    dispatch({ type: "begun", files: [{ key: paths[0]!, name: fileName(paths[0]!), kind: "document" }] });
    dispatch({ type: "failed", key: paths[0]!, failure: failureOf(error) });
  }
}

async function addModel(
  engine: EngineClient,
  path: string,
  signal: AbortSignal,
  dispatch: (event: IntakeEvent) => void,
): Promise<void> {
  try {
    const model = await follow(engine.models.add({ path }, { signal }), (progress) =>
      dispatch({ type: "adding", key: path, progress }),
    );
    dispatch({ type: "added", key: path, model });
  } catch (error) {
    if (signal.aborted) return;
    const failure = failureOf(error);
    if (failure.code === "model_is_embedder") await addEmbedder(engine, path, signal, dispatch);
    else dispatch({ type: "failed", key: path, failure });
  }
}

/** A GGUF file that turns out to be an embedding model is added as what it is. */
async function addEmbedder(
  engine: EngineClient,
  path: string,
  signal: AbortSignal,
  dispatch: (event: IntakeEvent) => void,
): Promise<void> {
  try {
    const embedder = await follow(engine.embedders.add({ path }, { signal }), ({ fraction }) =>
      dispatch({ type: "adding", key: path, progress: { stage: "checking", fraction } }),
    );
    dispatch({ type: "embedder", key: path, embedder });
  } catch (error) {
    if (!signal.aborted) dispatch({ type: "failed", key: path, failure: failureOf(error) });
  }
}

const unsent = (file: File, error: unknown): Failure => ({
  code: "file_unreadable",
  message: error instanceof Error ? error.message : String(error),
  action: "Check that the file can still be read, then drop it again.",
  details: { path: file.name, reason: "not sent" },
});
