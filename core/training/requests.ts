import type { TrainingSettings } from "../contract/training.ts";

/** The base as the workspace knows it. */
export interface BaseFile {
  path: string;
  name: string;
  sha256: string;
}

export interface DatasetRequest {
  path: string;
  /** Train on the rest when some examples are malformed. */
  skipMalformed: boolean;
  settings: TrainingSettings;
  /** The record of prompts with retrieved passages, where the settings ask for them. */
  passagesPath?: string | undefined;
}

export interface PlanRequest extends DatasetRequest {
  base: BaseFile;
}

export interface TrainRequest extends PlanRequest {
  /** The adapter's name, as a picker shows it. */
  name: string;
  /** Where the run keeps its dataset, plan and checkpoint; a folder with a checkpoint is continued. */
  folder: string;
  /** Where the finished adapter goes; nothing is there before it is whole. */
  target: string;
  /** What a crash may cost at most, in milliseconds of work; absent: half a minute. */
  saveEveryMs?: number;
}
