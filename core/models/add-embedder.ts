import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { EmbedderProgress } from "../contract/embedders.ts";
import type { InspectedFile } from "../contract/models.ts";
import { hashFile } from "../runtime/hash-file.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type EmbedderIdentity, relocateEmbedder } from "../store/collections.ts";
import type { WritableDb } from "../store/db.ts";
import { findEmbedder, saveEmbedder, type StoredEmbedder } from "../store/embedders.ts";
import type { Vectors } from "../vectors/vectors.ts";
import { embedderUnsupported } from "./embedder-failures.ts";
import { knownPrefixes } from "./known-prefixes.ts";
import { readOnnxFolder } from "./onnx-folder.ts";

/** Memory of a context grows with it, and no chunk is longer. */
const MOST_TOKENS = 2048;
/** Chunks of new collections, where the embedder reads as much. */
const CHUNK_SIZE = 256;
/** As llama.h numbers them; what is not among them gives no vector of a text. */
const poolingNames: Record<string, EmbedderIdentity["pooling"]> = { 1: "mean", 2: "cls", 3: "last" };
/** Two poolings of it differ, unless the model takes no notice of the setting. */
const SAMPLE = "The pump in the cellar is checked every autumn before the first frost.";

export interface EmbedderWishes {
  name?: string | undefined;
  queryPrefix?: string | undefined;
  passagePrefix?: string | undefined;
  pooling?: EmbedderIdentity["pooling"] | undefined;
  chunkSize?: number | undefined;
}

export interface AddEmbedderParts {
  db: WritableDb;
  runtime: Runtime;
  vectors: Vectors;
  /** The bundled embedder: a GGUF file has no tokenizer the reader could count with, so it counts with this one's. */
  embedder: EmbedderIdentity;
}

type Described = Omit<EmbedderIdentity, "id" | "dimensions">;

/**
 * Make a user's own embedder known: looked at, hashed, tried out on a sentence, and left where it lies.
 *
 * @throws embedder_unsupported, embedder_failed, and what inspecting a GGUF file finds; nothing is stored then
 */
export async function addEmbedder(
  parts: AddEmbedderParts,
  givenPath: string,
  wishes: EmbedderWishes,
  options: { signal?: AbortSignal | undefined; onProgress?: (progress: EmbedderProgress) => void } = {},
): Promise<StoredEmbedder> {
  const path = resolve(givenPath);
  options.onProgress?.({ stage: "checking", fraction: 0 });
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  const { described, files, hasOwnPooling } = isFolder
    ? await describeFolder(path, wishes)
    : describeFile(await parts.runtime.inspect(path, { signal: options.signal }), wishes, parts.embedder);

  const hashed: StoredEmbedder["files"] = [];
  for (const [index, file] of files.entries()) {
    const { sha256, sizeBytes } = await hashFile(file, {
      signal: options.signal,
      onProgress: (fraction) => options.onProgress?.({ stage: "hashing", fraction: (index + fraction) / files.length }),
    });
    hashed.push({ path: file, sha256, sizeBytes, modifiedMs: (await stat(file)).mtimeMs });
  }
  options.onProgress?.({ stage: "trying", fraction: 0 });
  const tried = await tryOut(parts.vectors, described, hasOwnPooling, options.signal);
  const identity: EmbedderIdentity = { ...described, id: idOf(described, hashed), dimensions: tried };
  // The bundled one, added once more from wherever, keeps its place.
  const known = findEmbedder(parts.db, identity.id);
  if (known?.bundled === true) return known;
  relocateEmbedder(parts.db, identity);
  return saveEmbedder(parts.db, { identity, files: hashed, bundled: false });
}

async function describeFolder(folder: string, wishes: EmbedderWishes) {
  const { files, ...found } = await readOnnxFolder(folder);
  const described: Described = {
    runtime: "onnx",
    folder,
    ...found,
    ...chunksOf(wishes, found.maxTokens),
    ...wanted(wishes),
    normalize: true,
    languages: [],
  };
  return { described, files: files.map((file) => join(folder, file)), hasOwnPooling: true };
}

function describeFile(inspected: InspectedFile, wishes: EmbedderWishes, counting: EmbedderIdentity) {
  const { path, kind, name, architecture, trainedContextSize, metadata, files } = inspected;
  if (kind === "adapter") throw embedderUnsupported(path, "it is a LoRA adapter");
  const own = metadata[`${architecture}.pooling_type`];
  if (own === "4") throw embedderUnsupported(path, "it is a reranker, which gives scores and no vectors");
  const pooling = wishes.pooling ?? poolingNames[own ?? ""] ?? "mean";
  const maxTokens = Math.min(trainedContextSize ?? 512, MOST_TOKENS);
  const described: Described = {
    name: wishes.name ?? name,
    runtime: "gguf",
    folder: dirname(path),
    file: path,
    architecture,
    dtype: "fp32",
    ...knownPrefixes(`${name} ${basename(path)}`),
    ...wanted(wishes),
    pooling,
    normalize: true,
    maxTokens,
    languages: [],
    tokensOf: counting.id,
    ...chunksOf(wishes, maxTokens),
  };
  return { described, files, hasOwnPooling: poolingNames[own ?? ""] === pooling };
}

const wanted = ({ name, queryPrefix, passagePrefix, pooling }: EmbedderWishes) => ({
  ...(name !== undefined && { name }),
  ...(queryPrefix !== undefined && { queryPrefix }),
  ...(passagePrefix !== undefined && { passagePrefix }),
  ...(pooling !== undefined && { pooling }),
});

function chunksOf(wishes: EmbedderWishes, maxTokens: number): { chunkSize: number; chunkOverlap: number } {
  const chunkSize = Math.min(wishes.chunkSize ?? CHUNK_SIZE, maxTokens);
  return { chunkSize, chunkOverlap: Math.floor(chunkSize / 8) };
}

/** The length of its vectors, once it has made one. A pooling that its file does not name must make a difference. */
async function tryOut(
  vectors: Vectors,
  described: Described,
  hasOwnPooling: boolean,
  signal: AbortSignal | undefined,
): Promise<number> {
  const identity: EmbedderIdentity = { ...described, id: "trial", dimensions: 0 };
  const vector = await vectors.tryEmbedder(identity, SAMPLE, signal);
  const path = described.file ?? described.folder;
  if (vector.length === 0 || !vector.every(Number.isFinite) || vector.every((value) => value === 0))
    throw embedderUnsupported(path, "it gives no vector that could be compared");
  if (hasOwnPooling) return vector.length;
  const pooling = described.pooling === "last" ? "mean" : "last";
  const other = await vectors.tryEmbedder({ ...identity, pooling }, SAMPLE, signal);
  if (vector.every((value, i) => value === other[i]))
    throw embedderUnsupported(path, `llama.cpp does not pool models of architecture ${described.architecture}`);
  return vector.length;
}

/** The same files used in the same way are the same embedder, wherever they lie. */
function idOf({ pooling, queryPrefix, passagePrefix, normalize }: Described, files: StoredEmbedder["files"]): string {
  const use = JSON.stringify({ pooling, queryPrefix, passagePrefix, normalize });
  const hash = createHash("sha256").update(use);
  for (const { sha256 } of files) hash.update(sha256);
  return hash.digest("hex").slice(0, 16);
}
