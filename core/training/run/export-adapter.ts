import type { PassagesReport, TrainingResult } from "../../contract/training.ts";
import { tensorTypes } from "../ggml/tensor-type.ts";
import { type GgufValue, writeGguf } from "../gguf/write-gguf.ts";
import type { LoraParameters } from "../model/lora-parameters.ts";
import type { BaseFile } from "../requests.ts";
import type { SettledSettings } from "./settled-settings.ts";

/** What an adapter's file says of how it was made. */
export interface AdapterOrigin {
  architecture: string;
  name: string;
  base: BaseFile;
  dataset: { sha256: string; examples: number };
  /** Null for an adapter that never saw retrieved passages. */
  passages: PassagesReport | null;
  settings: SettledSettings;
  steps: number;
  bestStep: number;
  loss: TrainingResult["loss"];
}

/** Write the adapter as llama.cpp loads it, F32, with everything needed to make it again. */
export async function exportAdapter(path: string, lora: LoraParameters, origin: AdapterOrigin): Promise<void> {
  const tensors = lora.parameters.map(({ name, shape, values }) => {
    return { name, shape: [...shape], type: tensorTypes.F32, data: lora.read(values) };
  });
  await writeGguf(path, metadataOf(origin), tensors);
}

function metadataOf(origin: AdapterOrigin) {
  const { architecture, name, base, dataset, passages, settings, steps, bestStep, loss } = origin;
  const losses = {
    loss: loss.train,
    loss_validation_before: loss.validationBefore,
    loss_validation: loss.validation,
    loss_test_before: loss.testBefore,
    loss_test: loss.test,
  };
  return {
    "general.type": text("adapter"),
    "general.architecture": text(architecture),
    "general.name": text(name),
    "adapter.type": text("lora"),
    "adapter.lora.alpha": real(settings.alpha),
    "fourfold.base.sha256": text(base.sha256),
    "fourfold.base.name": text(base.name),
    "fourfold.dataset.sha256": text(dataset.sha256),
    "fourfold.dataset.pairs": whole(dataset.examples),
    ...(passages !== null && {
      "fourfold.passages.collection": text(passages.collection),
      "fourfold.passages.generation": whole(passages.generation),
      "fourfold.passages.top_k": whole(passages.topK),
      "fourfold.passages.share": real(passages.share),
      "fourfold.passages.pairs": whole(passages.examples),
      "fourfold.passages.pairs_cited": whole(passages.cited + passages.appended),
      "fourfold.passages.sha256": text(passages.sha256),
    }),
    "fourfold.lora.rank": whole(settings.rank),
    "fourfold.lora.targets": text(settings.targets.join(",")),
    "fourfold.training.epochs": real(settings.epochs),
    "fourfold.training.steps": whole(steps),
    "fourfold.training.best_step": whole(bestStep),
    "fourfold.training.learning_rate": real(settings.learningRate),
    "fourfold.training.batch_tokens": whole(settings.batchTokens),
    "fourfold.training.seed": whole(settings.seed),
    "fourfold.training.optimizer": text("adamw"),
    "fourfold.training.settings": text(JSON.stringify(settings)),
    ...Object.fromEntries(
      Object.entries(losses).flatMap(([key, value]) =>
        value === null ? [] : [[`fourfold.training.${key}`, real(value)]],
      ),
    ),
  } satisfies Record<string, GgufValue>;
}

const text = (value: string): GgufValue => ({ type: "string", value });
const real = (value: number): GgufValue => ({ type: "float32", value });
const whole = (value: number): GgufValue => ({ type: "uint32", value });
