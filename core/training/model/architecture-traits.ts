/** In what the layers of one architecture differ from another's. */
export interface ArchitectureTraits {
  /** ggml's mode (llama.cpp, llama_model_rope_type): 0 rotates neighbours, 2 rotates halves. */
  rotationMode: 0 | 2;
  /** Of the gate; gelu in its tanh form. */
  activation: "silu" | "gelu";
  /** Queries, keys and values are one matrix, gate and up another. */
  isFused: boolean;
  /** What attention and feed-forward give is normed once more before it is added. */
  hasPostNorms: boolean;
  /** Embeddings are multiplied by the root of their length. */
  scalesEmbeddings: boolean;
  /** The file cannot bring a head of its own: the embedding is the head. */
  isTied: boolean;
}

const common: ArchitectureTraits = {
  ...{ rotationMode: 2, activation: "silu", isFused: false },
  ...{ hasPostNorms: false, scalesEmbeddings: false, isTied: false },
};
const gemma = { ...common, activation: "gelu", scalesEmbeddings: true } as const;

/** By the name in a model's file; Mistral's files say llama, Phi 4's say phi3. */
const traits = {
  llama: { ...common, rotationMode: 0 },
  qwen2: common,
  qwen3: common,
  phi3: { ...common, isFused: true },
  gemma: { ...gemma, isTied: true },
  gemma2: { ...gemma, isTied: true, hasPostNorms: true },
  gemma3: { ...gemma, hasPostNorms: true },
} as const satisfies Record<string, ArchitectureTraits>;

export type TrainableArchitecture = keyof typeof traits;

export const isTrainable = (name: string): name is TrainableArchitecture => Object.hasOwn(traits, name);

export const traitsOf = (name: TrainableArchitecture): ArchitectureTraits => traits[name];

/** Why a well-known architecture is not among them; completes "… cannot be trained: ". */
export function reasonAgainst(name: string): string {
  const known = reasons.find(([pattern]) => pattern.test(name));
  return known === undefined ? `its architecture is ${name}` : `its architecture is ${name}, ${known[1]}`;
}

const reasons: readonly [pattern: RegExp, reason: string][] = [
  [/^gemma(3n|4)/, "whose layers have embeddings and shared keys and values of their own"],
  [/^phi2$/, "whose layers run attention and feed-forward side by side on a norm with a mean"],
  [/moe/, "a mixture of experts, whose choice of experts has no gradient here"],
  [/mamba|rwkv|jamba|qwen3next|qwen35|hybrid|falcon-h1|lfm2/, "whose layers carry a state from token to token"],
  [/bert|embedding/, "which embeds text and writes none"],
];
