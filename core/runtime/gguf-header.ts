import { GgmlType, type GgufFileInfo, type GgufTensorInfo, readGgufFileInfo } from "node-llama-cpp";
import { checkGgufStart } from "./gguf-file.ts";
import { ggufDamaged, ggufTruncated, reasonOf } from "./model-failures.ts";
import { findParts } from "./split-parts.ts";
import { tensorEnd } from "./tensor-sizes.ts";
import { walkHeader } from "./walk-header.ts";

/** What stands in front of the weights of a model or adapter, over all its files. */
export interface GgufHeader {
  /** Every file, in order; the first one is what llama.cpp opens. */
  files: string[];
  sizeBytes: number;
  isAdapter: boolean;
  architecture: string;
  info: GgufFileInfo;
  tensors: GgufTensorInfo[];
}

/** A vocabulary of 250,000 words takes about a second to read on a busy machine. */
const READ_LIMIT_MS = 10_000;
/** Headers of a base and a few adapters; one of a large vocabulary holds tens of megabytes. */
const KEPT_HEADERS = 6;
const kept = new Map<string, { stamp: string; header: GgufHeader }>();

/**
 * Read and check the headers of a GGUF model or adapter without touching its weights: that every part is there, that
 * it can be parsed in bounded time, and that every tensor lies inside its file.
 *
 * @throws file_missing, file_unreadable, not_a_gguf, gguf_truncated, gguf_damaged, gguf_part_missing
 */
export async function readHeader(path: string, signal?: AbortSignal): Promise<GgufHeader> {
  const files = findParts(path);
  const states = await Promise.all(files.map(checkGgufStart));
  const stamp = states.map(({ sizeBytes, modifiedMs }) => `${sizeBytes}@${modifiedMs}`).join();
  const known = kept.get(files[0]!);
  if (known?.stamp === stamp) return known.header;

  const parts: GgufFileInfo[] = [];
  for (const [index, file] of files.entries()) {
    walkHeader(file, states[index]!.sizeBytes);
    const part = await parse(file, signal);
    checkExtents(file, part, states[index]!.sizeBytes);
    parts.push(part);
  }
  // Of a split model the library joins the parts, in the form its memory estimates want.
  const info = files.length === 1 ? parts[0]! : await parse(files[0]!, signal, true);
  const tensors = parts.flatMap((part) => part.tensorInfo ?? []);
  const architecture = info.metadata.general?.architecture;
  if (typeof architecture !== "string") throw ggufDamaged(path, "it does not say which architecture it has");
  refuseRenamedPart(path, info, files.length);
  const header: GgufHeader = {
    files,
    sizeBytes: states.reduce((sum, state) => sum + state.sizeBytes, 0),
    isAdapter: isAdapter(info, tensors),
    architecture,
    info,
    tensors,
  };
  kept.delete(files[0]!);
  kept.set(files[0]!, { stamp, header });
  if (kept.size > KEPT_HEADERS) kept.delete(kept.keys().next().value!);
  return header;
}

async function parse(path: string, signal: AbortSignal | undefined, spliceSplitFiles = false): Promise<GgufFileInfo> {
  const limit = AbortSignal.timeout(READ_LIMIT_MS);
  try {
    return await readGgufFileInfo(path, {
      sourceType: "filesystem",
      spliceSplitFiles,
      logWarnings: false,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (limit.aborted) throw ggufDamaged(path, `its header could not be read within ${READ_LIMIT_MS / 1000} s`);
    // The parser was led outside the file by a length that is wrong, or by a file that ends too soon.
    if (error instanceof RangeError || error instanceof TypeError) {
      throw ggufDamaged(path, "its header is cut off or contradicts itself");
    }
    throw ggufDamaged(path, reasonOf(error));
  }
}

function checkExtents(path: string, info: GgufFileInfo, sizeBytes: number): void {
  let end = 0;
  for (const tensor of info.tensorInfo ?? []) {
    if (GgmlType[tensor.ggmlType] === undefined) {
      throw ggufDamaged(path, `${tensor.name} has weights of the unknown type ${tensor.ggmlType}`);
    }
    end = Math.max(end, tensorEnd(tensor) ?? 0);
  }
  if (!Number.isSafeInteger(end)) throw ggufDamaged(path, "the sizes of its tensors are impossible");
  if (end > sizeBytes) throw ggufTruncated(path, end, sizeBytes);
}

/** Parts find each other by name, so a part under another name would be taken for a whole model. */
function refuseRenamedPart(path: string, info: GgufFileInfo, files: number): void {
  const { split } = info.metadata as { split?: { count?: number | bigint } };
  const count = Number(split?.count ?? 1);
  if (count > 1 && files === 1) {
    throw ggufDamaged(path, `it is one of ${count} parts, but its name does not end in -00001-of-0000${count}.gguf`);
  }
}

function isAdapter(info: GgufFileInfo, tensors: GgufTensorInfo[]): boolean {
  const { type } = info.metadata.general as { type?: unknown };
  return type === "adapter" || tensors.some(({ name }) => name.endsWith(".lora_a") || name.endsWith(".lora_b"));
}
