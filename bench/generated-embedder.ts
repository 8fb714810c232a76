import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbedderIdentity } from "../core/store/collections.ts";
import { seededRandom } from "../test/support/random.ts";
import { documentWords } from "./generated-documents.ts";
import { floatOutput, floats, integers, onnxModel, operation, tokenInput } from "./onnx-file.ts";

/** The shape of all-MiniLM-L6-v2, the embedder most tools ship; only its vocabulary is smaller, which costs no time. */
const LAYERS = 6;
const WIDTH = 384;
const HEADS = 12;
const FEED_FORWARD = 1536;
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/** An embedder as slow as MiniLM with random weights, made once per machine and kept in the temporary folder. */
export function generatedEmbedder(): EmbedderIdentity {
  // The number counts changes of the recipe.
  const folder = join(tmpdir(), "fourfold-bench", "random-minilm-2");
  if (!existsSync(folder)) {
    const writing = `${folder}.writing`;
    const vocabulary = [...SPECIAL, ...characters(), ...documentWords.map((word) => word.toLowerCase())];
    const tokens = [...new Set(vocabulary)];
    mkdirSync(join(writing, "onnx"), { recursive: true });
    writeJson(writing, "tokenizer.json", tokenizer(tokens));
    writeJson(writing, "tokenizer_config.json", {
      tokenizer_class: "BertTokenizer",
      model_max_length: 512,
      do_lower_case: true,
      // Texts of unequal length are filled up with it.
      pad_token: "[PAD]",
      unk_token: "[UNK]",
      cls_token: "[CLS]",
      sep_token: "[SEP]",
      mask_token: "[MASK]",
    });
    writeJson(writing, "config.json", { model_type: "bert", architectures: ["BertModel"], hidden_size: WIDTH });
    writeFileSync(join(writing, "onnx", "model.onnx"), encoder(tokens.length));
    renameSync(writing, folder);
  }
  return {
    id: "random-minilm-2",
    name: "Random MiniLM",
    folder,
    dtype: "fp32",
    dimensions: WIDTH,
    pooling: "mean",
    normalize: true,
    queryPrefix: "",
    passagePrefix: "",
    maxTokens: 512,
    languages: ["en"],
    chunkSize: 128,
    chunkOverlap: 0,
  };
}

const writeJson = (folder: string, file: string, content: unknown): void =>
  writeFileSync(join(folder, file), JSON.stringify(content));

const characters = (): string[] =>
  Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index).toLowerCase()).flatMap((character) => [
    character,
    `##${character}`,
  ]);

function tokenizer(tokens: string[]): object {
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const named = (token: string) => [token, { id: token, ids: [tokens.indexOf(token)], tokens: [token] }];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [special("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, special("[SEP]")],
      pair: [
        special("[CLS]"),
        { Sequence: { id: "A", type_id: 0 } },
        special("[SEP]"),
        { Sequence: { id: "B", type_id: 1 } },
      ],
      special_tokens: Object.fromEntries([named("[CLS]"), named("[SEP]")]),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  };
}

/** BERT's encoder (Devlin et al. 2018, as in transformers' modeling_bert.py) without positions and biases. */
function encoder(vocabularySize: number): Buffer {
  const random = seededRandom(1);
  const weights = (name: string, ...dimensions: number[]): Buffer =>
    floats(
      name,
      dimensions,
      Float32Array.from({ length: dimensions.reduce((a, b) => a * b) }, () => 0.1 * (random() - 0.5)),
    );
  const constant = (name: string, value: number): Buffer => floats(name, [1], new Float32Array([value]));
  const parts = [
    tokenInput("input_ids"),
    tokenInput("attention_mask"),
    tokenInput("token_type_ids"),
    floatOutput("last_hidden_state", ["batch", "sequence", WIDTH]),
    floats("gain", [WIDTH], new Float32Array(WIDTH).fill(1)),
    floats("shift", [WIDTH], new Float32Array(WIDTH)),
    integers("heads", [0, 0, HEADS, WIDTH / HEADS]),
    integers("joined", [0, 0, WIDTH]),
    integers("axes", [1, 2]),
    constant("one", 1),
    constant("far", -10_000),
    constant("temperature", 1 / Math.sqrt(WIDTH / HEADS)),
    constant("root", Math.SQRT1_2),
    constant("half", 0.5),
    weights("tokens", vocabularySize, WIDTH),
    weights("types", 2, WIDTH),
    operation("Gather", ["tokens", "input_ids"], "token"),
    operation("Gather", ["types", "token_type_ids"], "type"),
    operation("Add", ["token", "type"], "sum"),
    operation("LayerNormalization", ["sum", "gain", "shift"], "x0"),
    operation("Cast", ["attention_mask"], "attended", { to: 1 }),
    operation("Sub", ["one", "attended"], "ignored"),
    operation("Mul", ["ignored", "far"], "penalty"),
    operation("Unsqueeze", ["penalty", "axes"], "mask"),
  ];
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = (name: string): string => `${name}${layer}`;
    const input = `x${layer}`;
    const then = (type: string, inputs: string[], output: string, attributes = {}): void =>
      void parts.push(operation(type, inputs, at(output), attributes));
    for (const name of ["query", "key", "value"]) {
      parts.push(weights(at(`${name}Weight`), WIDTH, WIDTH));
      then("MatMul", [input, at(`${name}Weight`)], `${name}Flat`);
      then("Reshape", [at(`${name}Flat`), "heads"], `${name}Heads`);
      then("Transpose", [at(`${name}Heads`)], name, { perm: name === "key" ? [0, 2, 3, 1] : [0, 2, 1, 3] });
    }
    parts.push(
      weights(at("outWeight"), WIDTH, WIDTH),
      weights(at("upWeight"), WIDTH, FEED_FORWARD),
      weights(at("downWeight"), FEED_FORWARD, WIDTH),
    );
    then("MatMul", [at("query"), at("key")], "raw");
    then("Mul", [at("raw"), "temperature"], "scaled");
    then("Add", [at("scaled"), "mask"], "masked");
    then("Softmax", [at("masked")], "attention", { axis: -1 });
    then("MatMul", [at("attention"), at("value")], "mixed");
    then("Transpose", [at("mixed")], "mixedBack", { perm: [0, 2, 1, 3] });
    then("Reshape", [at("mixedBack"), "joined"], "mixedFlat");
    then("MatMul", [at("mixedFlat"), at("outWeight")], "out");
    then("Add", [at("out"), input], "outSum");
    then("LayerNormalization", [at("outSum"), "gain", "shift"], "middle");
    // GELU: x/2 · (1 + erf(x/√2))
    then("MatMul", [at("middle"), at("upWeight")], "up");
    then("Mul", [at("up"), "root"], "upScaled");
    then("Erf", [at("upScaled")], "erf");
    then("Add", [at("erf"), "one"], "erfOne");
    then("Mul", [at("up"), at("erfOne")], "upDoubled");
    then("Mul", [at("upDoubled"), "half"], "gelu");
    then("MatMul", [at("gelu"), at("downWeight")], "down");
    then("Add", [at("down"), at("middle")], "downSum");
    const output = layer === LAYERS - 1 ? "last_hidden_state" : `x${layer + 1}`;
    parts.push(operation("LayerNormalization", [at("downSum"), "gain", "shift"], output));
  }
  return onnxModel(parts);
}
