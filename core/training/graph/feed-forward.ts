import type { Tensor } from "../ggml/native-types.ts";
import { traitsOf } from "../model/architecture-traits.ts";
import { activationBack, gated } from "./activation.ts";
import { backwardLinear, forwardLinear } from "./linear.ts";
import type { LayerTape, Scope } from "./scope.ts";

interface FeedForwardResult {
  /** [embedding, tokens], before it is added to what came in */
  output: Tensor;
  gate: Tensor;
  up: Tensor;
}

/** down(activation(gate(x)) · up(x)) */
export function forwardFeedForward(
  scope: Scope,
  layer: number,
  input: Tensor,
  linear: LayerTape["linear"],
): FeedForwardResult {
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const { gate, up } = isFused(scope)
    ? halvesOf(scope, forwardLinear(scope, name("ffn_up"), input, linear))
    : {
        gate: forwardLinear(scope, name("ffn_gate"), input, linear),
        up: forwardLinear(scope, name("ffn_up"), input, linear),
      };
  return { output: forwardLinear(scope, name("ffn_down"), gated(scope, gate, up), linear), gate, up };
}

/** @returns the gradient of the input [embedding, tokens] */
export function backwardFeedForward(
  scope: Scope,
  layer: number,
  gradient: Tensor,
  { linear, gate, up }: LayerTape,
): Tensor {
  const { operations } = scope;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const product = backwardLinear(scope, name("ffn_down"), gradient, linear, true)!;
  const { active, below } = activationBack(scope, operations.mul(product, up), gate);
  const upGradient = operations.mul(active, product);
  if (isFused(scope)) {
    return backwardLinear(scope, name("ffn_up"), operations.joined(below, upGradient), linear, true)!;
  }
  return operations.add(
    backwardLinear(scope, name("ffn_gate"), below, linear, true)!,
    backwardLinear(scope, name("ffn_up"), upGradient, linear, true)!,
  );
}

/** The gate is the first half of every row. */
function halvesOf({ operations, base, inputs }: Scope, both: Tensor): { gate: Tensor; up: Tensor } {
  const { feedForwardLength: inner } = base.hyperparameters;
  const half = (start: number) =>
    operations.contiguous(operations.view2(both, inner, inputs.shape.tokens, 8 * inner, 4 * start));
  return { gate: half(0), up: half(inner) };
}

const isFused = ({ base }: Scope): boolean => traitsOf(base.hyperparameters.architecture).isFused;
