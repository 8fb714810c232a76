import type { TrainingSettings } from "../../contract/training.ts";

/** Settings in which nothing that decides the result is left to be chosen. */
export type SettledSettings = TrainingSettings & { learningRate: number };
