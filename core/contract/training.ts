import { z } from "zod";
import { call, progressOf } from "./call.ts";
import { Failure } from "./failures.ts";
import { ModelInfo } from "./models.ts";

/** The matrices of a decoder layer that an adapter can change, as GGUF names them. */
export const LoraTarget = z.enum(["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]);
export type LoraTarget = z.infer<typeof LoraTarget>;
export const LORA_TARGETS = LoraTarget.options;

/**
 * Retrieved passages in the prompts of some examples, as the combined arm lays them out. An adapter that never saw passages
 * makes answers from passages worse and drops their citations.
 */
export const TrainingPassages = z.object({
  /** Id or name. */
  collectionId: z.string().min(1),
  /** Share of the examples that get passages, chosen by the hash of seed and prompt. */
  share: z.number().gt(0).max(1).default(0.5),
  /** Passages per example; absent: as many as the combined arm takes. */
  topK: z.int().min(1).max(50).optional(),
  /** Append [n] to an answer without citation whose words stand in exactly one of its passages. */
  appendCitations: z.boolean().default(false),
});
export type TrainingPassages = z.infer<typeof TrainingPassages>;

/** Everything that decides a training run's result; the same settings, base, dataset and machine give the same adapter. */
export const TrainingSettings = z.object({
  /** A multiple of 16 runs twice as fast as 8. */
  rank: z.int().min(1).max(256).default(16),
  /** The update is alpha / rank · B·A. */
  alpha: z.number().positive().default(32),
  targets: z
    .array(LoraTarget)
    .min(1)
    .default([...LORA_TARGETS]),
  epochs: z.number().positive().max(1000).default(3),
  /** Peak rate; it warms up, then falls along a cosine. Absent: chosen by the size of the base. */
  learningRate: z.number().positive().max(1).optional(),
  /** Share of all steps in which the rate rises to its peak. */
  warmupShare: z.number().min(0).max(0.5).default(0.05),
  weightDecay: z.number().min(0).max(1).default(0),
  /** Share of the adapter's inputs left out at random, while training only. */
  dropout: z.number().min(0).max(0.9).default(0),
  /** Longest gradient; a longer one is shortened to it. */
  clip: z.number().positive().default(1),
  /** Longest example in tokens; longer ones are left out and listed. Absent: the longest of the dataset, up to 1,024. */
  sequenceLength: z.int().min(16).max(32_768).optional(),
  /** Tokens per optimizer step, made of as many packed micro-batches as it takes. */
  batchTokens: z.int().min(16).default(1024),
  /** Shares of the dataset, chosen by the hash of the prompt, so that one prompt is never on both sides. */
  validationShare: z.number().min(0).max(0.5).default(0.1),
  testShare: z.number().min(0).max(0.5).default(0.1),
  /** Times per epoch that the validation loss is measured. */
  evaluationsPerEpoch: z.number().positive().max(100).default(2),
  /** Stop after this many evaluations without a better validation loss; 0 never stops early. */
  patience: z.int().min(0).default(3),
  seed: z.int().min(0).default(42),
  /** Absent: one less than the machine has. */
  threads: z.int().min(1).max(256).optional(),
  /** Absent: prompts are trained on as the dataset has them. */
  passages: TrainingPassages.optional(),
});
export type TrainingSettings = z.infer<typeof TrainingSettings>;

export const DatasetSplit = z.enum(["train", "validation", "test"]);
export type DatasetSplit = z.infer<typeof DatasetSplit>;

/** A line and the earlier one it repeats, contradicts or resembles; lines are those of the file, from 1. */
const LinePair = z.object({ line: z.int(), sameAs: z.int() });

/** What retrieved passages do to a dataset; lines are those of the file. */
export const PassagesReport = z.object({
  collectionId: z.string(),
  collection: z.string(),
  /** Of the collection's rows that were searched. */
  generation: z.int(),
  topK: z.int(),
  share: z.number(),
  /** SHA-256 of the record of all prompts with their passages. */
  sha256: z.string(),
  /** Examples whose prompt carries passages. */
  examples: z.int(),
  /** Of these, with fewer than `topK`, because more did not fit into a sequence or were not found. */
  shortened: z.int(),
  /** Chosen, but nothing was found, or not even one passage fits. */
  without: z.array(z.int()),
  /** Chosen, but their prompts carry numbered passages already; left as they are. */
  ownPassages: z.int(),
  /** Of `examples`: answers that cite passages of their prompt. */
  cited: z.int(),
  /** Answers without any citation; `appended` are no longer among them. */
  uncited: z.array(z.int()),
  /** Answers that cite a number which no passage of their prompt has. */
  unresolved: z.array(z.int()),
  /** Answers without citation whose words stand in exactly one passage. */
  citable: z.int(),
  /** Of `citable`, got their citation appended. */
  appended: z.int(),
  /** Examples without passages whose answers lost citation marks that would point nowhere. */
  marksRemoved: z.int(),
  /** Examples whose own system prompt gave way to the combined arm's. */
  systemPromptsReplaced: z.int(),
});
export type PassagesReport = z.infer<typeof PassagesReport>;

/** What is said of a dataset before anything is trained on it. */
export const DatasetReport = z.object({
  path: z.string(),
  sha256: z.string(),
  format: z.enum(["messages", "prompt-completion", "alpaca", "sharegpt", "csv", "mixed"]),
  /** Those that can be trained on, exact duplicates counted once. */
  examples: z.int(),
  /** Examples and prompts that differ in more than case, spacing and punctuation. */
  distinctExamples: z.int(),
  distinctPrompts: z.int(),
  splits: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  malformed: z.array(z.object({ line: z.int(), problem: z.string() })),
  /** Same prompt and same answer as an earlier line; trained on once. */
  duplicates: z.array(LinePair),
  /** The same as an earlier line but for case, spacing or punctuation; trained on, and counting double. */
  nearDuplicates: z.array(LinePair),
  /** Same prompt as an earlier line but for case, spacing or punctuation, and an answer that differs in more than these. */
  contradictions: z.array(LinePair),
  /** In another split than a line whose prompt differs from it in digits, case, spacing or punctuation only. */
  leaks: z.array(LinePair),
  /** In tokens, as the base's chat template lays an example out; null until a base is named. */
  lengths: z
    .object({
      /** Examples of at most `upTo` tokens and more than the entry before. */
      histogram: z.array(z.object({ upTo: z.int(), examples: z.int() })),
      shortest: z.int(),
      median: z.number(),
      /** 95 of 100 are at most this long. */
      p95: z.int(),
      longest: z.int(),
      longestAnswer: z.int(),
      sequenceLength: z.int(),
      tooLong: z.array(z.object({ line: z.int(), tokens: z.int() })),
      totalTokens: z.int(),
      answerTokens: z.int(),
    })
    .nullable(),
  /** The form that most answers have, and those that have another; null when there is no common form. */
  answerForm: z
    .object({
      /** Completes "most answers are …". */
      form: z.string(),
      share: z.number(),
      /** `why` completes "the answer …". */
      outliers: z.array(z.object({ line: z.int(), why: z.string() })),
    })
    .nullable(),
  /** Null where a run trains without retrieved passages, or no base is named. */
  passages: PassagesReport.nullable(),
  /** What a person should know, most important first; empty when all is well. */
  advice: z.array(z.string()),
});
export type DatasetReport = z.infer<typeof DatasetReport>;

/** What a run will take, said before it starts. Bytes are exact for the trainer's tensors; the time is extrapolated from measured steps. */
export const TrainingPlan = z.object({
  dataset: DatasetReport,
  architecture: z.string(),
  trainableParameters: z.int(),
  sequenceLength: z.int(),
  /** Tokens computed at once. */
  microBatchTokens: z.int(),
  microBatchesPerStep: z.int(),
  steps: z.int(),
  checkpointing: z.boolean(),
  /** Whether transposed weights are kept, for speed. */
  storedTransposes: z.boolean(),
  memory: z.object({
    modelBytes: z.number(),
    activationBytes: z.number(),
    optimizerBytes: z.number(),
    neededBytes: z.number(),
    availableBytes: z.number(),
  }),
  /** Peak rate, and why this one when nobody chose it. */
  learningRate: z.object({ value: z.number(), reason: z.string().nullable() }),
  threads: z.int(),
  /** Measured on two micro-batches; null when not measured. */
  tokensPerSecond: z.number().nullable(),
  estimatedMs: z.number().nullable(),
});
export type TrainingPlan = z.infer<typeof TrainingPlan>;

/** One point of the loss curves; losses in nats per answer token. */
export const LossPoint = z.object({
  step: z.int(),
  epoch: z.number(),
  /** Over the step's answer tokens. */
  loss: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  /** Present where it was measured. */
  validationLoss: z.number().optional(),
});
export type LossPoint = z.infer<typeof LossPoint>;

export const TrainingProgress = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("stage"),
    stage: z.enum(["passages", "reading", "hashing", "loading", "evaluating", "saving"]),
  }),
  z.object({ type: z.literal("plan"), plan: TrainingPlan, resumedFromStep: z.int() }),
  z.object({
    type: z.literal("step"),
    point: LossPoint,
    steps: z.int(),
    tokensPerSecond: z.number(),
    etaMs: z.number(),
    /** Of the trainer's process, measured. */
    memoryBytes: z.number(),
  }),
  z.object({ type: z.literal("evaluation"), step: z.int(), validationLoss: z.number(), isBest: z.boolean() }),
]);
export type TrainingProgress = z.infer<typeof TrainingProgress>;

export const TrainingResult = z.object({
  path: z.string(),
  sha256: z.string(),
  end: z.enum(["finished", "early-stop"]),
  steps: z.int(),
  /** The step whose weights were kept. */
  bestStep: z.int(),
  /** Nats per answer token; null where the split is empty. */
  loss: z.object({
    train: z.number(),
    validationBefore: z.number().nullable(),
    validation: z.number().nullable(),
    testBefore: z.number().nullable(),
    test: z.number().nullable(),
  }),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.number(),
  /** Time spent training, pauses excluded. */
  ms: z.number(),
});
export type TrainingResult = z.infer<typeof TrainingResult>;

/** What an adapter changes in a base, at strength 1. */
export const AdapterReport = z.object({
  path: z.string(),
  rank: z.int(),
  alpha: z.number(),
  /** Weights of the base that the adapter changes. */
  matched: z.int(),
  /** What of the adapter has no place in the base, in words. */
  unmatched: z.array(z.string()),
  layers: z.array(
    z.object({
      /** From 0; −1 for weights outside the layers. */
      layer: z.int(),
      /** Frobenius norm of ΔW = alpha / rank · B·A over the layer's matrices. */
      deltaNorm: z.number(),
    }),
  ),
  /** Measured on the probe text; losses and divergence in nats per token, 0 divergence where nothing changes. */
  probe: z
    .object({
      text: z.string(),
      tokens: z.int(),
      baseLoss: z.number(),
      adaptedLoss: z.number(),
      divergence: z.number(),
    })
    .nullable(),
});
export type AdapterReport = z.infer<typeof AdapterReport>;

const Dataset = z.object({ path: z.string().min(1), skipMalformed: z.boolean().default(false) });

export const RunState = z.enum(["running", "paused", "finished", "failed"]);

/** A run as it is kept in the workspace. */
export const TrainingRun = z.object({
  id: z.string(),
  name: z.string(),
  baseId: z.string(),
  datasetPath: z.string(),
  /** Whether the user agreed to leave malformed lines out. */
  skipMalformed: z.boolean(),
  settings: TrainingSettings,
  state: RunState,
  createdAt: z.string(),
  points: z.array(LossPoint),
  result: TrainingResult.nullable(),
  /** Why it failed; null otherwise. */
  failure: Failure.nullable(),
  adapterId: z.string().nullable(),
});
export type TrainingRun = z.infer<typeof TrainingRun>;

export const training = {
  examine: call({
    summary: "Read a dataset and say what is wrong with it; with a base, count its tokens.",
    input: Dataset.extend({ baseId: z.string().optional(), settings: TrainingSettings.prefault({}) }),
    output: DatasetReport,
  }),
  plan: call({
    summary: "Say what a run would take: memory, steps, and hours from measured steps.",
    input: Dataset.extend({ baseId: z.string(), settings: TrainingSettings.prefault({}) }),
    output: TrainingPlan,
  }),
  start: progressOf({
    summary: "Train an adapter; the run goes on when its caller leaves.",
    input: Dataset.extend({ baseId: z.string(), name: z.string().min(1), settings: TrainingSettings.prefault({}) }),
    progress: TrainingProgress,
    output: z.object({ run: TrainingRun, adapter: ModelInfo }),
  }),
  resume: progressOf({
    summary: "Continue a paused run from its last checkpoint, or watch the one that is running.",
    input: z.object({ runId: z.string() }),
    progress: TrainingProgress,
    output: z.object({ run: TrainingRun, adapter: ModelInfo }),
  }),
  pause: call({
    summary: "Stop a run within two seconds; it can be resumed.",
    input: z.object({ runId: z.string() }),
    output: TrainingRun,
  }),
  remove: call({
    summary: "Stop a run and delete its checkpoints; an adapter it finished stays.",
    input: z.object({ runId: z.string() }),
    output: z.object({ removed: z.boolean() }),
  }),
  list: call({ summary: "List the runs of this workspace.", input: z.object({}), output: z.array(TrainingRun) }),
  importPeft: call({
    summary: "Convert a PEFT adapter to GGUF for a base, or say in words why it cannot be converted.",
    input: z.object({ path: z.string().min(1), baseId: z.string(), name: z.string().min(1).optional() }),
    output: z.object({ adapter: ModelInfo, report: AdapterReport }),
  }),
  report: call({
    summary: "Say what an adapter changes in a base, layer by layer.",
    input: z.object({ adapterId: z.string(), baseId: z.string(), probe: z.string().optional() }),
    output: AdapterReport,
  }),
};
