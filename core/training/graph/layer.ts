import type { Tensor } from "../ggml/native-types.ts";
import { backwardAttention, forwardAttention } from "./attention.ts";
import { backwardLinear, forwardLinear } from "./linear.ts";
import { backwardNorm, forwardNorm } from "./norm.ts";
import type { LayerTape, Scope } from "./scope.ts";

/** One decoder layer: attention, then the gated feed-forward, each added to its own input. */
export function forwardLayer(scope: Scope, layer: number, input: Tensor): { output: Tensor; tape: LayerTape } {
  const { operations } = scope;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const linear: LayerTape["linear"] = new Map();
  const attended = forwardAttention(scope, layer, forwardNorm(scope, name("attn_norm"), input), linear);
  const middle = operations.add(attended.output, input);
  const normed = forwardNorm(scope, name("ffn_norm"), middle);
  const gate = forwardLinear(scope, name("ffn_gate"), normed, linear);
  const up = forwardLinear(scope, name("ffn_up"), normed, linear);
  const output = forwardLinear(scope, name("ffn_down"), operations.swiglu(gate, up), linear);
  return {
    output: operations.add(output, middle),
    tape: { input, middle, linear, attention: attended.tape, gate, up },
  };
}

/**
 * @param gradient  of the layer's output [embedding, tokens]
 * @returns the gradient of its input; null for the lowest layer, below which nothing is trained
 */
export function backwardLayer(scope: Scope, layer: number, gradient: Tensor, tape: LayerTape): Tensor | null {
  const { operations, graph } = scope;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const active = backwardLinear(scope, name("ffn_down"), gradient, tape.linear, true)!;
  const gateGradient = operations.siluBack(operations.mul(active, tape.up), tape.gate);
  const upGradient = operations.mul(operations.silu(tape.gate), active);
  const normed = operations.add(
    backwardLinear(scope, name("ffn_gate"), gateGradient, tape.linear, true)!,
    backwardLinear(scope, name("ffn_up"), upGradient, tape.linear, true)!,
  );
  const middle = operations.add(gradient, backwardNorm(scope, name("ffn_norm"), normed, tape.middle));
  // In this order one layer's intermediate results are freed before the next one's are made.
  graph.expand(middle);
  const attended = backwardAttention(scope, layer, middle, tape, layer > 0);
  if (attended === null) return null;
  const input = operations.add(middle, backwardNorm(scope, name("attn_norm"), attended, tape.input));
  graph.expand(input);
  return input;
}
