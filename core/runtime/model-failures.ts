import { basename } from "node:path";
import { FourfoldError } from "../contract/failures.ts";

/** One way in which an adapter does not fit a base. */
export interface Difference {
  what: string;
  adapter: string;
  base: string;
}

/** What the operating system said about a path, as a failure a user can act on. */
export function fileFailure(path: string, error: unknown): FourfoldError {
  if (error instanceof FourfoldError) return error;
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  // The path of the error is the part of a split model that is meant.
  const where = (error as NodeJS.ErrnoException).path ?? path;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new FourfoldError({
      code: "file_missing",
      message: `There is no file ${where}.`,
      action: "Check the path, or choose the file again.",
      details: { path: where },
    });
  }
  const reason =
    code === "EACCES" || code === "EPERM"
      ? "this user may not read it"
      : code === "EISDIR"
        ? "it is a folder"
        : `${code} ${message}`.trim();
  return fileUnreadable(where, reason);
}

export const fileUnreadable = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "file_unreadable",
    message: `${path} cannot be read: ${reason}.`,
    action: "Choose one GGUF file that you may read.",
    details: { path, reason },
  });

export const notAGguf = (path: string, found: string): FourfoldError =>
  new FourfoldError({
    code: "not_a_gguf",
    message: `${basename(path)} is not a GGUF file; it looks like ${found}.`,
    action: "Choose a model or adapter in the GGUF format.",
    details: { path, found },
  });

export const ggufTruncated = (path: string, expectedBytes: number, actualBytes: number): FourfoldError =>
  new FourfoldError({
    code: "gguf_truncated",
    message: `${basename(path)} is cut off: it needs at least ${expectedBytes} bytes and has ${actualBytes}.`,
    action: "Copy or download the file again.",
    details: { path, expectedBytes, actualBytes },
  });

export const ggufDamaged = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "gguf_damaged",
    message: `${basename(path)} is damaged: ${reason}.`,
    action: "Copy or download the file again.",
    details: { path, reason },
  });

export const partsMissing = (path: string, missing: string[]): FourfoldError =>
  new FourfoldError({
    code: "gguf_part_missing",
    message: `${basename(path)} belongs to a split model of which ${missing.map((part) => basename(part)).join(", ")} ${missing.length === 1 ? "is" : "are"} missing.`,
    action: "Put all parts into one folder under their original names.",
    details: { path, missing },
  });

export const architectureUnsupported = (path: string, architecture: string): FourfoldError =>
  new FourfoldError({
    code: "architecture_unsupported",
    message: `${basename(path)} has the architecture ${architecture}, which the built-in llama.cpp cannot run as a language model.`,
    action: "Choose a model of a supported architecture, such as llama, qwen3 or gemma3.",
    details: { path, architecture },
  });

export const modelIsAdapter = (path: string): FourfoldError =>
  new FourfoldError({
    code: "model_is_adapter",
    message: `${basename(path)} is a LoRA adapter, not a base model.`,
    action: "Choose it as an adapter, and a base model beside it.",
    details: { path },
  });

export const adapterIsModel = (path: string): FourfoldError =>
  new FourfoldError({
    code: "adapter_is_model",
    message: `${basename(path)} is a base model, not a LoRA adapter.`,
    action: "Choose it as the base model, and a LoRA adapter beside it.",
    details: { path },
  });

export const adapterMismatch = (adapter: string, base: string, differences: Difference[]): FourfoldError =>
  new FourfoldError({
    code: "adapter_mismatch",
    message: `${basename(adapter)} was made for another base than ${basename(base)}: ${differences
      .slice(0, 3)
      .map(({ what, adapter: its, base: ours }) => `${what} is ${its} in the adapter and ${ours} in the base`)
      .join("; ")}.`,
    action: "Load the base this adapter was trained on, or choose another adapter.",
    details: { adapter, base, differences },
  });

export const modelLoadFailed = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "model_load_failed",
    message: `${basename(path)} could not be loaded: ${reason}.`,
    action: "Try another copy of the model; if several fail, run the doctor.",
    details: { path, reason },
  });

export const adapterLoadFailed = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "adapter_load_failed",
    message: `The adapter ${basename(path)} could not be applied: ${reason}.`,
    action: "Choose an adapter made for the loaded base.",
    details: { path, reason },
  });

export const modelNotLoaded = (): FourfoldError =>
  new FourfoldError({
    code: "model_not_loaded",
    message: "No model is loaded.",
    action: "Load a model, then ask again.",
    details: {},
  });

export const generationFailed = (reason: string): FourfoldError =>
  new FourfoldError({
    code: "generation_failed",
    message: `No answer could be generated: ${reason}.`,
    action: "Ask again; if it happens every time, load the model again.",
    details: { reason },
  });

export const contextOverflow = (promptTokens: number, contextSize: number, maxTokens: number): FourfoldError =>
  new FourfoldError({
    code: "context_overflow",
    message: `This prompt has ${promptTokens} tokens; the model was loaded with a context of ${contextSize}, which must hold the answer as well.`,
    action: "Shorten the question, use fewer passages, or load the model with a larger context.",
    details: { promptTokens, contextSize, maxTokens },
  });

/** What an error of the library says, in one line. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();
