import { GgmlType, GgufFileType, GgufInsights } from "node-llama-cpp";
import { basename } from "node:path";
import type { InspectedFile } from "../contract/models.ts";
import { checkTemplate } from "./chat-template.ts";
import { compareWithBase, pairsOf } from "./compatibility.ts";
import { type GgufHeader, readHeader } from "./gguf-header.ts";
import { openLlama } from "./llama-library.ts";
import { adapterIsModel, architectureUnsupported, modelIsAdapter } from "./model-failures.ts";
import { weightCount } from "./tensor-sizes.ts";

const LONGEST_VALUE = 200;

/**
 * What a GGUF file says of itself; weights are never read.
 *
 * @param base  compare an adapter with this base as well
 * @throws architecture_unsupported, and everything `readHeader` finds
 */
export async function inspectFile(path: string, base: string | undefined, signal: AbortSignal): Promise<InspectedFile> {
  const header = await readHeader(path, signal);
  await refuseUnsupported(path, header);
  const { info, tensors, isAdapter } = header;
  const { general } = info.metadata;
  const numbers = isAdapter ? {} : info.architectureMetadata;
  return {
    path,
    kind: isAdapter ? "adapter" : "base",
    name: typeof general.name === "string" && general.name !== "" ? general.name : basename(path, ".gguf"),
    architecture: header.architecture,
    quantization: quantizationOf(header),
    parameterCount: tensors.reduce((sum, tensor) => sum + weightCount(tensor), 0),
    sizeBytes: header.sizeBytes,
    tensorCount: tensors.length,
    files: header.files,
    trainedContextSize: wholeNumber(numbers.context_length),
    layers: wholeNumber(numbers.block_count),
    embeddingLength: wholeNumber(numbers.embedding_length),
    vocabularySize: isAdapter
      ? null
      : wholeNumber(tensors.find(({ name }) => name === "token_embd.weight")?.dimensions[1]),
    adapter: isAdapter ? describeAdapter(header) : null,
    chatTemplate: isAdapter ? null : judgeTemplate(header),
    metadata: Object.fromEntries(flatten(info.metadata, "")),
    differences: isAdapter && base !== undefined ? await compatibility(base, path, signal) : null,
  };
}

/** @throws model_is_adapter, adapter_is_model, and everything `readHeader` finds in either file */
export async function compatibility(basePath: string, adapterPath: string, signal: AbortSignal) {
  const base = await readHeader(basePath, signal);
  if (base.isAdapter) throw modelIsAdapter(basePath);
  const adapter = await readHeader(adapterPath, signal);
  if (!adapter.isAdapter) throw adapterIsModel(adapterPath);
  return compareWithBase(adapter, base);
}

/** Architectures come faster than releases of llama.cpp; its own list decides, and the name is said. */
export async function refuseUnsupported(path: string, { architecture, info }: GgufHeader): Promise<void> {
  const insights = await GgufInsights.from(info, await openLlama());
  if (!insights.isSupportedByLlamaCpp || architecture === "clip") throw architectureUnsupported(path, architecture);
}

function describeAdapter(header: GgufHeader): InspectedFile["adapter"] {
  const { pairs } = pairsOf(header);
  const { lora } = (header.info.metadata as { adapter?: { lora?: { alpha?: unknown } } }).adapter ?? {};
  const targets = pairs.map(({ weight }) => weight.replace(/^blk\.\d+\./, "").replace(/\.weight$/, ""));
  return {
    rank: Number(pairs.find(({ b }) => b !== undefined)?.b?.dimensions[0] ?? 0),
    alpha: Number(lora?.alpha ?? 0),
    targets: [...new Set(targets)],
    tensorPairs: pairs.length,
  };
}

function quantizationOf({ info, tensors }: GgufHeader): string {
  const fileType = info.metadata.general.file_type as GgufFileType | undefined;
  const named = fileType === undefined ? undefined : GgufFileType[fileType];
  if (named !== undefined) return named.replace(/^(MOSTLY|ALL)_/, "");
  const weightsByType = new Map<GgmlType, number>();
  for (const tensor of tensors) {
    weightsByType.set(tensor.ggmlType, (weightsByType.get(tensor.ggmlType) ?? 0) + weightCount(tensor));
  }
  const [most] = [...weightsByType].sort((a, b) => b[1] - a[1]);
  return most === undefined ? "unknown" : (GgmlType[most[0]] ?? "unknown");
}

function judgeTemplate({ info }: GgufHeader): "present" | "missing" | "broken" {
  const template = info.metadata.tokenizer?.chat_template;
  if (typeof template !== "string" || template.trim() === "") return "missing";
  try {
    checkTemplate(template);
    return "present";
  } catch {
    return "broken";
  }
}

function flatten(value: unknown, key: string): [string, string][] {
  if (Array.isArray(value)) return [[key, value.length <= 8 ? shorten(value.join(", ")) : `${value.length} entries`]];
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => flatten(inner, key === "" ? name : `${key}.${name}`));
  }
  return [[key, shorten(String(value))]];
}

const shorten = (text: string): string => (text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`);

const wholeNumber = (value: unknown): number | null =>
  typeof value === "number" || typeof value === "bigint" ? Math.trunc(Number(value)) : null;
