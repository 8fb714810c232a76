import type { GgufHeader } from "../../runtime/gguf-header.ts";
import { trainingUnsupported } from "../training-failures.ts";

/** What a decoder's layers are made of, from the metadata of its file. */
export interface Hyperparameters {
  architecture: TrainableArchitecture;
  embeddingLength: number;
  layers: number;
  feedForwardLength: number;
  heads: number;
  keyValueHeads: number;
  headDimensions: number;
  normEpsilon: number;
  vocabularySize: number;
  trainedContextSize: number;
  rotation: { dimensions: number; mode: number; frequencyBase: number; frequencyScale: number };
}

/** How each architecture rotates: ggml's mode (llama.cpp, llama_model_rope_type). Mistral's files say llama. */
const rotationModes = { llama: 0, qwen2: 2, qwen3: 2 } as const;
export type TrainableArchitecture = keyof typeof rotationModes;
const isTrainable = (name: string): name is TrainableArchitecture => Object.hasOwn(rotationModes, name);

/**
 * @throws training_unsupported  another architecture, by name; experts; a way of stretching the context that training
 *   does not compute as llama.cpp does
 */
export function readHyperparameters(path: string, header: GgufHeader): Hyperparameters {
  const { architecture } = header;
  const refuse = (reason: string) => trainingUnsupported(path, architecture, reason);
  if (!isTrainable(architecture)) throw refuse(`its architecture is ${architecture}`);
  const fields = header.info.architectureMetadata as unknown as Fields;
  const attention = fields.attention ?? {};
  const embeddingLength = required(fields.embedding_length, "embedding_length", refuse);
  const heads = required(attention.head_count, "attention.head_count", refuse);
  const headDimensions = count(attention.key_length) ?? embeddingLength / heads;
  if ((count(fields.expert_count) ?? 0) > 0) throw refuse("it is a mixture of experts");
  if ((count(attention.value_length) ?? headDimensions) !== headDimensions) {
    throw refuse("its keys and values differ in length");
  }
  const embedding = header.tensors.find(({ name }) => name === "token_embd.weight");
  return {
    architecture,
    embeddingLength,
    layers: required(fields.block_count, "block_count", refuse),
    feedForwardLength: required(fields.feed_forward_length, "feed_forward_length", refuse),
    heads,
    keyValueHeads: count(attention.head_count_kv) ?? heads,
    headDimensions,
    normEpsilon: Number(attention.layer_norm_rms_epsilon ?? 1e-5),
    vocabularySize: required(embedding?.dimensions[1], "token_embd.weight", refuse),
    trainedContextSize: count(fields.context_length) ?? 0,
    rotation: {
      dimensions: count(fields.rope?.dimension_count) ?? headDimensions,
      mode: rotationModes[architecture],
      frequencyBase: Number(fields.rope?.freq_base ?? 10_000),
      frequencyScale: frequencyScale(fields, refuse),
    },
  };
}

/** The metadata below the architecture's name; every value comes from a file and may be of any type. */
interface Fields {
  [name: string]: unknown;
  attention?: Record<string, unknown>;
  rope?: Record<string, unknown> & { scaling?: Record<string, unknown> };
}

function frequencyScale({ rope }: Fields, refuse: (reason: string) => Error): number {
  const { type, factor } = rope?.scaling ?? {};
  if (type === undefined || type === "none") return 1;
  if (type !== "linear") throw refuse(`its context is stretched by ${String(type)}`);
  return Number(factor ?? 1) === 0 ? 1 : 1 / Number(factor ?? 1);
}

function required(value: unknown, name: string, refuse: (reason: string) => Error): number {
  const number = count(value);
  if (number === null || number <= 0) throw refuse(`its ${name} is missing or differs between layers`);
  return number;
}

/** Lists (one value per layer) count as unknown here. */
const count = (value: unknown): number | null =>
  typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
