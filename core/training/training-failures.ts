import { basename } from "node:path";
import { type FailureDetails, FourfoldError } from "../contract/failures.ts";

export const trainingUnavailable = (reason: string, cause?: unknown): FourfoldError =>
  new FourfoldError(
    {
      code: "training_unavailable",
      message: `Training cannot run on this machine: ${reason}.`,
      action: "Set Fourfold up again; answering questions works without training.",
      details: { reason },
    },
    { cause },
  );

/** @param reason  completes "… cannot be trained: " */
export const trainingUnsupported = (path: string, architecture: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "training_unsupported",
    message: `${basename(path)} cannot be trained: ${reason}.`,
    action:
      "Choose a base of the architecture llama (Mistral included), qwen2, qwen3, gemma, gemma2, gemma3 or phi3 (Phi 4 included), in F32, F16, BF16, Q8_0, Q4_0, Q5_0 or a K-quant.",
    details: { path, architecture, reason },
  });

export const trainingMemoryInsufficient = (details: FailureDetails<"training_memory_insufficient">): FourfoldError => {
  const { neededBytes, modelBytes, activationBytes, optimizerBytes, availableBytes } = details;
  return new FourfoldError({
    code: "training_memory_insufficient",
    message: `Training needs at least ${inMegabytes(neededBytes)} (base ${inMegabytes(modelBytes)}, activations ${inMegabytes(activationBytes)}, adapter and optimizer ${inMegabytes(optimizerBytes)}); ${inMegabytes(availableBytes)} are free.`,
    action: "Choose a smaller base, a shorter sequence length or a lower rank, or close other programs.",
    details,
  });
};

export const trainingDiverged = (step: number, adapterPath: string | null): FourfoldError =>
  new FourfoldError({
    code: "training_diverged",
    message: `The loss stopped being a number at step ${step}; ${adapterPath === null ? "no good adapter existed yet" : "the best adapter so far was kept"}.`,
    action: "Train again with a lower learning rate.",
    details: { step, adapterPath },
  });

/** @param reason  completes "… cannot be continued: " */
export const notResumable = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "training_not_resumable",
    message: `The run in ${path} cannot be continued: ${reason}.`,
    action: "Start a new run.",
    details: { path, reason },
  });

/** How many lines a message lists; the details hold all of them. */
const LINES_SAID = 5;

export const datasetMalformed = (
  path: string,
  problems: { line: number; problem: string }[],
  usable: number,
): FourfoldError => {
  const listed = problems.slice(0, LINES_SAID).map(({ line, problem }) => `line ${line}: ${problem}`);
  const more = problems.length > LINES_SAID ? `; and ${problems.length - LINES_SAID} more` : "";
  return new FourfoldError({
    code: "dataset_malformed",
    message: `${basename(path)} has ${problems.length} malformed ${problems.length === 1 ? "example" : "examples"} (${listed.join("; ")}${more}); ${usable} are usable.`,
    action: "Correct them, or agree to train on the others only.",
    details: { path, problems, usable },
  });
};

/** @param reason  completes "… cannot be trained on: " */
export const datasetUnusable = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "dataset_unusable",
    message: `${basename(path)} cannot be trained on: ${reason}.`,
    action: "Give 100 to 1,000 different, consistent pairs of prompt and answer as JSONL or CSV.",
    details: { path, reason },
  });

export const peftUnsupported = (path: string, problems: string[]): FourfoldError =>
  new FourfoldError({
    code: "peft_unsupported",
    message: `${basename(path)} cannot become a GGUF adapter without losing something: ${problems.join("; ")}.`,
    action: "Merge it into its base with PEFT and convert the whole model, or train a plain LoRA.",
    details: { path, problems },
  });

export const stopped = (): FourfoldError =>
  new FourfoldError({
    code: "stopped",
    message: "Training was stopped; its last checkpoint is kept.",
    action: "Resume it, or delete the run.",
    details: {},
  });

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString("en")} MB`;
