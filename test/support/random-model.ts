import { type Entry, type Tensor, type WeightType, weightCount, writeGguf } from "./gguf.ts";
import { seededRandom } from "./random.ts";
import { byteTokens, tokensOf } from "./byte-vocabulary.ts";

/** The shape of a llama-architecture model. */
export interface Shape {
  embeddingLength: number;
  layers: number;
  feedForwardLength: number;
  heads: number;
  keyValueHeads: number;
  vocabularySize: number;
}

export interface ModelRecipe {
  seed: number;
  shape: Shape;
  weights: WeightType;
  /** Tokens it claims to be trained for. */
  contextLength: number;
  architecture: string;
  name: string;
  /** Null leaves it out of the file. */
  chatTemplate: string | null;
  /** Names of the control tokens, the end token among them; all else is bytes. */
  controlTokens: string[];
  endToken: string;
  /** Added words that are ordinary text, like `<think>` in many reasoning models. */
  words: string[];
  /**
   * Instead of random weights: the model says exactly this after a line break, then ends. Pieces that name a token are
   * that token, all else is said byte by byte; no token may come twice, because each one only knows its successor.
   */
  says: string[] | null;
  /** More than one writes a split model; `path` must then end in `-00001-of-000NN.gguf`. */
  parts: number;
}

export const tinyShape: Shape = {
  embeddingLength: 64,
  layers: 2,
  feedForwardLength: 128,
  heads: 4,
  keyValueHeads: 2,
  vocabularySize: 288,
};

export const chatMl =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const tiny: ModelRecipe = {
  seed: 1,
  shape: tinyShape,
  weights: "f32",
  contextLength: 2048,
  architecture: "llama",
  name: "Tiny",
  chatTemplate: chatMl,
  controlTokens: ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
  endToken: "<|im_end|>",
  words: [],
  says: null,
  parts: 1,
};

/**
 * Write a real GGUF model with random weights and a byte-level vocabulary. Its answers mean nothing, but they are as
 * deterministic, as fast and as sensitive to every input as those of a trained model of its size.
 *
 * @returns the number of parameters
 */
export function writeModel(path: string, changes: Partial<ModelRecipe> = {}): number {
  const recipe = { ...tiny, ...changes };
  const tensors = recipe.says === null ? randomTensors(recipe) : speakingTensors(recipe, recipe.says);
  if (recipe.parts === 1) writeGguf(path, entries(recipe), tensors, recipe.seed);
  else writeParts(path, recipe, tensors);
  return tensors.reduce((sum, tensor) => sum + weightCount(tensor), 0);
}

function entries(recipe: ModelRecipe): Entry[] {
  const { architecture, shape } = recipe;
  const tokens = vocabulary(recipe);
  const types = tokens.map((token) =>
    recipe.controlTokens.includes(token) ? 3 : recipe.words.includes(token) ? 4 : 1,
  );
  const endToken = tokens.indexOf(recipe.endToken);
  return [
    ["general.architecture", "string", architecture],
    ["general.type", "string", "model"],
    ["general.name", "string", recipe.name],
    ["general.file_type", "u32", { f32: 0, f16: 1, q8_0: 7, q4_k: 15 }[recipe.weights]],
    ["general.quantization_version", "u32", 2],
    [`${architecture}.vocab_size`, "u32", tokens.length],
    [`${architecture}.context_length`, "u32", recipe.contextLength],
    [`${architecture}.embedding_length`, "u32", shape.embeddingLength],
    [`${architecture}.block_count`, "u32", shape.layers],
    [`${architecture}.feed_forward_length`, "u32", shape.feedForwardLength],
    [`${architecture}.attention.head_count`, "u32", shape.heads],
    [`${architecture}.attention.head_count_kv`, "u32", shape.keyValueHeads],
    [`${architecture}.attention.layer_norm_rms_epsilon`, "f32", 1e-5],
    [`${architecture}.rope.dimension_count`, "u32", shape.embeddingLength / shape.heads],
    [`${architecture}.rope.freq_base`, "f32", 10_000],
    ["tokenizer.ggml.model", "string", "gpt2"],
    ["tokenizer.ggml.pre", "string", "gpt-2"],
    ["tokenizer.ggml.tokens", "string[]", tokens],
    ["tokenizer.ggml.token_type", "i32[]", types],
    // Never used, because no two bytes become one token, but the key must be there.
    ["tokenizer.ggml.merges", "string[]", ["Ġ Ġ"]],
    ["tokenizer.ggml.bos_token_id", "u32", endToken],
    ["tokenizer.ggml.eos_token_id", "u32", endToken],
    ["tokenizer.ggml.add_bos_token", "bool", false],
    ...(recipe.chatTemplate === null
      ? []
      : [["tokenizer.chat_template", "string", recipe.chatTemplate] satisfies Entry]),
  ];
}

/** Bytes first, then words and control tokens, then fillers up to the size that was asked for. */
function vocabulary({ words, controlTokens, shape }: ModelRecipe): string[] {
  const tokens = [...byteTokens, ...words, ...controlTokens];
  while (tokens.length < shape.vocabularySize) tokens.push(`Ġfiller${tokens.length}`);
  return tokens;
}

function randomTensors({ shape, weights }: ModelRecipe): Tensor[] {
  const { embeddingLength, vocabularySize } = shape;
  const matrix = (name: string, inputs: number, outputs: number): Tensor => ({
    name: `${name}.weight`,
    dimensions: [inputs, outputs],
    type: weights,
    // About 1/sqrt(inputs), as in trained models: signals neither vanish nor grow through the layers.
    values: { magnitude: 1 / Math.sqrt(inputs) },
  });
  return [
    matrix("token_embd", embeddingLength, vocabularySize),
    ...layers(shape, matrix),
    ones("output_norm", embeddingLength),
    matrix("output", embeddingLength, vocabularySize),
  ];
}

function layers(shape: Shape, matrix: (name: string, inputs: number, outputs: number) => Tensor): Tensor[] {
  const { embeddingLength: width, feedForwardLength: hidden } = shape;
  const keys = (width / shape.heads) * shape.keyValueHeads;
  return Array.from({ length: shape.layers }, (_, layer) => [
    ones(`blk.${layer}.attn_norm`, width),
    matrix(`blk.${layer}.attn_q`, width, width),
    matrix(`blk.${layer}.attn_k`, width, keys),
    matrix(`blk.${layer}.attn_v`, width, keys),
    matrix(`blk.${layer}.attn_output`, width, width),
    ones(`blk.${layer}.ffn_norm`, width),
    matrix(`blk.${layer}.ffn_gate`, width, hidden),
    matrix(`blk.${layer}.ffn_up`, width, hidden),
    matrix(`blk.${layer}.ffn_down`, hidden, width),
  ]).flat();
}

const ones = (name: string, length: number): Tensor => ({
  name: `${name}.weight`,
  dimensions: [length],
  type: "f32",
  values: new Float32Array(length).fill(1),
});

/**
 * A model whose layers add nothing, so that the output layer sees the last token alone: its row for every token is the
 * embedding of the token before it in what the model says.
 */
function speakingTensors(recipe: ModelRecipe, says: string[]): Tensor[] {
  const { shape, seed } = recipe;
  const width = shape.embeddingLength;
  const tokens = vocabulary(recipe);
  const random = seededRandom(seed);
  const embeddings = Float32Array.from({ length: tokens.length * width }, () => (random() < 0.5 ? -1 : 1));
  const output = new Float32Array(tokens.length * width);
  const chain = [...tokensOf("\n"), ...says.flatMap((piece) => (tokens.includes(piece) ? [piece] : tokensOf(piece)))];
  if (new Set(chain).size < chain.length) throw new Error(`A token comes twice in ${JSON.stringify(says)}.`);
  for (const [index, token] of [...chain, recipe.endToken].entries()) {
    if (index === 0) continue;
    const before = tokens.indexOf(chain[index - 1]!) * width;
    output.set(embeddings.subarray(before, before + width), tokens.indexOf(token) * width);
  }
  const zeros = (name: string, inputs: number, outputs: number): Tensor => given(name, inputs, outputs, null);
  return [
    given("token_embd", width, tokens.length, embeddings),
    ...layers(shape, zeros),
    ones("output_norm", width),
    given("output", width, tokens.length, output),
  ];
}

const given = (name: string, inputs: number, outputs: number, values: Float32Array | null): Tensor => ({
  name: `${name}.weight`,
  dimensions: [inputs, outputs],
  type: "f32",
  values: values ?? new Float32Array(inputs * outputs),
});

/** As `llama-gguf-split` lays them out: the first part carries the metadata, every part an equal share of the tensors. */
function writeParts(path: string, recipe: ModelRecipe, tensors: Tensor[]): void {
  const { parts, seed } = recipe;
  const share = Math.ceil(tensors.length / parts);
  for (let part = 0; part < parts; part++) {
    const own: Entry[] = [
      ["split.no", "u16", part],
      ["split.count", "u16", parts],
      ["split.tensors.count", "i32", tensors.length],
    ];
    const file = path.replace(/-\d{5}-of-/, `-${String(part + 1).padStart(5, "0")}-of-`);
    const slice = tensors.slice(part * share, (part + 1) * share);
    writeGguf(file, part === 0 ? [...entries(recipe), ...own] : own, slice, seed + part);
  }
}
