import { type Entry, type Tensor, writeGguf } from "./gguf.ts";

const WIDTH = 32;
const LAYERS = 1;
const CONTEXT = 512;
const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/**
 * A tiny BERT with a ranking head and random weights, in the form llama.cpp reads rerankers: what it says means nothing,
 * but it says it through everything a real one goes through.
 */
export function writeReranker(path: string, seed = 5): void {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789?.".split("");
  // WordPiece as GGUF has it: a word begins with ▁, what follows inside a word has no mark.
  const tokens = [...special, ...letters.map((letter) => `▁${letter}`), ...letters];
  const entries: Entry[] = [
    ["general.architecture", "string", "bert"],
    ["general.name", "string", "Tiny reranker"],
    ["bert.block_count", "u32", LAYERS],
    ["bert.context_length", "u32", CONTEXT],
    ["bert.embedding_length", "u32", WIDTH],
    ["bert.feed_forward_length", "u32", 2 * WIDTH],
    ["bert.attention.head_count", "u32", 2],
    ["bert.attention.layer_norm_epsilon", "f32", 1e-12],
    ["bert.attention.causal", "bool", false],
    // 4: a score per sequence.
    ["bert.pooling_type", "u32", 4],
    ["tokenizer.ggml.model", "string", "bert"],
    ["tokenizer.ggml.token_type_count", "u32", 2],
    ["tokenizer.ggml.tokens", "string[]", tokens],
    ["tokenizer.ggml.token_type", "i32[]", tokens.map((_, index) => (index < special.length ? 3 : 1))],
    ["tokenizer.ggml.padding_token_id", "u32", 0],
    ["tokenizer.ggml.unknown_token_id", "u32", 1],
    ["tokenizer.ggml.bos_token_id", "u32", 2],
    ["tokenizer.ggml.cls_token_id", "u32", 2],
    ["tokenizer.ggml.eos_token_id", "u32", 3],
    ["tokenizer.ggml.seperator_token_id", "u32", 3],
    ["tokenizer.ggml.mask_token_id", "u32", 4],
    ["tokenizer.ggml.add_bos_token", "bool", true],
    ["tokenizer.ggml.add_eos_token", "bool", true],
    ["tokenizer.ggml.add_sep_token", "bool", true],
  ];
  const weight = (name: string, ...dimensions: number[]): Tensor => ({
    name: `${name}.weight`,
    dimensions,
    type: "f32",
    values: { magnitude: 0.3 },
  });
  const bias = (name: string, size: number): Tensor => ({
    name: `${name}.bias`,
    dimensions: [size],
    type: "f32",
    values: new Float32Array(size),
  });
  const norm = (name: string): Tensor[] => [
    { name: `${name}.weight`, dimensions: [WIDTH], type: "f32", values: new Float32Array(WIDTH).fill(1) },
    bias(name, WIDTH),
  ];
  const linear = (name: string, inputs: number, outputs: number): Tensor[] => [
    weight(name, inputs, outputs),
    bias(name, outputs),
  ];
  const layers = Array.from({ length: LAYERS }, (_, layer) => `blk.${layer}`).flatMap((block) => [
    ...["attn_q", "attn_k", "attn_v", "attn_output"].flatMap((name) => linear(`${block}.${name}`, WIDTH, WIDTH)),
    ...norm(`${block}.attn_output_norm`),
    ...linear(`${block}.ffn_up`, WIDTH, 2 * WIDTH),
    ...linear(`${block}.ffn_down`, 2 * WIDTH, WIDTH),
    ...norm(`${block}.layer_output_norm`),
  ]);
  const tensors = [
    weight("token_embd", WIDTH, tokens.length),
    weight("token_types", WIDTH, 2),
    weight("position_embd", WIDTH, CONTEXT),
    ...norm("token_embd_norm"),
    ...layers,
    ...linear("cls", WIDTH, WIDTH),
    ...linear("cls.output", WIDTH, 1),
  ];
  writeGguf(path, entries, tensors, seed);
}
