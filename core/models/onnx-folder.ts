import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { embedderUnsupported } from "./embedder-failures.ts";
import { knownPrefixes } from "./known-prefixes.ts";

/** Weights by the name of their file, the smallest first: on a processor it is the fastest as well. */
const weights = [
  { file: "onnx/model_quantized.onnx", dtype: "q8" },
  { file: "onnx/model.onnx", dtype: "fp32" },
  { file: "onnx/model_fp16.onnx", dtype: "fp16" },
] as const;
const MOST_TOKENS = 2048;

/** What a folder in the layout of transformers.js says of the embedder in it. */
export interface OnnxFolder {
  name: string;
  files: string[];
  dtype: "q8" | "fp32" | "fp16";
  pooling: "mean" | "cls" | "last";
  queryPrefix: string;
  passagePrefix: string;
  maxTokens: number;
}

/**
 * Read the description of a local ONNX embedder: config.json, tokenizer.json, tokenizer_config.json and onnx/model*.onnx,
 * with the pooling and prompts that sentence-transformers writes beside them.
 *
 * @throws embedder_unsupported  naming what is missing
 */
export async function readOnnxFolder(folder: string): Promise<OnnxFolder> {
  const config = await readJson(folder, "config.json");
  const tokenizer = await readJson(folder, "tokenizer_config.json");
  if (config === null || tokenizer === null || !(await isFile(join(folder, "tokenizer.json")))) {
    throw embedderUnsupported(folder, "it must hold config.json, tokenizer.json and tokenizer_config.json");
  }
  const present = await Promise.all(
    weights.map(async (entry) => ((await isFile(join(folder, entry.file))) ? entry : null)),
  );
  const chosen = present.find((entry) => entry !== null);
  if (chosen === undefined) {
    throw embedderUnsupported(folder, `it holds none of ${weights.map(({ file }) => file).join(", ")}`);
  }
  // Weights above two gigabytes lie in a file beside.
  const data = `${chosen.file}_data`;
  const files = ["config.json", "tokenizer.json", "tokenizer_config.json", chosen.file];
  if (await isFile(join(folder, data))) files.push(data);
  const given = String(config["_name_or_path"] ?? "");
  const name = basename(given === "" ? folder : given);
  const lengths = [tokenizer["model_max_length"], config["max_position_embeddings"], MOST_TOKENS].filter(
    (length): length is number => typeof length === "number" && length >= 16,
  );
  return {
    name,
    files,
    dtype: chosen.dtype,
    pooling: poolingOf(await readJson(folder, "1_Pooling/config.json")),
    ...(promptsOf(await readJson(folder, "config_sentence_transformers.json")) ?? knownPrefixes(name)),
    maxTokens: Math.min(...lengths),
  };
}

function poolingOf(config: Record<string, unknown> | null): OnnxFolder["pooling"] {
  if (config?.["pooling_mode_cls_token"] === true) return "cls";
  return config?.["pooling_mode_lasttoken"] === true ? "last" : "mean";
}

function promptsOf(config: Record<string, unknown> | null): { queryPrefix: string; passagePrefix: string } | null {
  const prompts = config?.["prompts"] as Record<string, unknown> | undefined;
  const prompt = (names: string[]): string | null => {
    const found = names.map((name) => prompts?.[name]).find((value) => typeof value === "string");
    return typeof found === "string" ? found : null;
  };
  const queryPrefix = prompt(["query", "search_query"]);
  const passagePrefix = prompt(["passage", "document", "search_document"]);
  if (queryPrefix === null && passagePrefix === null) return null;
  return { queryPrefix: queryPrefix ?? "", passagePrefix: passagePrefix ?? "" };
}

async function readJson(folder: string, name: string): Promise<Record<string, unknown> | null> {
  const text = await readFile(join(folder, name), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    throw embedderUnsupported(folder, `${name} is no JSON`);
  }
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() === true;
