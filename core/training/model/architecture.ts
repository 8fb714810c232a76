import type { GgufHeader } from "../../runtime/gguf-header.ts";
import { trainingUnsupported } from "../training-failures.ts";
import { isTrainable, reasonAgainst, type TrainableArchitecture, traitsOf } from "./architecture-traits.ts";
import { type ArchitectureFields, count, real } from "./architecture-fields.ts";
import { readSlidingWindow, type SlidingWindow } from "./sliding-window.ts";

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
  /** `magnitude` lengthens what it rotates; 1 almost everywhere. */
  rotation: { dimensions: number; mode: number; frequencyBase: number; frequencyScale: number; magnitude: number };
  /** What attention scores are multiplied by. */
  attentionScale: number;
  /** Scores are kept within ± this by a tanh; null without. */
  attentionCap: number | null;
  /** The same of the logits. */
  logitCap: number | null;
  /** Layers that see only so far back; null when all see everything. */
  slidingWindow: SlidingWindow | null;
}

/**
 * @throws training_unsupported  another architecture, by name; experts; a way of stretching the context that training
 *   does not compute as llama.cpp does
 */
export function readHyperparameters(path: string, header: GgufHeader): Hyperparameters {
  const { architecture } = header;
  const refuse = (reason: string) => trainingUnsupported(path, architecture, reason);
  if (!isTrainable(architecture)) throw refuse(reasonAgainst(architecture));
  const fields = header.info.architectureMetadata as unknown as ArchitectureFields;
  const attention = fields.attention ?? {};
  const embeddingLength = required(fields.embedding_length, "embedding_length", refuse);
  const layers = required(fields.block_count, "block_count", refuse);
  const heads = required(attention["head_count"], "attention.head_count", refuse);
  const headDimensions = count(attention["key_length"]) ?? embeddingLength / heads;
  if ((count(fields["expert_count"]) ?? 0) > 0) throw refuse("it is a mixture of experts");
  if ((count(attention["value_length"]) ?? headDimensions) !== headDimensions) {
    throw refuse("its keys and values differ in length");
  }
  const embedding = header.tensors.find(({ name }) => name === "token_embd.weight");
  const rotation = {
    dimensions: count(fields.rope?.["dimension_count"]) ?? headDimensions,
    mode: traitsOf(architecture).rotationMode,
    frequencyBase: real(fields.rope?.["freq_base"]) ?? 10_000,
    frequencyScale: frequencyScale(fields, refuse),
    magnitude: real(fields.rope?.scaling?.["attn_factor"]) ?? 1,
  };
  return {
    architecture,
    embeddingLength,
    layers,
    feedForwardLength: required(fields["feed_forward_length"], "feed_forward_length", refuse),
    heads,
    keyValueHeads: count(attention["head_count_kv"]) ?? heads,
    headDimensions,
    normEpsilon: real(attention["layer_norm_rms_epsilon"]) ?? 1e-5,
    vocabularySize: required(embedding?.dimensions[1], "token_embd.weight", refuse),
    trainedContextSize: trainedContextSize(fields),
    rotation,
    attentionScale: 1 / Math.sqrt(hasWideScale(architecture, layers) ? embeddingLength / heads : headDimensions),
    ...caps(architecture, fields),
    slidingWindow: readSlidingWindow(architecture, layers, fields, rotation),
  };
}

/** The 27B models of Gemma 2 and 3, which llama.cpp knows by their number of layers (gemma2.cpp, gemma3.cpp). */
const hasWideScale = (architecture: TrainableArchitecture, layers: number): boolean =>
  (architecture === "gemma2" && layers === 46) || (architecture === "gemma3" && layers === 62);

/** Gemma 2 caps even when its file does not say at what. */
function caps(architecture: TrainableArchitecture, fields: ArchitectureFields) {
  const isSecond = architecture === "gemma2";
  if (!isSecond && architecture !== "gemma3") return { attentionCap: null, logitCap: null };
  return {
    attentionCap: isSecond ? (real(fields["attn_logit_softcapping"]) ?? 50) : null,
    logitCap: real(fields["final_logit_softcapping"]) || (isSecond ? 30 : null),
  };
}

/** With two sets of rotation factors, llama.cpp takes the short one up to the length the model was first trained on. */
function trainedContextSize(fields: ArchitectureFields): number {
  return count(fields.rope?.scaling?.["original_context_length"]) ?? count(fields["context_length"]) ?? 0;
}

function frequencyScale({ rope }: ArchitectureFields, refuse: (reason: string) => Error): number {
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
