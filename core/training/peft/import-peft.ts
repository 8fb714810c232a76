import { type GgufHeader, readHeader } from "../../runtime/gguf-header.ts";
import { adapterMismatch, modelIsAdapter } from "../../runtime/model-failures.ts";
import { type GgufTensor, type GgufValue, writeGguf } from "../gguf/write-gguf.ts";
import { peftUnsupported } from "../training-failures.ts";
import { findAdapterFiles } from "./adapter-files.ts";
import { bFactor, convertPair } from "./convert-pair.ts";
import { type PeftConfig, readPeftConfig } from "./peft-config.ts";
import { conversionStopped, orStopped } from "./peft-failures.ts";
import { readSafetensors } from "./safetensors.ts";
import { checkAgainstBase, type TargetPair, targetPairs } from "./target-pairs.ts";
import { importableArchitectures, layoutOf } from "./weight-names.ts";

export interface PeftImport {
  /** The adapter's folder, its adapter_model.safetensors or its adapter_config.json. */
  path: string;
  /** The GGUF base it is for: decides names, row order and shapes. */
  basePath: string;
  outPath: string;
  signal?: AbortSignal | undefined;
}

export interface ImportedPeft {
  path: string;
  architecture: string;
  /** Adapted weights; each became a lora_a and a lora_b. */
  pairs: number;
  /** The most frequent rank. */
  rank: number;
  /** As stated in the file: llama.cpp scales by alpha / rank. */
  alpha: number;
  targets: string[];
  trainedOn: string | null;
  /** In sentences, what a reader of the file should know. */
  notes: string[];
}

/**
 * Convert a PEFT LoRA adapter to a GGUF adapter for one base: the tensors llama.cpp's convert_lora_to_gguf.py writes,
 * and the scale PEFT applies, also where that script would lose it (rsLoRA, alphas of single modules).
 *
 * Everything is refused that a GGUF adapter cannot hold; no tensor is left out.
 *
 * @throws peft_unsupported  with every problem found, in words
 * @throws adapter_mismatch  its matrices do not have the shapes of this base
 * @throws safetensors_damaged, model_is_adapter, disk_full, stopped, and everything `readHeader` finds in the base
 */
export async function importPeft({ path, basePath, outPath, signal }: PeftImport): Promise<ImportedPeft> {
  const { configPath, weightsPath } = await findAdapterFiles(path);
  const config = await readPeftConfig(configPath);
  const base = await orStopped(signal, readHeader(basePath, signal));
  if (base.isAdapter) throw modelIsAdapter(basePath);
  refuseArchitecture(path, base, config);
  const { tensors } = await readSafetensors(weightsPath);
  const { pairs, problems } = targetPairs(tensors, base.architecture, config);
  if (problems.length > 0) throw peftUnsupported(path, shortened(problems));
  const differences = checkAgainstBase(pairs, base);
  if (differences.length > 0) throw adapterMismatch(path, basePath, differences.slice(0, MOST_SAID));

  const fileAlpha = commonAlpha(pairs);
  const converted = await convertAll(path, weightsPath, pairs, base, fileAlpha, signal);
  const rank = mostFrequent(pairs.map((pair) => pair.rank));
  await writeGguf(outPath, metadataOf(base, config, fileAlpha, path), converted);
  return {
    path: outPath,
    architecture: base.architecture,
    pairs: pairs.length,
    rank,
    alpha: fileAlpha,
    targets: [...new Set(pairs.map(({ weight }) => weight.split(".")[2]!))],
    trainedOn: config.trainedOn,
    notes: notesFor(pairs, config, fileAlpha),
  };
}

/** More lines than this say nothing new. */
const MOST_SAID = 8;
const shortened = (problems: string[]): string[] =>
  problems.length <= MOST_SAID
    ? problems
    : [...problems.slice(0, MOST_SAID), `${problems.length - MOST_SAID} more of this kind`];

function refuseArchitecture(path: string, { architecture }: GgufHeader, { trainedClass }: PeftConfig): void {
  const layout = layoutOf(architecture);
  if (layout === null) {
    const known = importableArchitectures.join(", ");
    throw peftUnsupported(path, [
      `its base is of the architecture ${architecture}; adapters are converted for ${known}`,
    ]);
  }
  if (trainedClass !== null && !layout.classes.includes(trainedClass)) {
    throw peftUnsupported(path, [
      `it was trained on a ${trainedClass}, but the base is of the architecture ${architecture}`,
    ]);
  }
}

async function convertAll(
  path: string,
  weightsPath: string,
  pairs: TargetPair[],
  base: GgufHeader,
  fileAlpha: number,
  signal: AbortSignal | undefined,
): Promise<GgufTensor[]> {
  const headsOf = headCounts(path, base);
  const converted: GgufTensor[] = [];
  const problems: string[] = [];
  for (const pair of pairs) {
    if (signal?.aborted) throw conversionStopped();
    const tensors = await convertPair(weightsPath, pair, { fileAlpha, headsOf });
    if (typeof tensors === "string") problems.push(tensors);
    else converted.push(...tensors);
  }
  if (problems.length > 0) throw peftUnsupported(path, shortened(problems));
  return converted;
}

/** Heads by which q and k are reordered. */
function headCounts(path: string, base: GgufHeader): (weight: string) => number | null {
  if (!layoutOf(base.architecture)!.isPermuted) return () => null;
  const { attention } = base.info.architectureMetadata as { attention?: Record<string, unknown> };
  const counts: Record<string, unknown> = {
    attn_q: attention?.["head_count"],
    attn_k: attention?.["head_count_kv"] ?? attention?.["head_count"],
  };
  const rows = new Map(base.tensors.map(({ name, dimensions }) => [name, Number(dimensions[1])]));
  return (weight) => {
    const target = weight.split(".")[2]!;
    if (!Object.hasOwn(counts, target)) return null;
    const heads = Number(counts[target]);
    const isWhole = Number.isInteger(heads) && heads > 0 && rows.get(weight)! % (heads * 2) === 0;
    if (!isWhole) throw peftUnsupported(path, [`the base does not say one number of heads by which ${weight} divides`]);
    return heads;
  };
}

/** The alpha that gives most pairs their scale without touching B. */
const commonAlpha = (pairs: readonly TargetPair[]): number =>
  // Float32, as the file holds it: the factor of the other pairs is relative to what llama.cpp will read.
  Math.fround(mostFrequent(pairs.map(({ scale, rank }) => scale * rank)));

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0];
}

function metadataOf(base: GgufHeader, config: PeftConfig, alpha: number, path: string): Record<string, GgufValue> {
  const text = (value: string): GgufValue => ({ type: "string", value });
  return {
    "general.architecture": text(base.architecture),
    "general.type": text("adapter"),
    "general.name": text(
      path.split(/[\\/]/).findLast((part) => part !== "" && !part.startsWith("adapter_")) ?? "adapter",
    ),
    "general.file_type": { type: "uint32", value: 0 },
    "adapter.type": text("lora"),
    "adapter.lora.alpha": { type: "float32", value: alpha },
    ...(config.trainedOn === null
      ? {}
      : {
          "general.base_model.count": { type: "uint32", value: 1 },
          "general.base_model.0.name": text(config.trainedOn),
        }),
  };
}

function notesFor(pairs: readonly TargetPair[], config: PeftConfig, fileAlpha: number): string[] {
  const notes: string[] = [];
  if (config.isRankStabilised)
    notes.push(`It is rank-stabilised: alpha became ${fileAlpha}, so that alpha / rank gives its scale.`);
  const scaled = pairs.filter((pair) => bFactor(pair, fileAlpha) !== 1).length;
  if (scaled > 0)
    notes.push(`${scaled} of ${pairs.length} matrices B were multiplied, because one alpha cannot say their scale.`);
  if (config.unknownSettings.length > 0) {
    notes.push(`adapter_config.json also sets ${config.unknownSettings.join(", ")}, which this version does not know.`);
  }
  return notes;
}
