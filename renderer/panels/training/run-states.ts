import type { TrainingRun } from "../../../core/contract/training.ts";

/** How a run is, in one word. */
export const runStates: Record<TrainingRun["state"], string> = {
  running: "Training",
  paused: "Paused",
  finished: "Finished",
  failed: "Failed",
};
