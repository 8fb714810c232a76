import { resolve } from "node:path";
import { FourfoldError } from "../contract/failures.ts";
import type { InspectedFile, LoadProgress } from "../contract/models.ts";
import { hashFiles } from "../runtime/hash-file.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { WritableDb } from "../store/db.ts";
import { findModel, saveModel, type StoredModel } from "../store/models.ts";
import { modelIdOf, modifiedMsOf } from "./model-info.ts";

/** Encoders write no text, whatever else their files say; decoders made into embedders say how they pool. */
const isEmbedder = ({ architecture, metadata }: InspectedFile): boolean =>
  /(^|-)bert|^(t5encoder|gemma-embedding)/.test(architecture) || metadata[`${architecture}.pooling_type`] !== undefined;

/**
 * Make a user's GGUF file known: inspected, hashed, and left where it lies.
 *
 * @throws not_a_gguf, gguf_truncated, architecture_unsupported …  what inspection finds; nothing is stored then
 */
export async function addModel(
  db: WritableDb,
  runtime: Runtime,
  givenPath: string,
  options: { signal?: AbortSignal | undefined; onProgress?: (progress: LoadProgress) => void } = {},
): Promise<StoredModel> {
  const path = resolve(givenPath);
  options.onProgress?.({ stage: "checking", fraction: 0 });
  const inspected = await runtime.inspect(path, { signal: options.signal });
  if (isEmbedder(inspected)) throw modelIsEmbedder(path);
  const { sha256, sizeBytes } = await hashFiles(inspected.files, {
    signal: options.signal,
    onProgress: (fraction) => options.onProgress?.({ stage: "hashing", fraction }),
  });
  const id = modelIdOf(sha256);
  const known = findModel(db, id);
  // A bundled model dropped in again keeps what the manifest says of it.
  if (known !== null && modifiedMsOf(known.files) === known.modifiedMs) return known;
  return saveModel(db, {
    id,
    kind: inspected.kind,
    name: inspected.name,
    path,
    files: inspected.files,
    sha256,
    sizeBytes,
    modifiedMs: modifiedMsOf(inspected.files) ?? 0,
    bundled: known?.bundled ?? false,
    summary: known?.summary ?? "",
    inspected,
    bundledSettings: known?.bundledSettings ?? {},
  });
}

function modelIsEmbedder(path: string): FourfoldError {
  return new FourfoldError({
    code: "model_is_embedder",
    message: `${path} is an embedding model: it turns texts into vectors and writes none.`,
    action: "Add it as an embedder.",
    details: { path },
  });
}
