import type { Tensor } from "../ggml/native-types.ts";
import { backwardAttention, forwardAttention } from "./attention.ts";
import { backwardFeedForward, forwardFeedForward } from "./feed-forward.ts";
import { backwardNorm, backwardNormIfAny, forwardNorm, forwardNormIfAny } from "./norm.ts";
import type { LayerTape, Scope } from "./scope.ts";

/** One decoder layer: attention, then the gated feed-forward, each added to its own input. */
export function forwardLayer(scope: Scope, layer: number, input: Tensor): { output: Tensor; tape: LayerTape } {
  const { operations } = scope;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const linear: LayerTape["linear"] = new Map();
  const attention = forwardAttention(scope, layer, forwardNorm(scope, name("attn_norm"), input), linear);
  const attended = attention.output;
  const middle = operations.add(forwardNormIfAny(scope, name("post_attention_norm"), attended), input);
  const { output, gate, up } = forwardFeedForward(scope, layer, forwardNorm(scope, name("ffn_norm"), middle), linear);
  return {
    output: operations.add(forwardNormIfAny(scope, name("post_ffw_norm"), output), middle),
    tape: { input, middle, linear, attention: attention.tape, attended, gate, up, fed: output },
  };
}

/**
 * @param gradient  of the layer's output [embedding, tokens]
 * @returns the gradient of its input; null for the lowest layer, below which nothing is trained
 */
export function backwardLayer(scope: Scope, layer: number, gradient: Tensor, tape: LayerTape): Tensor | null {
  const { operations, graph } = scope;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const fed = backwardNormIfAny(scope, name("post_ffw_norm"), gradient, tape.fed);
  const normed = backwardFeedForward(scope, layer, fed, tape);
  const middle = operations.add(gradient, backwardNorm(scope, name("ffn_norm"), normed, tape.middle));
  // In this order one layer's intermediate results are freed before the next one's are made.
  graph.expand(middle);
  const attendedGradient = backwardNormIfAny(scope, name("post_attention_norm"), middle, tape.attended);
  const attended = backwardAttention(scope, layer, attendedGradient, tape, layer > 0);
  if (attended === null) return null;
  const input = operations.add(middle, backwardNorm(scope, name("attn_norm"), attended, tape.input));
  graph.expand(input);
  return input;
}
