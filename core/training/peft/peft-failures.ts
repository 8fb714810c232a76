import { basename } from "node:path";
import { FourfoldError } from "../../contract/failures.ts";

/** @param reason  completes "… is damaged: " */
export const safetensorsDamaged = (path: string, reason: string): FourfoldError =>
  new FourfoldError({
    code: "safetensors_damaged",
    message: `${basename(path)} is damaged: ${reason}.`,
    action: "Copy or download the adapter again.",
    details: { path, reason },
  });

export const conversionStopped = (): FourfoldError =>
  new FourfoldError({
    code: "stopped",
    message: "Stopped before it was done.",
    action: "Start it again when you like.",
    details: {},
  });

/** Run a step that ends with the signal's own error when it is stopped. */
export async function orStopped<Result>(signal: AbortSignal | undefined, step: Promise<Result>): Promise<Result> {
  try {
    return await step;
  } catch (error) {
    throw signal?.aborted ? conversionStopped() : error;
  }
}
