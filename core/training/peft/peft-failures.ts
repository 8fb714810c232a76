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

export const importStopped = (): FourfoldError =>
  new FourfoldError({
    code: "stopped",
    message: "The conversion was stopped; nothing was written.",
    action: "Start it again when you like.",
    details: {},
  });
