import type { TrainingPlan, TrainingSettings } from "../../contract/training.ts";
import type { BaseWeights } from "../model/base-weights.ts";

/** What LoRA is mostly trained with at a billion parameters (Hu et al. 2021; the examples of PEFT). */
const AT_A_BILLION = 2e-4;
/** Rates beyond these are for people who know why. */
const [LEAST, MOST] = [1e-4, 2e-3];

/** The peak rate for a base nobody chose one for: a tiny base learns next to nothing at the rate of a large one. */
export function learningRateFor(parameters: number): number {
  const rate = AT_A_BILLION * Math.cbrt(1e9 / parameters);
  return Number(Math.min(MOST, Math.max(LEAST, rate)).toPrecision(2));
}

export function settleLearningRate(
  { learningRate }: Pick<TrainingSettings, "learningRate">,
  base: BaseWeights,
): TrainingPlan["learningRate"] {
  if (learningRate !== undefined) return { value: learningRate, reason: null };
  const parameters = [...base].reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const millions = (parameters / 1e6).toLocaleString("en", { maximumSignificantDigits: 2 });
  return {
    value: learningRateFor(parameters),
    reason: `chosen for a base of ${millions} million parameters; smaller bases need higher rates`,
  };
}
