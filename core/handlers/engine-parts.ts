import type { implement } from "@orpc/server";
import type { Changes } from "../changes.ts";
import type { OneAtATime } from "../children/one-at-a-time.ts";
import type { ComparisonParts } from "../comparison/ask.ts";
import type { contract } from "../contract/index.ts";
import type { Reading } from "../documents/reading.ts";
import type { Imports } from "../ingestion/imports.ts";
import type { LinkedFolders } from "../ingestion/linked-folders.ts";
import type { Reembeddings } from "../ingestion/reembeddings.ts";
import type { BundledModels } from "../models/bundled-models.ts";
import type { EmbedderIdentity } from "../store/collections.ts";
import type { Distillations } from "../training-data/distillations.ts";
import type { TrainingRuns } from "../training/training-runs.ts";
import type { Vectors } from "../vectors/vectors.ts";

/** What the engine is made of, as its handlers need it. */
export interface EngineParts extends ComparisonParts {
  workspace: string;
  reading: Reading;
  vectors: Vectors;
  training: TrainingRuns;
  distillations: Distillations;
  /** The embedder of new collections. */
  embedder: EmbedderIdentity;
  changes: Changes;
  imports: Imports;
  folders: LinkedFolders;
  reembeddings: Reembeddings;
  /** Whoever needs the model host's model to himself waits here. */
  answering: OneAtATime;
  /** In a new workspace it takes them a second or two to be known. */
  bundled: BundledModels;
  /** A text in the user's words: files that were dropped into a browser by their names. */
  said: (text: string) => string;
}

type Implementer = ReturnType<typeof implement<typeof contract>>;

/** Calls about models wait until the bundled ones are known; the others answer at once. */
export const afterBundled = (implementer: Implementer, { bundled }: EngineParts) =>
  implementer.use(async ({ next }) => {
    await bundled.ready();
    return next();
  });
