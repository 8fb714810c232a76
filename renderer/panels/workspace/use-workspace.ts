import { useMemo, useState } from "react";
import type {
  Collection,
  Failure,
  LoadedModel,
  ModelInfo,
  SampleQuestion,
  WorkspaceSettings,
} from "../../../core/contract/index.ts";
import { useEngine } from "../../engine/engine-context.tsx";
import { failureOf } from "../../engine/failure-of.ts";
import { useLive } from "../../engine/use-live.ts";
import { type Picks, resolvePicks } from "./picks.ts";

/** What the whole screen stands on, once it has been read. */
export interface Workspace {
  settings: WorkspaceSettings;
  models: ModelInfo[];
  loaded: LoadedModel | null;
  collections: Collection[];
  samples: { collectionId: string | null; questions: SampleQuestion[] };
  picks: Picks;
}

export interface WorkspaceHandle {
  /** Null while it is being read for the first time. */
  workspace: Workspace | null;
  failure: Failure | null;
  /** Reads again what could not be read. */
  retry: () => void;
  /** Looks again how the collections stand: a server may have gone or come back unheard. */
  lookAtCollections: () => void;
  /** Stores a change; it is shown at once and taken back if the engine refuses it. */
  configure: (changes: Partial<WorkspaceSettings>) => Promise<void>;
  pick: (changes: Partial<Picks>) => Promise<void>;
}

/** The first question loads the model, and a crash of its host unloads it: the list says which is loaded. */
const modelTopics = ["models", "comparisons", "children"] as const;

/** The workspace, kept current while the window is open. */
export function useWorkspace(): WorkspaceHandle {
  const { client } = useEngine();
  const settings = useLive("settings", ["settings"], (engine, _key, options) => engine.workspace.settings({}, options));
  const models = useLive("models", modelTopics, (engine, _key, options) => engine.models.list({}, options));
  const collections = useLive("collections", ["collections", "documents"], (engine, _key, options) =>
    engine.collections.list({}, options),
  );
  const samples = useLive("samples", ["collections"], (engine, _key, options) => engine.workspace.samples({}, options));
  const [draft, setDraft] = useState<{ over: WorkspaceSettings; settings: WorkspaceSettings } | null>(null);
  const [refusal, setRefusal] = useState<Failure | null>(null);

  // A draft lies over the settings it was made from and goes as soon as newer ones arrive.
  const shown = draft !== null && draft.over === settings.value ? draft.settings : settings.value;

  const workspace = useMemo(() => {
    if (shown === null || models.value === null || collections.value === null || samples.value === null) return null;
    const { loaded } = models.value;
    const choices = {
      models: models.value.models,
      loadedModelId: loaded?.modelId ?? null,
      collections: collections.value,
      sampleCollectionId: samples.value.collectionId,
    };
    return {
      settings: shown,
      models: choices.models,
      loaded,
      collections: choices.collections,
      samples: samples.value,
      picks: resolvePicks(shown, choices),
    };
  }, [shown, models.value, collections.value, samples.value]);

  async function configure(changes: Partial<WorkspaceSettings>): Promise<void> {
    if (client === null || settings.value === null || shown === null) return;
    setDraft({ over: settings.value, settings: { ...shown, ...changes } });
    try {
      await client.workspace.configure(changes);
      setRefusal(null);
    } catch (error) {
      setDraft(null);
      setRefusal(failureOf(error));
    }
  }

  return {
    workspace,
    retry: () => [settings, models, collections, samples].forEach((read) => read.failure !== null && read.retry()),
    lookAtCollections: collections.retry,
    failure: refusal ?? settings.failure ?? models.failure ?? collections.failure ?? samples.failure,
    configure,
    // All picks at once: what was only offered until now becomes the user's with the first change.
    pick: (changes) => configure({ ...workspace?.picks, ...changes }),
  };
}
