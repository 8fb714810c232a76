import type { GgufHeader } from "../../runtime/gguf-header.ts";
import type { Difference } from "../../runtime/model-failures.ts";
import { type PeftConfig, patternValue } from "./peft-config.ts";
import { isReadable, type StoredTensor } from "./safetensors.ts";
import { weightOf, withoutPrefix } from "./weight-names.ts";

/** The two stored halves of one adapted weight, and where they go. */
export interface TargetPair {
  /** The module's path without PEFT's prefix: "model.layers.0.self_attn.q_proj". */
  modulePath: string;
  weight: string;
  layer: number;
  /** [rank, inputs] */
  a: StoredTensor;
  /** [outputs, rank] */
  b: StoredTensor;
  rank: number;
  /** What PEFT multiplies B·A by. */
  scale: number;
}

/** Tensors that say by their name what they are, when they are no half of a pair. */
const strangers: [RegExp, string][] = [
  [/lora_magnitude_vector/, "is a magnitude vector of DoRA"],
  [/\.lora_B\.bias$/, "is a bias of B"],
  [/\.bias$/, "is a trained bias"],
  [/lora_embedding_[AB]|embed_tokens/, "belongs to trained embeddings"],
  [/lm_head/, "belongs to a trained head"],
  [/\.base_layer\./, "is a copy of a weight of the base"],
  [/modules_to_save|original_module/, "is a whole trained module"],
  [/norm/, "is a trained norm"],
];

/** Pair the tensors of an adapter, or say of each that has no place why not; nothing is left out silently. */
export function targetPairs(
  tensors: readonly StoredTensor[],
  architecture: string,
  config: PeftConfig,
): { pairs: TargetPair[]; problems: string[] } {
  const problems: string[] = [];
  const halves = new Map<string, { a?: StoredTensor; b?: StoredTensor }>();
  for (const tensor of tensors) {
    const [, modulePath, half] = /^(.+)\.lora_([AB])\.weight$/.exec(tensor.name) ?? [];
    if (modulePath === undefined || weightOf(modulePath, architecture) === null) {
      problems.push(`${tensor.name} ${reasonFor(tensor.name, architecture)}`);
      continue;
    }
    const pair = halves.get(modulePath) ?? {};
    halves.set(modulePath, half === "A" ? { ...pair, a: tensor } : { ...pair, b: tensor });
  }
  const pairs: TargetPair[] = [];
  const taken = new Map<string, string>();
  for (const [modulePath, { a, b }] of halves) {
    if (a === undefined || b === undefined) {
      problems.push(`${modulePath} has ${a === undefined ? "B without A" : "A without B"}`);
      continue;
    }
    const pair = makePair(modulePath, a, b, architecture, config);
    if (typeof pair === "string") problems.push(pair);
    else if (taken.has(pair.weight))
      problems.push(`${modulePath} and ${taken.get(pair.weight)} both change ${pair.weight}`);
    else {
      taken.set(pair.weight, modulePath);
      pairs.push(pair);
    }
  }
  if (tensors.length === 0) problems.push("it holds no tensors");
  return { pairs, problems };
}

function makePair(
  storedPath: string,
  a: StoredTensor,
  b: StoredTensor,
  architecture: string,
  config: PeftConfig,
): TargetPair | string {
  const modulePath = withoutPrefix(storedPath);
  const { layer, weight } = weightOf(storedPath, architecture)!;
  const unreadable = [a, b].find(({ dtype }) => !isReadable(dtype));
  if (unreadable !== undefined)
    return `${unreadable.name} is of the type ${unreadable.dtype}; F32, F16 and BF16 can be read`;
  const rank = a.shape[0] ?? 0;
  if (a.shape.length !== 2 || b.shape.length !== 2 || rank === 0 || b.shape[1] !== rank) {
    return `${modulePath} has A of ${a.shape.join(" × ")} and B of ${b.shape.join(" × ")}, which do not multiply`;
  }
  const said = patternValue(config.ranks, modulePath) ?? config.rank;
  if (said !== rank) return `${modulePath} has rank ${rank} where adapter_config.json says ${said}`;
  const alpha = patternValue(config.alphas, modulePath) ?? config.alpha;
  // PEFT, tuners/lora/layer.py, update_layer.
  const scale = alpha / (config.isRankStabilised ? Math.sqrt(rank) : rank);
  return { modulePath, weight, layer, a, b, rank, scale };
}

function reasonFor(name: string, architecture: string): string {
  const known = strangers.find(([pattern]) => pattern.test(name));
  if (known !== undefined) return known[1];
  return /\.lora_[AB]\.weight$/.test(name)
    ? `adapts a module that ${architecture} does not have or that cannot be adapted in GGUF`
    : "is not a half of a LoRA pair";
}

/** What of the adapter has no counterpart in the base, from the base's header alone. */
export function checkAgainstBase(pairs: readonly TargetPair[], base: GgufHeader): Difference[] {
  const weights = new Map(base.tensors.map((tensor) => [tensor.name, tensor.dimensions.map(Number)]));
  return pairs.flatMap(({ weight, a, b }): Difference[] => {
    const shape = [a.shape[1]!, b.shape[0]!];
    const found = weights.get(weight);
    if (found === undefined) return [{ what: weight, adapter: "adapted", base: "not there" }];
    if (found[0] === shape[0] && found[1] === shape[1]) return [];
    return [{ what: `shape of ${weight}`, adapter: shape.join(" × "), base: found.join(" × ") }];
  });
}
