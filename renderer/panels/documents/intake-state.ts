import type {
  DocumentWarning,
  EmbedderInfo,
  Failure,
  ImportedDocument,
  ImportProgress,
  LoadProgress,
  ModelInfo,
} from "../../../core/contract/index.ts";

/** One file on its way in, from the drop to the store. */
export interface IntakeItem {
  /** The file's path once the engine knows one, before that its name in the drop. */
  key: string;
  name: string;
  kind: "document" | "model";
  status: "waiting" | "uploading" | "working" | "done" | "failed" | "stopped";
  /** What is being done, or what came of it, in a few words. */
  note: string;
  /** 0 to 1 within the present step. */
  fraction: number;
  warnings: DocumentWarning[];
  failure: Failure | null;
  /** What a model file was added as; null before, and for documents. */
  modelId: string | null;
}

export interface IntakeView {
  status: "idle" | "running" | "settled";
  items: IntakeItem[];
  /** By which the running import is paused and cancelled; null while none runs. */
  importId: string | null;
  isPaused: boolean;
  /** Documents that had not changed, and are not listed one by one. */
  passed: number;
  /** Documents of the running import. */
  done: number;
  total: number;
  etaMs: number | null;
}

export type IntakeEvent =
  | { type: "begun"; files: { key: string; name: string; kind: IntakeItem["kind"] }[] }
  | { type: "uploading"; key: string; fraction: number }
  | { type: "uploaded"; key: string; path: string }
  | { type: "importing"; progress: ImportProgress }
  | { type: "adding"; key: string; progress: LoadProgress }
  | { type: "added"; key: string; model: ModelInfo }
  | { type: "embedder"; key: string; embedder: EmbedderInfo }
  | { type: "failed"; key: string; failure: Failure }
  | { type: "stopped" }
  | { type: "settled" }
  | { type: "dismissed" };

export const emptyIntake: IntakeView = {
  status: "idle",
  items: [],
  importId: null,
  isPaused: false,
  passed: 0,
  done: 0,
  total: 0,
  etaMs: null,
};

const stages = { reading: "Reading", embedding: "Embedding", storing: "Storing" } as const;
const outcomes = {
  imported: "Imported",
  updated: "Updated",
  unchanged: "Unchanged",
  moved: "Moved",
  failed: "Failed",
} as const;
const loadStages = {
  hashing: "Hashing",
  checking: "Checking",
  loading: "Loading",
  calibrating: "Calibrating",
} as const;

/** What the list of arriving files shows after an event. */
export function intakeReducer(view: IntakeView, event: IntakeEvent): IntakeView {
  switch (event.type) {
    case "begun": {
      // What was settled before makes room; what still runs stays.
      const kept = view.status === "running" ? view.items : [];
      const names = new Set(event.files.map(({ key }) => key));
      const added = event.files.map((file): IntakeItem => ({ ...file, ...untouched }));
      return { ...view, status: "running", items: [...kept.filter(({ key }) => !names.has(key)), ...added] };
    }
    case "uploading":
      return change(view, event.key, { status: "uploading", note: "Sending", fraction: event.fraction });
    case "uploaded":
      return change(view, event.key, { key: event.path, status: "waiting", note: "Waiting", fraction: 0 });
    case "importing":
      return afterImport(view, event.progress);
    case "adding": {
      const { stage, fraction } = event.progress;
      return change(view, event.key, { status: "working", note: loadStages[stage], fraction });
    }
    case "added": {
      const { id, kind } = event.model;
      // Every part of a split model is that one model: the first entry speaks for all.
      if (view.items.some(({ key, modelId }) => key !== event.key && modelId === id))
        return { ...view, items: view.items.filter(({ key }) => key !== event.key) };
      return change(view, event.key, {
        status: "done",
        note: `Added as ${kind === "base" ? "a base model" : "an adapter"}`,
        fraction: 1,
        modelId: id,
      });
    }
    case "embedder":
      return change(view, event.key, { status: "done", note: "Added as an embedder", fraction: 1 });
    case "failed":
      return change(view, event.key, { status: "failed", note: "Failed", failure: event.failure });
    case "stopped":
      return {
        ...view,
        items: view.items.map((item) => (isOpen(item) ? { ...item, status: "stopped", note: "Stopped" } : item)),
      };
    case "settled":
      return {
        ...view,
        status: "settled",
        importId: null,
        isPaused: false,
        done: 0,
        total: 0,
        etaMs: null,
        items: view.items.filter((item) => !isOpen(item)),
      };
    case "dismissed":
      return emptyIntake;
  }
}

const untouched = {
  status: "waiting",
  note: "Waiting",
  fraction: 0,
  warnings: [],
  failure: null,
  modelId: null,
} satisfies Partial<IntakeItem>;

const isOpen = ({ status }: IntakeItem): boolean =>
  status === "waiting" || status === "uploading" || status === "working";

const change = (view: IntakeView, key: string, fields: Partial<IntakeItem>): IntakeView => ({
  ...view,
  items: view.items.map((item) => (item.key === key ? { ...item, ...fields } : item)),
});

function afterImport(view: IntakeView, progress: ImportProgress): IntakeView {
  switch (progress.type) {
    case "begun":
      return { ...view, importId: progress.importId, isPaused: false, passed: 0 };
    case "found":
      return { ...view, total: progress.total };
    case "passed":
      return { ...view, passed: progress.done, done: progress.done, total: progress.total };
    case "paused":
      return { ...view, isPaused: true, etaMs: null };
    case "resumed":
      return { ...view, isPaused: false };
    case "working": {
      const { path, stage, fraction, done, total, etaMs } = progress;
      return upsert({ ...view, done, total, etaMs }, path, { status: "working", note: stages[stage], fraction });
    }
    case "finished": {
      const { document, done, total } = progress;
      return upsert({ ...view, done, total }, document.path, outcome(document));
    }
  }
}

function outcome(document: ImportedDocument): Partial<IntakeItem> {
  const { status, warnings, failure } = document;
  const note = status === "failed" ? outcomes.failed : `${outcomes[status]} · ${chunkWords(document)}`;
  return { status: status === "failed" ? "failed" : "done", note, fraction: 1, warnings, failure };
}

/** Of an edited document it is said how little of it had to be embedded. */
function chunkWords({ status, chunks, chunksEmbedded }: ImportedDocument): string {
  const words = `${chunks} ${chunks === 1 ? "chunk" : "chunks"}`;
  return status === "updated" && chunksEmbedded < chunks ? `${chunksEmbedded} of ${words} embedded` : words;
}

/** A folder's files are only known once the engine names them. */
function upsert(view: IntakeView, path: string, fields: Partial<IntakeItem>): IntakeView {
  if (view.items.some(({ key }) => key === path)) return change(view, path, fields);
  const item: IntakeItem = { key: path, name: fileName(path), kind: "document", ...untouched, ...fields };
  return { ...view, items: [...view.items, item] };
}

export const fileName = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== "") ?? path;
