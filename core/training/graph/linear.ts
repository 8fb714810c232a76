import type { Tensor } from "../ggml/native-types.ts";
import type { Parameter } from "../model/lora-parameters.ts";
import type { LayerTape, Scope } from "./scope.ts";

/** y = W·x + scale · B·(A·dropout(x)) + bias, for `input` [inputs, tokens]; what backward needs goes on the tape. */
export function forwardLinear(scope: Scope, name: string, input: Tensor, tape: LayerTape["linear"] | null): Tensor {
  const { operations, base, lora } = scope;
  const pair = lora.pairOf(name);
  let inner: Tensor | null = null;
  let output = operations.mulMat(base.get(name).tensor, input);
  if (pair !== undefined) {
    inner = operations.mulMat(pair.a.values, dropped(scope, name, input));
    const update = operations.mulMat(pair.b.values, inner);
    output = operations.add(output, operations.scale(update, lora.scale));
  }
  tape?.set(name, { input, inner });
  const bias = base.find(name.replace(/weight$/, "bias"));
  return bias === undefined ? output : operations.add(output, bias.tensor);
}

/** Adds the gradients of A and B to their sums and gives the gradient of the input, when anything below needs it. */
export function backwardLinear(
  scope: Scope,
  name: string,
  gradient: Tensor,
  tape: LayerTape["linear"],
  needsInput: boolean,
): Tensor | null {
  const { operations, base, lora, transposes, inputs } = scope;
  const weight = base.get(name);
  const pair = lora.pairOf(name);
  const below = needsInput ? transposes.apply(operations, weight, gradient, inputs.shape.tokens) : null;
  if (pair === undefined) return below;
  const { input, inner } = tape.get(name)!;
  const scaled = operations.scale(gradient, lora.scale);
  // [outputs, rank] and then turned: the other way round every inner loop would be as short as the rank.
  accumulate(scope, pair.b, operations.transposed(operations.outProd(scaled, inner!)));
  const innerGradient = operations.mulMat(operations.transposed(pair.b.values), scaled);
  accumulate(scope, pair.a, operations.outProd(dropped(scope, name, input), innerGradient));
  if (below === null) return null;
  const update = operations.mulMat(operations.transposed(pair.a.values), innerGradient);
  return operations.add(below, dropped(scope, name, update));
}

function dropped(scope: Scope, name: string, values: Tensor): Tensor {
  const mask = scope.inputs.dropoutMask(scope.operations, name, scope.base.get(name).shape[0]!);
  return mask === null ? values : scope.operations.mul(values, mask);
}

function accumulate({ graph, operations }: Scope, parameter: Parameter, gradient: Tensor): void {
  graph.expand(operations.copyInto(operations.add(parameter.gradient, gradient), parameter.gradient));
}
