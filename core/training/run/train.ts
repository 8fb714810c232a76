import { createHash } from "node:crypto";
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { LossPoint, TrainingProgress, TrainingResult } from "../../contract/training.ts";
import { hashFile } from "../../runtime/hash-file.ts";
import { fileFailure } from "../../runtime/model-failures.ts";
import { TrainingPasses } from "../graph/training-passes.ts";
import type { TrainRequest } from "../requests.ts";
import { trainingDiverged } from "../training-failures.ts";
import { emptyProgress, readCheckpoint, writeCheckpoint, writeWeights } from "./checkpoint.ts";
import { exportAdapter } from "./export-adapter.ts";
import { meanLoss } from "./mean-loss.ts";
import { type OpenedRun, openRun, verifyBase } from "./open-run.ts";
import { describePlan } from "./plan.ts";
import { settleThreads } from "./settle-threads.ts";
import type { SettledSettings } from "./settled-settings.ts";
import { type LoopEnd, type LoopState, runLoop } from "./training-loop.ts";

export interface TrainContext {
  signal: AbortSignal;
  report: (progress: TrainingProgress) => void;
}

/**
 * Train an adapter, or go on with a run that was stopped or killed. The result is the same as without the interruption.
 *
 * @throws stopped  on the signal, after a checkpoint was written
 * @throws training_diverged  the loss was no number; the best adapter so far lies in the run's folder
 * @throws training_not_resumable, model_changed, disk_full
 * @throws dataset_malformed, dataset_unusable, training_unsupported, training_memory_insufficient  before anything is trained
 */
export async function train(request: TrainRequest, { signal, report }: TrainContext): Promise<TrainingResult> {
  const { folder, settings } = request;
  report({ type: "stage", stage: "reading" });
  await mkdir(folder, { recursive: true });
  const path = await keepDataset(request);
  using run = await openRun({ ...request, path }, join(folder, "passes.json"));
  report({ type: "stage", stage: "hashing" });
  await verifyBase(request.base, signal);
  report({ type: "stage", stage: "loading" });
  await run.base.load(signal);
  using passes = new TrainingPasses(run.processor, run.base, run.fitted.settings);
  await passes.allocate(settings.seed);

  const checkpoint = join(folder, "checkpoint.bin");
  const fingerprint = fingerprintOf(request, run);
  const kept = await readCheckpoint(checkpoint, fingerprint, passes.lora);
  report({ type: "plan", plan: describePlan(request, run, passes, null), resumedFromStep: kept?.progress.step ?? 0 });
  const save = ({ progress, best }: LoopState) => writeCheckpoint(checkpoint, progress, passes.lora, best);
  const { validation } = run.prepared.splits;
  const threads = await settleThreads(run.processor, passes, run.stepPlan.steps[0]!.microBatches[0]!, settings.threads);
  const start = kept ?? { progress: await firstProgress(fingerprint, run, passes), best: null };
  const { processor, stepPlan } = run;
  const { saveEveryMs } = request;
  const settled = settledSettings(request, run);
  const parts = { processor, threads, passes, plan: stepPlan, settings: settled, validation };
  const ended = await runLoop({ ...parts, start, signal, report, saveEveryMs, save });
  report({ type: "stage", stage: "saving" });
  if (ended.end === "diverged") throw await rescue(request, run, passes, ended);
  // Stopped between here and the end, the run goes on from its last step.
  await save(ended);
  // Awaited here: what it uses is freed on the way out.
  return await finish(request, run, passes, ended, ended.end);
}

async function firstProgress(fingerprint: string, { prepared }: OpenedRun, passes: TrainingPasses) {
  const { validation, test } = prepared.splits;
  return {
    ...emptyProgress(fingerprint),
    validationBefore: validation.length === 0 ? null : await meanLoss(passes, validation),
    testBefore: test.length === 0 ? null : await meanLoss(passes, test),
  };
}

async function finish(
  request: TrainRequest,
  run: OpenedRun,
  passes: TrainingPasses,
  { progress, best }: LoopState,
  end: TrainingResult["end"],
): Promise<TrainingResult> {
  const { prepared, base } = run;
  const { points, step, trainedTokens, ms, validationBefore, testBefore } = progress;
  const { test } = prepared.splits;
  const bestStep = progress.best?.step ?? step;
  if (best !== null) writeWeights(passes.lora, best);
  const loss = {
    train: recentLoss(points, bestStep),
    validationBefore,
    validation: progress.best?.validationLoss ?? null,
    testBefore,
    test: test.length === 0 ? null : await meanLoss(passes, test),
  };
  await exportAdapter(request.target, passes.lora, {
    architecture: base.hyperparameters.architecture,
    name: request.name,
    base: request.base,
    dataset: { sha256: prepared.report.sha256, examples: prepared.report.examples },
    passages: prepared.report.passages,
    settings: settledSettings(request, run),
    steps: step,
    bestStep,
    loss,
  });
  const { sha256 } = await hashFile(request.target);
  const tokensPerSecond = trainedTokens / (ms / 1000);
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  return { path: request.target, sha256, end, steps: step, bestStep, loss, tokensPerSecond, peakMemoryBytes, ms };
}

/** What was good so far goes into the run's folder, not to where finished adapters go. */
async function rescue(request: TrainRequest, run: OpenedRun, passes: TrainingPasses, ended: LoopEnd): Promise<Error> {
  const { progress, best } = ended;
  if (best === null) return trainingDiverged(progress.step + 1, null);
  const target = join(request.folder, "best.gguf");
  await finish({ ...request, target }, run, passes, ended, "early-stop");
  return trainingDiverged(progress.step + 1, target);
}

/** Steps differ in what they hold; the mean of the last ones before the kept weights says more than the last one. */
function recentLoss(points: readonly LossPoint[], upToStep: number): number {
  const recent = points.filter(({ step }) => step <= upToStep).slice(-10);
  return recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length;
}

/** The run keeps its own copy: the user goes on editing the file while it trains. */
async function keepDataset({ path, folder }: TrainRequest): Promise<string> {
  const kept = join(folder, `dataset${extname(path)}`);
  if ((await stat(kept).catch(() => null)) !== null) return kept;
  const unfinished = join(folder, "dataset.unfinished");
  try {
    await copyFile(path, unfinished);
    await rename(unfinished, kept);
  } catch (error) {
    throw fileFailure(path, error);
  }
  return kept;
}

const settledSettings = ({ settings }: TrainRequest, { learningRate }: OpenedRun): SettledSettings => ({
  ...settings,
  learningRate: learningRate.value,
});

/** Everything that decides the result; the number of threads does not. */
function fingerprintOf(request: TrainRequest, run: OpenedRun): string {
  const { prepared, fitted } = run;
  const { threads: _, ...settings } = settledSettings(request, run);
  const { sha256, passages } = prepared.report;
  const parts = [request.base.sha256, sha256, settings, fitted.settings, request.skipMalformed];
  if (passages !== null) parts.push(passages.sha256);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
