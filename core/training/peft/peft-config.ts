import { z } from "zod";
import { peftUnsupported } from "../training-failures.ts";
import { readJsonFile } from "./adapter-files.ts";

/** What adapter_config.json says that decides the result (peft/tuners/lora/config.py, LoraConfig). */
export interface PeftConfig {
  rank: number;
  alpha: number;
  /** Scale by alpha / √rank instead of alpha / rank. */
  isRankStabilised: boolean;
  /** Ranks and alphas of single modules, by the end of their path. */
  ranks: [pattern: string, rank: number][];
  alphas: [pattern: string, alpha: number][];
  /** What the adapter says it was trained on. */
  trainedOn: string | null;
  /** Transformers' class of the model it was trained on, when it is said. */
  trainedClass: string | null;
  /** Settings this reader does not know; they are said, never ignored silently. */
  unknownSettings: string[];
}

const Pattern = z.record(z.string(), z.number().positive().finite()).nullish();
const Config = z.looseObject({
  peft_type: z.string(),
  r: z.int().positive(),
  lora_alpha: z.number().positive().finite(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: Pattern,
  alpha_pattern: Pattern,
  base_model_name_or_path: z.string().nullish(),
  auto_mapping: z.looseObject({ base_model_class: z.string().nullish() }).nullish(),
});

/** Settings that change nothing in what a saved adapter does. */
const harmless = new Set([
  "auto_mapping",
  "base_model_name_or_path",
  "ensure_weight_tying",
  "eva_config",
  "exclude_modules",
  "inference_mode",
  "init_lora_weights",
  "layers_pattern",
  "layers_to_transform",
  "lora_dropout",
  "megatron_config",
  "megatron_core",
  "peft_type",
  "peft_version",
  "qalora_group_size",
  "revision",
  "runtime_config",
  "target_modules",
  "task_type",
  "r",
  "lora_alpha",
  "use_rslora",
  "rank_pattern",
  "alpha_pattern",
  "bias",
  "loftq_config",
  "corda_config",
]);

/** Starts of A and B that leave the base as it is; PiSSA, OLoRA, CorDA and LoftQ change it, and the adapter fits only that. */
const cleanStarts = new Set<unknown>([undefined, null, true, false, "gaussian", "eva", "orthogonal"]);

type Loose = z.infer<typeof Config>;
const refusals: [isSo: (config: Loose) => boolean, problem: string | ((config: Loose) => string)][] = [
  [({ peft_type }) => peft_type !== "LORA", ({ peft_type }) => `it is of the kind ${peft_type}, not LORA`],
  [(config) => isSet(config["use_dora"]), "it is a DoRA adapter, whose magnitude vectors GGUF cannot hold"],
  [
    (config) => isSet(config["modules_to_save"]),
    (config) => `it holds whole trained modules (${list(config["modules_to_save"])})`,
  ],
  [(config) => isSet(config["trainable_token_indices"]), "it trained single token embeddings"],
  [
    (config) => ![undefined, null, "none"].includes(config["bias"] as string),
    (config) => `it trained biases (bias is ${String(config["bias"])})`,
  ],
  [(config) => isSet(config["lora_bias"]), "its B matrices have biases"],
  [(config) => isSet(config["fan_in_fan_out"]), "its weights are stored transposed (fan_in_fan_out)"],
  [(config) => isSet(config["layer_replication"]), "it replicates layers of its base"],
  [
    (config) => isSet(config["target_parameters"]),
    (config) => `it adapts bare parameters (${list(config["target_parameters"])})`,
  ],
  [(config) => isSet(config["use_qalora"]), "it is a QA-LoRA adapter, which pools its inputs"],
  [
    (config) => isSet(config["alora_invocation_tokens"]),
    "it is an activated LoRA, which works only after certain tokens",
  ],
  [(config) => isSet(config["use_bdlora"]), "it is a BD-LoRA adapter, whose matrices are block-diagonal"],
  [(config) => isSet(config["arrow_config"]), "it routes between several adapters (Arrow)"],
  [(config) => isSet(config["kasa_config"]), "it is a KaSA adapter, which changes the base as well"],
  [(config) => isSet(config["monteclora_config"]), "it is a MonteCLoRA adapter, which is a distribution over adapters"],
  [
    (config) => !cleanStarts.has(config["init_lora_weights"]),
    (config) =>
      `it was started by ${String(config["init_lora_weights"])}, which changes the base as well; convert it with PEFT to a plain LoRA first`,
  ],
];

/**
 * Read adapter_config.json, and refuse in words what a GGUF adapter cannot hold.
 *
 * @throws file_missing, file_unreadable, peft_unsupported
 */
export async function readPeftConfig(path: string): Promise<PeftConfig> {
  const parsed = Config.safeParse(await readJsonFile(path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: where, message }) => `${where.join(".") || "it"}: ${message}`);
    throw peftUnsupported(path, problems);
  }
  const config = parsed.data;
  const [ranks, alphas] = [Object.entries(config.rank_pattern ?? {}), Object.entries(config.alpha_pattern ?? {})];
  const problems = [
    ...refusals
      .filter(([isSo]) => isSo(config))
      .map(([, problem]) => (typeof problem === "string" ? problem : problem(config))),
    ...[...ranks, ...alphas]
      .filter(([pattern]) => !isPlain(pattern))
      .map(
        ([pattern]) => `its rank or alpha pattern ${pattern} is a regular expression, not the end of a module's name`,
      ),
  ];
  if (problems.length > 0) throw peftUnsupported(path, [...new Set(problems)]);
  return {
    rank: config.r,
    alpha: config.lora_alpha,
    isRankStabilised: config.use_rslora ?? false,
    ranks,
    alphas,
    trainedOn: config.base_model_name_or_path ?? null,
    trainedClass: config.auto_mapping?.base_model_class ?? null,
    unknownSettings: Object.keys(config).filter((key) => !harmless.has(key) && isSet(config[key])),
  };
}

/** The value of the first pattern that is the whole path of a module or the end of it at a dot, as PEFT matches them. */
export function patternValue(patterns: readonly [pattern: string, value: number][], modulePath: string): number | null {
  const found = patterns.find(([pattern]) =>
    pattern.startsWith("^")
      ? pattern.slice(1) === modulePath
      : modulePath === pattern || modulePath.endsWith(`.${pattern}`),
  );
  return found?.[1] ?? null;
}

/** PEFT takes keys as regular expressions; what people write are names, in which a dot matches itself. */
const isPlain = (pattern: string): boolean => /^\^?\w+(\.\w+)*$/.test(pattern);

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== "";
}

const list = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(", ") : String(value));
