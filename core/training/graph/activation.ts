import type { Tensor } from "../ggml/native-types.ts";
import type { Operations } from "../ggml/operations.ts";
import { traitsOf } from "../model/architecture-traits.ts";
import type { Scope } from "./scope.ts";

/** activation(gate) · up */
export function gated(scope: Scope, gate: Tensor, up: Tensor): Tensor {
  return isGelu(scope) ? scope.operations.geglu(gate, up) : scope.operations.swiglu(gate, up);
}

/** The activation of `gate` once more, and the gradient below it, for `gradient` of its result. */
export function activationBack(scope: Scope, gradient: Tensor, gate: Tensor): { active: Tensor; below: Tensor } {
  const { operations } = scope;
  return isGelu(scope)
    ? { active: operations.gelu(gate), below: operations.mul(gradient, geluSlope(operations, gate)) }
    : { active: operations.silu(gate), below: operations.siluBack(gradient, gate) };
}

/** gelu(x) = x · σ(2u), where u = √(2/π) · (x + CUBIC · x³): its tanh form (Hendrycks & Gimpel 2016) written with σ. */
const DOUBLE_ROOT = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** σ + x · σ · (1 − σ) · 2u′; ggml has no gradient of gelu. */
export function geluSlope(operations: Operations, x: Tensor): Tensor {
  const square = operations.square(x);
  const doubled = operations.mul(x, operations.scaleAndShift(square, DOUBLE_ROOT * CUBIC, DOUBLE_ROOT));
  const sigmoid = operations.sigmoid(doubled);
  const rise = operations.mul(x, operations.scaleAndShift(square, 3 * DOUBLE_ROOT * CUBIC, DOUBLE_ROOT));
  const bell = operations.mul(sigmoid, operations.scaleAndShift(sigmoid, -1, 1));
  return operations.add(sigmoid, operations.mul(bell, rise));
}

const isGelu = ({ base }: Scope): boolean => traitsOf(base.hyperparameters.architecture).activation === "gelu";
