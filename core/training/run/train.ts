import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { LossPoint, TrainingPlan, TrainingProgress, TrainingResult } from "../../contract/training.ts";
import { FourfoldError } from "../../contract/failures.ts";
import { readHeader } from "../../runtime/gguf-header.ts";
import { hashFile, hashFiles } from "../../runtime/hash-file.ts";
import { fileFailure } from "../../runtime/model-failures.ts";
import { defaultThreads, Processor } from "../ggml/backend.ts";
import { TrainingPasses } from "../graph/training-passes.ts";
import { writeAtomically } from "../gguf/write-gguf.ts";
import { BaseWeights } from "../model/base-weights.ts";
import type { BaseFile, PlanRequest, TrainRequest } from "../requests.ts";
import { notResumable, stopped, trainingDiverged } from "../training-failures.ts";
import { readCheckpoint, type RunProgress, writeCheckpoint } from "./checkpoint.ts";
import { exportAdapter } from "./export-adapter.ts";
import { type FittedPasses, fitMemory } from "./fit-memory.ts";
import { planSteps, type StepPlan } from "./plan-steps.ts";
import { type PreparedDataset, prepareDataset } from "./prepare.ts";
import { meanLoss, restoreBest, runLoop } from "./training-loop.ts";

export interface TrainContext {
  signal: AbortSignal;
  report: (progress: TrainingProgress) => void;
}

const FIRST_LOSS_SCALE = 1024;

/**
 * Train an adapter, or go on with a run that was stopped or killed. The result is the same as without the interruption.
 *
 * @throws stopped  on the signal, after a checkpoint was written
 * @throws training_diverged  the loss was no number; the best adapter so far lies in the run's folder
 * @throws everything that can be said before a start: dataset_*, training_unsupported, training_memory_insufficient
 */
export async function train(request: TrainRequest, { signal, report }: TrainContext): Promise<TrainingResult> {
  report({ type: "stage", stage: "reading" });
  await mkdir(request.folder, { recursive: true });
  const path = await keepDataset(request);
  const { prepared, fitted, stepPlan, processor, base } = await open({ ...request, path }, request.folder);
  using _processor = processor;
  using _base = base;
  report({ type: "stage", stage: "hashing" });
  await verifyBase(request.base, signal);
  report({ type: "stage", stage: "loading" });
  await base.load(signal).catch(asStopped(signal));
  using passes = new TrainingPasses(processor, base, fitted.settings);
  await passes.allocate(request.settings.seed);

  const checkpoint = join(request.folder, "checkpoint.bin");
  const fingerprint = fingerprintOf(request, prepared, fitted);
  const kept = await readCheckpoint(checkpoint, fingerprint, passes.lora);
  const { validation, test } = prepared.splits;
  const lossOf = async (examples: typeof test) => (examples.length === 0 ? null : meanLoss(passes, examples, signal));
  const first = async (): Promise<RunProgress> => ({
    ...emptyProgress(fingerprint),
    validationBefore: await lossOf(validation),
    testBefore: await lossOf(test),
  });
  const plan = describePlan(request, prepared, fitted, stepPlan, passes, null);
  report({ type: "plan", plan, resumedFromStep: kept?.progress.step ?? 0 });
  const progress = kept?.progress ?? (await first());
  const { loop: ended, ...rest } = {
    loop: await runLoop({
      ...{ processor, passes, plan: stepPlan, settings: request.settings, validation, progress, signal, report },
      best: kept?.best ?? null,
      saveEveryMs: request.saveEveryMs,
      save: (current, best) => writeCheckpoint(checkpoint, current, passes.lora, best),
    }),
    architecture: base.hyperparameters.architecture,
  };
  const { points, best, step, trainedTokens, ms } = ended.progress;
  report({ type: "stage", stage: "saving" });
  const origin = {
    ...{ ...rest, name: request.name, base: request.base, settings: request.settings, steps: step },
    dataset: { sha256: prepared.report.sha256, examples: prepared.report.examples },
    bestStep: best?.step ?? step,
  };
  const { validationBefore, testBefore } = progress;
  const losses = { train: recentLoss(points, origin.bestStep), validationBefore, testBefore };
  if (ended.end === "diverged") {
    if (ended.best === null) throw trainingDiverged(step, null);
    restoreBest(passes, ended.best);
    const rescued = join(request.folder, "best.gguf");
    const loss = { ...losses, validation: best!.validationLoss, test: null };
    await exportAdapter(rescued, passes.lora, { ...origin, loss });
    throw trainingDiverged(step, rescued);
  }
  // Stopped between here and the end, the run goes on from its last step.
  await writeCheckpoint(checkpoint, ended.progress, passes.lora, ended.best);
  restoreBest(passes, ended.best);
  const loss = { ...losses, validation: best?.validationLoss ?? null, test: await lossOf(test) };
  await exportAdapter(request.target, passes.lora, { ...origin, loss });
  return {
    path: request.target,
    sha256: (await hashFile(request.target)).sha256,
    end: ended.end,
    steps: step,
    bestStep: origin.bestStep,
    loss,
    tokensPerSecond: trainedTokens / (ms / 1000),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    ms,
  };
}

/** What a run would take; the speed is measured on two micro-batches of the dataset, after one that warms up. */
export async function plan(request: PlanRequest, signal: AbortSignal): Promise<TrainingPlan> {
  const { prepared, fitted, stepPlan, processor, base } = await open(request, null);
  using _processor = processor;
  using _base = base;
  await base.load(signal).catch(asStopped(signal));
  using passes = new TrainingPasses(processor, base, fitted.settings);
  await passes.allocate(request.settings.seed);
  const [first, ...others] = stepPlan.steps.slice(0, 3).flatMap(({ microBatches }) => microBatches);
  await passes.addGradients(first!, FIRST_LOSS_SCALE, null);
  const started = performance.now();
  let tokens = 0;
  for (const batch of others.length === 0 ? [first!] : others.slice(0, 2)) {
    if (signal.aborted) throw stopped();
    await passes.addGradients(batch, FIRST_LOSS_SCALE, null);
    tokens += batch.reduce((sum, example) => sum + example.tokens.length, 0);
  }
  const measured = tokens / ((performance.now() - started) / 1000);
  return describePlan(request, prepared, fitted, stepPlan, passes, measured);
}

async function open(request: PlanRequest, folder: string | null) {
  const { settings } = request;
  const processor = new Processor(settings.threads ?? defaultThreads());
  try {
    const base = await BaseWeights.describe(processor, request.base.path);
    const prepared = await prepareDataset(request, request.base.path, base.hyperparameters);
    const examples = { all: Object.values(prepared.splits).flat(), sequenceLength: prepared.sequenceLength };
    const fit = () => fitMemory(processor, request.base.path, settings, examples);
    const fitted = folder === null ? await fit() : await keepFitted(join(folder, "passes.json"), fit);
    const stepPlan = planSteps(prepared.splits.train, fitted.settings.shape, settings);
    return { prepared, fitted, stepPlan, processor, base };
  } catch (error) {
    processor[Symbol.dispose]();
    throw error;
  }
}

/** A run goes on in the way it began, whatever is free by then: another way rounds differently. */
async function keepFitted(path: string, fit: () => Promise<FittedPasses>): Promise<FittedPasses> {
  const kept = await readFile(path, "utf8").catch(() => null);
  if (kept !== null) return JSON.parse(kept) as FittedPasses;
  const fitted = await fit();
  await writeAtomically(path, [Buffer.from(JSON.stringify(fitted))]);
  return fitted;
}

/** The run keeps its own copy: the user goes on editing the file while it trains. */
async function keepDataset({ path, folder }: TrainRequest): Promise<string> {
  const kept = join(folder, `dataset${extname(path)}`);
  if ((await stat(kept).catch(() => null)) !== null) return kept;
  const unfinished = `${kept}.unfinished${extname(path)}`;
  try {
    await copyFile(path, unfinished);
    await writeAtomically(kept, [await readFile(unfinished)]);
  } catch (error) {
    throw fileFailure(path, error);
  }
  return kept;
}

/** @throws model_changed */
async function verifyBase({ path, sha256 }: BaseFile, signal: AbortSignal): Promise<void> {
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

function fingerprintOf(request: TrainRequest, { report }: PreparedDataset, { settings: passes }: FittedPasses): string {
  const { threads: _, ...settings } = request.settings;
  const parts = [request.base.sha256, report.sha256, settings, passes, request.skipMalformed];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Steps differ in what they hold; the mean of the last ones before the kept weights says more than the last one. */
function recentLoss(points: readonly LossPoint[], upToStep: number): number {
  const recent = points.filter(({ step }) => step <= upToStep).slice(-10);
  return recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length;
}

const emptyProgress = (fingerprint: string): RunProgress => ({
  ...{ fingerprint, step: 0, points: [], lossScale: FIRST_LOSS_SCALE, validationBefore: null, testBefore: null },
  ...{ best: null, evaluationsWithoutGain: 0, trainedTokens: 0, ms: 0 },
});

function describePlan(
  { settings }: PlanRequest,
  prepared: PreparedDataset,
  { settings: passSettings, memory }: FittedPasses,
  { steps, microBatchesPerStep }: StepPlan,
  passes: TrainingPasses,
  tokensPerSecond: number | null,
): TrainingPlan {
  const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
  return {
    dataset: prepared.report,
    architecture: passes.base.hyperparameters.architecture,
    trainableParameters: passes.lora.count,
    sequenceLength: prepared.sequenceLength,
    microBatchTokens: passSettings.shape.tokens,
    microBatchesPerStep,
    steps: steps.length,
    checkpointing: passSettings.checkpointing,
    storedTransposes: passSettings.transposes === "stored",
    memory,
    threads: settings.threads ?? defaultThreads(),
    tokensPerSecond,
    estimatedMs: tokensPerSecond === null ? null : (tokens / tokensPerSecond) * 1000,
  };
}

const asStopped =
  (signal: AbortSignal) =>
  (error: unknown): never => {
    throw signal.aborted ? stopped() : error;
  };
