import { z } from "zod";

/** The matrices of a decoder layer that an adapter can change, as GGUF names them. */
export const LoraTarget = z.enum(["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]);
export type LoraTarget = z.infer<typeof LoraTarget>;
export const LORA_TARGETS = LoraTarget.options;
