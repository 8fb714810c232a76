import { join } from "node:path";
import { type TrainableArchitecture, traitsOf } from "../../core/training/model/architecture-traits.ts";
import { openGgml } from "../../core/training/ggml/library.ts";
import { type TensorType, tensorTypes } from "../../core/training/ggml/tensor-type.ts";
import { type GgufTensor, type GgufValue, writeGguf } from "../../core/training/gguf/write-gguf.ts";
import { seededRandom } from "../../core/training/seeded-random.ts";

export interface TinyModel {
  architecture: TrainableArchitecture;
  type: TensorType;
  embeddingLength: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headDimensions: number;
  feedForwardLength: number;
  vocabularySize: number;
  /** The head is the embedding, as in small models. */
  tied: boolean;
  /** Llama 3's rotation factors; Phi 3's short and long ones. */
  ropeFactors: boolean;
  seed: number;
}

const defaults: TinyModel = {
  architecture: "llama",
  type: "F32",
  embeddingLength: 64,
  layers: 3,
  heads: 4,
  keyValueHeads: 2,
  headDimensions: 16,
  feedForwardLength: 160,
  vocabularySize: 320,
  tied: false,
  ropeFactors: false,
  seed: 1,
};

/** Write a model with random weights and a byte-level vocabulary with ChatML marks; the same bytes for the same options. */
export async function writeTinyModel(folder: string, options: Partial<TinyModel> = {}): Promise<string> {
  const model = { ...defaults, ...options };
  const path = join(folder, `tiny-${model.architecture}-${model.type}-${model.seed}.gguf`);
  await writeGguf(path, metadataOf(model), [...tensorsOf(model)]);
  return path;
}

function metadataOf(model: TinyModel): Record<string, GgufValue> {
  const { architecture: name } = model;
  const count = (value: number): GgufValue => ({ type: "uint32", value });
  const text = (value: string): GgufValue => ({ type: "string", value });
  const marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  const merges = ["e r", "t h", "th e"];
  const words = [...marks, ...byteLetters(), ...merges.map((merge) => merge.replace(" ", ""))];
  const fillers = Array.from({ length: model.vocabularySize - words.length }, (_, index) => `<|filler-${index}|>`);
  return {
    "general.architecture": text(name),
    "general.name": text("tiny"),
    [`${name}.context_length`]: count(512),
    [`${name}.embedding_length`]: count(model.embeddingLength),
    [`${name}.block_count`]: count(model.layers),
    [`${name}.feed_forward_length`]: count(model.feedForwardLength),
    [`${name}.attention.head_count`]: count(model.heads),
    [`${name}.attention.head_count_kv`]: count(model.keyValueHeads),
    [`${name}.attention.key_length`]: count(model.headDimensions),
    [`${name}.attention.value_length`]: count(model.headDimensions),
    [`${name}.attention.layer_norm_rms_epsilon`]: { type: "float32", value: 1e-5 },
    [`${name}.rope.dimension_count`]: count(model.headDimensions),
    [`${name}.rope.freq_base`]: { type: "float32", value: 10_000 },
    [`${name}.vocab_size`]: count(model.vocabularySize),
    ...peculiarities(model),
    "tokenizer.ggml.model": text("gpt2"),
    "tokenizer.ggml.pre": text("gpt-2"),
    "tokenizer.ggml.tokens": { type: "strings", value: [...words, ...fillers] },
    "tokenizer.ggml.token_type": {
      type: "ints32",
      value: [...marks.map(() => 3), ...words.slice(marks.length).map(() => 1), ...fillers.map(() => 5)],
    },
    "tokenizer.ggml.merges": { type: "strings", value: merges },
    "tokenizer.ggml.bos_token_id": count(1),
    "tokenizer.ggml.eos_token_id": count(2),
    "tokenizer.ggml.padding_token_id": count(0),
    "tokenizer.ggml.add_bos_token": { type: "bool", value: false },
    "tokenizer.chat_template": text(
      "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    ),
  };
}

/** What makes an architecture itself, in numbers that a short sequence notices. */
function peculiarities({ architecture: name, ropeFactors }: TinyModel): Record<string, GgufValue> {
  const real = (value: number): GgufValue => ({ type: "float32", value });
  const count = (value: number): GgufValue => ({ type: "uint32", value });
  switch (name) {
    case "gemma2":
      return {
        [`${name}.attn_logit_softcapping`]: real(2),
        [`${name}.final_logit_softcapping`]: real(3),
        [`${name}.attention.sliding_window`]: count(12),
      };
    case "gemma3":
      return {
        [`${name}.attention.sliding_window`]: count(12),
        [`${name}.attention.sliding_window_pattern`]: count(2),
        [`${name}.rope.freq_base_swa`]: real(500),
        [`${name}.rope.scaling.type`]: { type: "string", value: "linear" },
        [`${name}.rope.scaling.factor`]: real(8),
      };
    case "phi3":
      return ropeFactors
        ? {
            [`${name}.rope.scaling.original_context_length`]: count(512),
            [`${name}.rope.scaling.attn_factor`]: real(1.2),
            [`${name}.attention.sliding_window`]: count(12),
          }
        : {};
    default:
      return {};
  }
}

function* tensorsOf(model: TinyModel): Generator<GgufTensor> {
  const { architecture, embeddingLength: width, heads, keyValueHeads, headDimensions, feedForwardLength } = model;
  const random = seededRandom(model.seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const matrix = (name: string, inputs: number, outputs: number, deviation = inputs ** -0.5): GgufTensor => {
    const values = Float32Array.from({ length: inputs * outputs }, () => normal() * deviation);
    const data = inType(values, model.type, inputs);
    return { name: `${name}.weight`, shape: [inputs, outputs], type: tensorTypes[model.type], data };
  };
  const vector = (name: string, length: number, value: () => number): GgufTensor => {
    return { name, shape: [length], type: tensorTypes.F32, data: Float32Array.from({ length }, value) };
  };
  yield matrix(
    "token_embd",
    width,
    model.vocabularySize,
    model.tied || traitsOf(architecture).isTied ? width ** -0.5 : 0.5,
  );
  yield vector("output_norm.weight", width, () => 1 + normal() * 0.1);
  const { isFused, isTied, hasPostNorms } = traitsOf(architecture);
  if (!model.tied && !isTied) yield matrix("output", width, model.vocabularySize);
  const factors = architecture === "phi3" ? ["rope_factors_short", "rope_factors_long"] : ["rope_freqs"];
  for (const name of model.ropeFactors ? factors : []) {
    yield vector(`${name}.weight`, headDimensions / 2, () => 1 + random() * 7);
  }
  for (let layer = 0; layer < model.layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}`;
    yield vector(name("attn_norm.weight"), width, () => 1 + normal() * 0.1);
    yield vector(name("ffn_norm.weight"), width, () => 1 + normal() * 0.1);
    yield* isFused
      ? [matrix(name("attn_qkv"), width, headDimensions * (heads + 2 * keyValueHeads))]
      : [
          matrix(name("attn_q"), width, headDimensions * heads),
          matrix(name("attn_k"), width, headDimensions * keyValueHeads),
          matrix(name("attn_v"), width, headDimensions * keyValueHeads),
        ];
    yield matrix(name("attn_output"), headDimensions * heads, width);
    if (!isFused) yield matrix(name("ffn_gate"), width, feedForwardLength);
    yield matrix(name("ffn_up"), width, feedForwardLength * (isFused ? 2 : 1));
    yield matrix(name("ffn_down"), feedForwardLength, width);
    if (hasPostNorms) {
      yield vector(name("post_attention_norm.weight"), width, () => 1 + normal() * 0.2);
      yield vector(name("post_ffw_norm.weight"), width, () => 1 + normal() * 0.2);
    }
    if (architecture === "qwen2") {
      yield vector(name("attn_q.bias"), headDimensions * heads, () => normal() * 0.3);
      yield vector(name("attn_k.bias"), headDimensions * keyValueHeads, () => normal() * 0.3);
      yield vector(name("attn_v.bias"), headDimensions * keyValueHeads, () => normal() * 0.3);
    }
    if (architecture === "qwen3" || architecture === "gemma3") {
      yield vector(name("attn_q_norm.weight"), headDimensions, () => 1 + normal() * 0.2);
      yield vector(name("attn_k_norm.weight"), headDimensions, () => 1 + normal() * 0.2);
    }
  }
}

function inType(values: Float32Array, type: TensorType, rowLength: number): NodeJS.ArrayBufferView {
  if (type === "F32") return values;
  const ggml = openGgml();
  const rows = values.length / rowLength;
  const data = new Uint8Array(ggml.ggml_row_size(tensorTypes[type], rowLength) * rows);
  ggml.ggml_quantize_chunk(tensorTypes[type], values, data, 0, rows, rowLength, null);
  return data;
}

/** The printable letter GPT-2 writes for each byte (openai/gpt-2, encoder.py, bytes_to_unicode). */
function byteLetters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(isPrintable ? byte : next++);
  });
}
