import type { LossPoint, TrainingProgress } from "../../contract/training.ts";
import type { RunProgress } from "./checkpoint.ts";
import type { StepPlan } from "./plan-steps.ts";

/** As often as anyone can read. */
const TELL_EVERY_MS = 33;

/** How fast a run goes and how long it will take, from this sitting's own steps. */
export class Pace {
  readonly #plan: StepPlan;
  readonly #startedAt = performance.now();
  readonly #msBefore: number;
  readonly #tokensBefore: number;
  readonly #allTokens: number;
  #toldAt = -Infinity;

  constructor(plan: StepPlan, { ms, trainedTokens }: RunProgress) {
    this.#plan = plan;
    this.#msBefore = ms;
    this.#tokensBefore = trainedTokens;
    this.#allTokens = plan.steps.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Time the run has taken so far, sittings before this one included. */
  get ms(): number {
    return this.#msBefore + performance.now() - this.#startedAt;
  }

  /** Report a step, unless the last report was a moment ago and this step has nothing that must not be missed. */
  tell(point: LossPoint, { trainedTokens }: RunProgress, report: (progress: TrainingProgress) => void): void {
    const now = performance.now();
    const isLast = point.step === this.#plan.steps.length;
    if (now - this.#toldAt < TELL_EVERY_MS && point.validationLoss === undefined && !isLast) return;
    this.#toldAt = now;
    const tokensPerSecond = (trainedTokens - this.#tokensBefore) / ((now - this.#startedAt) / 1000);
    report({
      type: "step",
      point,
      steps: this.#plan.steps.length,
      tokensPerSecond,
      etaMs: ((this.#allTokens - trainedTokens) / tokensPerSecond) * 1000,
      memoryBytes: process.memoryUsage.rss(),
    });
  }
}
