import { readFile } from "node:fs/promises";
import { FourfoldError } from "../../contract/failures.ts";
import type { TrainingPlan } from "../../contract/training.ts";
import { readHeader } from "../../runtime/gguf-header.ts";
import { hashFiles } from "../../runtime/hash-file.ts";
import { defaultThreads, Processor } from "../ggml/backend.ts";
import { writeAtomically } from "../gguf/write-gguf.ts";
import { BaseWeights } from "../model/base-weights.ts";
import type { BaseFile, PlanRequest } from "../requests.ts";
import { type FittedPasses, fitMemory } from "./fit-memory.ts";
import { settleLearningRate } from "./learning-rate.ts";
import { planSteps, type StepPlan } from "./plan-steps.ts";
import { type PreparedDataset, prepareDataset } from "./prepare.ts";

/** Everything that is settled before weights are read. */
export interface OpenedRun extends Disposable {
  processor: Processor;
  /** Described, not loaded. */
  base: BaseWeights;
  prepared: PreparedDataset;
  fitted: FittedPasses;
  stepPlan: StepPlan;
  learningRate: TrainingPlan["learningRate"];
}

/**
 * @param fittedPath  where the way of training is kept, so that a resumed run goes on in the way it began: another one
 *   rounds differently. Null for a run that only plans.
 */
export async function openRun(request: PlanRequest, fittedPath: string | null): Promise<OpenedRun> {
  const { settings, base: file } = request;
  using stack = new DisposableStack();
  const processor = stack.use(new Processor(settings.threads ?? defaultThreads()));
  const base = stack.use(await BaseWeights.describe(processor, file.path));
  const prepared = await prepareDataset(request, file.path, base.hyperparameters);
  const examples = { all: Object.values(prepared.splits).flat(), sequenceLength: prepared.sequenceLength };
  const fit = () => fitMemory(processor, file.path, settings, examples);
  const fitted = fittedPath === null ? await fit() : await keepFitted(fittedPath, fit);
  const stepPlan = planSteps(prepared.splits.train, fitted.settings.shape, settings);
  const learningRate = settleLearningRate(settings, base);
  const owned = stack.move();
  return { processor, base, prepared, fitted, stepPlan, learningRate, [Symbol.dispose]: () => owned.dispose() };
}

async function keepFitted(path: string, fit: () => Promise<FittedPasses>): Promise<FittedPasses> {
  const kept = await readFile(path, "utf8").catch(() => null);
  if (kept !== null) return JSON.parse(kept) as FittedPasses;
  const fitted = await fit();
  await writeAtomically(path, [Buffer.from(JSON.stringify(fitted))]);
  return fitted;
}

/** @throws model_changed */
export async function verifyBase({ path, sha256 }: BaseFile, signal: AbortSignal): Promise<void> {
  const { files } = await readHeader(path);
  const actual = await hashFiles(files, { signal });
  if (actual.sha256 === sha256) return;
  throw new FourfoldError({
    code: "model_changed",
    message: `${path} is not the file that was added: its content changed.`,
    action: "Put the old file back, or add the model again and start a new run.",
    details: { path, expectedSha256: sha256, actualSha256: actual.sha256 },
  });
}
