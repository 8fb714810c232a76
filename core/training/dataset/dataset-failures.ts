import { basename } from "node:path";
import { FourfoldError } from "../../contract/failures.ts";

export const datasetEmpty = (path: string): FourfoldError =>
  new FourfoldError({
    code: "dataset_empty",
    message: `${basename(path)} holds no examples.`,
    action: "Give 100 to 1,000 different, consistent pairs of prompt and answer as JSONL or CSV.",
    details: { path },
  });

export const datasetAllDuplicates = (path: string, examples: number): FourfoldError =>
  new FourfoldError({
    code: "dataset_all_duplicates",
    message: `All ${examples} examples of ${basename(path)} are the same one.`,
    action: "Give 100 to 1,000 different, consistent pairs of prompt and answer.",
    details: { path, examples },
  });

export const readingStopped = (): FourfoldError =>
  new FourfoldError({
    code: "stopped",
    message: "Reading the dataset was stopped.",
    action: "Start it again when you like.",
    details: {},
  });
