import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { LossPoint } from "../../contract/training.ts";
import { writeAtomically } from "../gguf/write-gguf.ts";
import type { LoraParameters } from "../model/lora-parameters.ts";
import { notResumable } from "../training-failures.ts";

/** Where a run stands between two steps. */
export interface RunProgress {
  /** What the run was started with; another one is another run. */
  fingerprint: string;
  step: number;
  points: LossPoint[];
  lossScale: number;
  validationBefore: number | null;
  testBefore: number | null;
  best: { step: number; validationLoss: number | null } | null;
  evaluationsWithoutGain: number;
  trainedTokens: number;
  /** Time spent, pauses excluded. */
  ms: number;
}

/** Gradients are multiplied by it, so that small ones survive 8-bit products; it is halved when one overflows. */
export const FIRST_LOSS_SCALE = 1024;

export const emptyProgress = (fingerprint: string): RunProgress => ({
  fingerprint,
  step: 0,
  points: [],
  lossScale: FIRST_LOSS_SCALE,
  validationBefore: null,
  testBefore: null,
  best: null,
  evaluationsWithoutGain: 0,
  trainedTokens: 0,
  ms: 0,
});

/** Weights as they were at the best evaluation, in the order of the parameters. */
export type Weights = Float32Array<ArrayBuffer>[];

/*
 * The file: "FFCK", format number, length of the JSON that follows (uint32, little-endian), the JSON of `RunProgress`,
 * then float32 arrays, per parameter its values and two moments, then per parameter its best values when there are
 * any; last the SHA-256 of everything before it.
 */
const MAGIC = "FFCK";
const FORMAT = 1;
const HASH_BYTES = 32;

/** Write all of it or nothing; the one before stays until then. */
export async function writeCheckpoint(
  path: string,
  progress: RunProgress,
  lora: LoraParameters,
  best: Weights | null,
): Promise<void> {
  const json = Buffer.from(JSON.stringify({ ...progress, hasBest: best !== null }));
  const head = Buffer.alloc(12);
  head.write(MAGIC, "latin1");
  head.writeUInt32LE(FORMAT, 4);
  head.writeUInt32LE(json.length, 8);
  const state = lora.parameters.flatMap(({ values, moments }) =>
    [values, ...moments].map((tensor) => lora.read(tensor)),
  );
  const parts: NodeJS.ArrayBufferView[] = [head, json, ...state, ...(best ?? [])];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  await writeAtomically(path, [...parts, hash.digest()]);
}

/**
 * Put the parameters back to where a checkpoint left them.
 *
 * @returns null when there is no checkpoint yet
 * @throws training_not_resumable  it is damaged, or of another run
 */
export async function readCheckpoint(
  path: string,
  fingerprint: string,
  lora: LoraParameters,
): Promise<{ progress: RunProgress; best: Weights | null } | null> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw notResumable(path, error.message);
  });
  if (file === null) return null;
  const body = file.subarray(0, -HASH_BYTES);
  const isWhole = createHash("sha256").update(body).digest().equals(file.subarray(-HASH_BYTES));
  if (!isWhole || body.toString("latin1", 0, 4) !== MAGIC || body.readUInt32LE(4) !== FORMAT) {
    throw notResumable(path, "its checkpoint is damaged");
  }
  const jsonEnd = 12 + body.readUInt32LE(8);
  const { hasBest, ...progress } = JSON.parse(body.toString("utf8", 12, jsonEnd)) as RunProgress & { hasBest: boolean };
  if (progress.fingerprint !== fingerprint) {
    throw notResumable(path, "its base, dataset, settings or trainer changed since it was started");
  }
  let at = jsonEnd;
  const next = (length: number): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(length);
    body.copy(new Uint8Array(values.buffer), 0, at, at + 4 * length);
    at += 4 * length;
    return values;
  };
  for (const { shape, values, moments } of lora.parameters) {
    for (const tensor of [values, ...moments]) lora.write(tensor, next(shape[0] * shape[1]));
  }
  return { progress, best: hasBest ? lora.parameters.map(({ shape }) => next(shape[0] * shape[1])) : null };
}

export const readWeights = (lora: LoraParameters): Weights => lora.parameters.map(({ values }) => lora.read(values));

export function writeWeights(lora: LoraParameters, weights: Weights): void {
  for (const [index, { values }] of lora.parameters.entries()) lora.write(values, weights[index]!);
}
