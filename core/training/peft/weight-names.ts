/** How the weights of one architecture are called in a GGUF file, by the end of their module's path in Transformers. */
interface Layout {
  /** Names in the layer: "self_attn.q_proj" → "attn_q". */
  weights: Readonly<Record<string, string>>;
  /** Rows of q and k stand in GGUF in the order of llama.cpp's interleaved rotation. */
  isPermuted: boolean;
  /** Transformers' classes that become this architecture. */
  classes: readonly string[];
}

const separate = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
} as const;

/** Phi 3 keeps q, k and v in one matrix, and gate and up in another; so does its GGUF file. */
const fused = {
  "self_attn.qkv_proj": "attn_qkv",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
} as const;

/** By the architecture that the base's file names, as llama.cpp's converter maps them (gguf-py, tensor_mapping.py). */
const layouts: Readonly<Record<string, Layout>> = {
  llama: { weights: separate, isPermuted: true, classes: ["LlamaForCausalLM", "MistralForCausalLM"] },
  qwen2: { weights: separate, isPermuted: false, classes: ["Qwen2ForCausalLM"] },
  qwen3: { weights: separate, isPermuted: false, classes: ["Qwen3ForCausalLM"] },
  gemma2: { weights: separate, isPermuted: false, classes: ["Gemma2ForCausalLM"] },
  gemma3: { weights: separate, isPermuted: false, classes: ["Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"] },
  phi3: { weights: fused, isPermuted: false, classes: ["Phi3ForCausalLM"] },
};

export const importableArchitectures = Object.keys(layouts);

export const layoutOf = (architecture: string): Layout | null =>
  Object.hasOwn(layouts, architecture) ? layouts[architecture]! : null;

export interface NamedWeight {
  layer: number;
  /** "blk.0.attn_q.weight" */
  weight: string;
}

/**
 * The GGUF name of the weight a module holds.
 *
 * @param modulePath  as PEFT stores it, "base_model.model.model.layers.0.self_attn.q_proj"
 * @returns null for a module that is no matrix of a decoder layer of this architecture
 */
export function weightOf(modulePath: string, architecture: string): NamedWeight | null {
  // Gemma 3 with vision keeps its decoder below language_model, on either side of "model".
  const found = /^(?:language_model\.)?model\.(?:language_model\.)?layers\.(\d{1,4})\.(.+)$/.exec(
    withoutPrefix(modulePath),
  );
  const weights = layoutOf(architecture)?.weights ?? {};
  if (found === null || !Object.hasOwn(weights, found[2]!)) return null;
  const layer = Number(found[1]);
  return { layer, weight: `blk.${layer}.${weights[found[2]!]!}.weight` };
}

export const withoutPrefix = (modulePath: string): string => modulePath.replace(/^base_model\.model\./, "");
