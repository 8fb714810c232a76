import type { Collection, ModelInfo, WorkspaceSettings } from "../../../core/contract/index.ts";

/** What a question would be asked with now. */
export interface Picks {
  modelId: string | null;
  adapters: { modelId: string; scale: number }[];
  collectionId: string | null;
  /** Searched along with it. */
  otherCollectionIds: string[];
}

/** What there is to pick from. */
export interface Choices {
  models: readonly ModelInfo[];
  loadedModelId: string | null;
  collections: readonly Collection[];
  /** The collection of the bundled sample documents, where it exists. */
  sampleCollectionId: string | null;
}

/**
 * The user's picks, less what has gone in the meantime. In a workspace where nothing was ever picked, the bundled
 * base, its adapters and the sample documents are, so that the first question already meets all four arms.
 */
export function resolvePicks(settings: WorkspaceSettings, choices: Choices): Picks {
  const { models, collections } = choices;
  const isUntouched = settings.modelId === null && settings.adapters.length === 0 && settings.collectionId === null;
  const hasBase = (id: string | null): boolean => models.some((model) => model.kind === "base" && model.id === id);
  const hasCollection = (id: string | null): boolean => collections.some((collection) => collection.id === id);

  const bases = models.filter(({ kind }) => kind === "base");
  const bundledBase = bases.find(({ bundled }) => bundled) ?? bases[0];
  const modelId = [settings.modelId, choices.loadedModelId].find((id) => hasBase(id)) ?? bundledBase?.id ?? null;
  if (!isUntouched) {
    return {
      modelId,
      adapters: settings.adapters.filter((picked) =>
        models.some(({ id, kind }) => kind === "adapter" && id === picked.modelId),
      ),
      ...pickedCollections(settings, hasCollection),
    };
  }
  const bundledAdapter = models.find(({ kind, bundled }) => kind === "adapter" && bundled);
  return {
    modelId,
    adapters: modelId === bundledBase?.id && bundledAdapter ? [{ modelId: bundledAdapter.id, scale: 1 }] : [],
    collectionId: hasCollection(choices.sampleCollectionId) ? choices.sampleCollectionId : (collections[0]?.id ?? null),
    otherCollectionIds: [],
  };
}

/** Where the first has gone, the next takes its place. */
function pickedCollections(
  { collectionId, otherCollectionIds }: WorkspaceSettings,
  hasCollection: (id: string | null) => boolean,
): Pick<Picks, "collectionId" | "otherCollectionIds"> {
  const [first = null, ...others] = new Set(
    [collectionId, ...otherCollectionIds].filter((id): id is string => hasCollection(id)),
  );
  return { collectionId: first, otherCollectionIds: others };
}

/** Every collection a question searches, the one documents go into first. */
export const collectionIdsOf = ({
  collectionId,
  otherCollectionIds,
}: Pick<Picks, "collectionId" | "otherCollectionIds">): string[] =>
  collectionId === null ? [] : [collectionId, ...otherCollectionIds];
