import type { Tensor } from "../ggml/native-types.ts";
import type { Scope } from "./scope.ts";

/** RMS norm times its weight, over the innermost dimension. */
export function forwardNorm({ operations, base }: Scope, name: string, input: Tensor): Tensor {
  return operations.mul(operations.rmsNorm(input, base.hyperparameters.normEpsilon), base.get(name).tensor);
}

export function backwardNorm({ operations, base }: Scope, name: string, gradient: Tensor, input: Tensor): Tensor {
  const weighted = operations.mul(gradient, base.get(name).tensor);
  return operations.rmsNormBack(weighted, input, base.hyperparameters.normEpsilon);
}

/** Of heads of queries and keys (Qwen 3, Gemma 3) and behind attention and feed-forward (Gemma 2 and 3); others have none. */
export const forwardNormIfAny = (scope: Scope, name: string, input: Tensor): Tensor =>
  scope.base.find(name) === undefined ? input : forwardNorm(scope, name, input);

export const backwardNormIfAny = (scope: Scope, name: string, gradient: Tensor, input: Tensor): Tensor =>
  scope.base.find(name) === undefined ? gradient : backwardNorm(scope, name, gradient, input);
