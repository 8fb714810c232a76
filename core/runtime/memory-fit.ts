import { GgufInsights, type Llama } from "node-llama-cpp";
import { ARMS } from "../contract/models.ts";
import { FourfoldError } from "../contract/failures.ts";
import type { GgufHeader } from "./gguf-header.ts";

/** Room for passages and an answer on a laptop; longer contexts cost memory four times over. */
const DEFAULT_CONTEXT = 8192;
/** Under this no passages fit, so loading would only disappoint later. */
const SMALLEST_CONTEXT = 512;
/** Above this many weights a machine prefills too slowly for large chunks, so their buffers need not be reserved. */
const LARGE_MODEL = 1_000_000_000;

export interface MemoryFit {
  /** Tokens. */
  contextSize: number;
  weightsBytes: number;
  /** Of the contexts of all four arms. */
  contextsBytes: number;
}

/**
 * How large a context every arm can have; estimates, made without loading anything.
 *
 * By default the smallest of what the model was trained for, 8,192 tokens and what fits. A size that was asked for
 * is taken or refused, only cut to what the model was trained for.
 *
 * @throws memory_insufficient  with the figures, when weights and the contexts of all arms do not fit
 */
export async function fitInMemory(
  llama: Llama,
  header: GgufHeader,
  wanted: number | undefined,
  prefillChunk: number | null,
): Promise<MemoryFit> {
  const insights = await GgufInsights.from(header.info, llama);
  const trained = insights.trainContextSize ?? DEFAULT_CONTEXT;
  const chunk = prefillChunk ?? (insights.totalParameters > LARGE_MODEL ? 64 : 512);
  const estimate = (contextSize: number): Promise<MemoryFit> => estimateMemory(llama, header, contextSize, chunk);
  const available = await availableBytes(llama);
  const fits = ({ weightsBytes, contextsBytes }: MemoryFit) => weightsBytes + contextsBytes <= available;

  let fit = await estimate(Math.min(wanted ?? DEFAULT_CONTEXT, trained));
  if (wanted === undefined) {
    while (!fits(fit) && fit.contextSize > SMALLEST_CONTEXT) {
      fit = await estimate(Math.max(SMALLEST_CONTEXT, Math.floor(fit.contextSize / 2)));
    }
  }
  if (fits(fit)) return fit;
  throw insufficient(fit, available, wanted !== undefined && wanted > SMALLEST_CONTEXT);
}

/** Weights and the contexts of all four arms, estimated from the header alone. */
export async function estimateMemory(
  llama: Llama,
  header: GgufHeader,
  contextSize: number,
  prefillChunk: number,
): Promise<MemoryFit> {
  const insights = await GgufInsights.from(header.info, llama);
  const context = await insights.estimateContextResourceRequirementsV2({
    contextSize,
    modelGpuLayers: llama.gpu === false ? 0 : insights.totalLayers,
    batchSize: prefillChunk,
    sequences: 1,
  });
  const contextsBytes = ARMS.length * (context.cpuRam + context.gpuVram);
  // The file's own size, not the library's estimate: mapped weights are all read sooner or later.
  return { contextSize, weightsBytes: header.sizeBytes, contextsBytes };
}

/**
 * Bytes this process may still take, a container's limit included; with a GPU its free memory comes on top.
 * `FOURFOLD_AVAILABLE_BYTES` lowers it, for machines that are shared and for tests.
 */
async function availableBytes(llama: Llama): Promise<number> {
  const limit = Number(process.env["FOURFOLD_AVAILABLE_BYTES"] ?? Infinity);
  const vram = llama.gpu === false ? 0 : (await llama.getVramState()).free;
  return Math.min(process.availableMemory() + vram, limit);
}

function insufficient(fit: MemoryFit, availableBytes: number, canShrink: boolean): FourfoldError {
  const { contextSize, weightsBytes, contextsBytes } = fit;
  const neededBytes = weightsBytes + contextsBytes;
  return new FourfoldError({
    code: "memory_insufficient",
    message: `This model needs ${inMegabytes(neededBytes)} (weights ${inMegabytes(weightsBytes)}, four contexts of ${contextSize} tokens ${inMegabytes(contextsBytes)}); ${inMegabytes(availableBytes)} are free.`,
    action: canShrink
      ? "Load it with a smaller context, or close other programs."
      : "Close other programs, or choose a smaller model or a stronger quantization.",
    details: { neededBytes, weightsBytes, contextsBytes, availableBytes, contextSize },
  });
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString("en")} MB`;
