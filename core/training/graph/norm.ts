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
